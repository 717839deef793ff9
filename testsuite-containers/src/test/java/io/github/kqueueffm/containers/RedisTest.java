package io.github.kqueueffm.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.netty.channel.Channel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;

/** Netty's codec for Redis on this transport with Redis. */
@NeedsDocker
class RedisTest {
  private static Network network;
  private static GenericContainer<?> redis;
  private static Client client;

  @BeforeAll
  static void start() {
    network = Network.newNetwork();
    redis = Servers.redis(network);
    redis.start();
    client = new Client(Transport.kqueueFfm());
  }

  @AfterAll
  static void stop() {
    client.close();
    redis.stop();
    network.close();
  }

  @Test
  void pipelinedCommandsAreAnsweredInTheirOrder() throws InterruptedException {
    RedisConversation conversation = new RedisConversation();
    Channel channel = connect(conversation);
    for (int i = 0; i < 2_000; i++) {
      RedisConversation.write(channel, "INCR", "counter");
    }
    channel.flush();
    for (int i = 1; i <= 2_000; i++) {
      assertThat(conversation.next()).isEqualTo(Integer.toString(i));
    }
    channel.close().sync();
  }

  @Test
  void largeValueIsKeptAndGivenBack() throws InterruptedException {
    RedisConversation conversation = new RedisConversation();
    Channel channel = connect(conversation);
    String value = "0123456789abcdef".repeat(1 << 16);
    RedisConversation.write(channel, "SET", "large", value);
    RedisConversation.write(channel, "GET", "large");
    channel.flush();
    assertThat(conversation.next()).isEqualTo("OK");
    assertThat(conversation.next().equals(value)).isTrue();
    channel.close().sync();
  }

  @Test
  void subscriberHearsAllThatIsPublishedInItsOrder() throws InterruptedException {
    RedisConversation heard = new RedisConversation();
    Channel subscriber = connect(heard);
    RedisConversation.write(subscriber, "SUBSCRIBE", "news");
    subscriber.flush();
    assertThat(heard.next()).isEqualTo("subscribe news 1");

    RedisConversation replies = new RedisConversation();
    Channel publisher = connect(replies);
    for (int i = 0; i < 500; i++) {
      RedisConversation.write(publisher, "PUBLISH", "news", "item-" + i);
    }
    publisher.flush();
    for (int i = 0; i < 500; i++) {
      assertThat(replies.next()).as("how many subscribers got it").isEqualTo("1");
      assertThat(heard.next()).isEqualTo("message news item-" + i);
    }
    subscriber.close().sync();
    publisher.close().sync();
  }

  private static Channel connect(RedisConversation conversation) throws InterruptedException {
    Channel channel =
        client.connect(Published.tcp(redis, Servers.REDIS_PORT), conversation.handlers());
    assertThat(channel).isInstanceOf(KQueueFfmSocketChannel.class);
    return channel;
  }
}
