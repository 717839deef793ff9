package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Lettuce with a real Redis. */
class LettuceDropInTest {
  private static final int LARGE = 4 << 20;

  private static Program redis;
  private RedisClient client;

  @BeforeAll
  static void startRedis() throws Exception {
    redis = Redis.start();
  }

  @AfterAll
  static void stopRedis() {
    if (redis != null) {
      redis.close();
    }
  }

  private StatefulRedisConnection<String, String> connect(RedisURI uri) {
    client = RedisClient.create(uri);
    return client.connect();
  }

  private static RedisURI tcp() {
    return RedisURI.create("127.0.0.1", redis.port());
  }

  @AfterEach
  void shutDown() {
    if (client != null) {
      client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
    }
  }

  @Test
  void largeValueComesBack() {
    String value = "abcdefgh".repeat(LARGE / 8);
    var commands = connect(tcp()).sync();
    assertThat(commands.set("large", value)).isEqualTo("OK");
    assertThat(commands.get("large")).isEqualTo(value);
    Witness.assertCarried("KQueueSocketChannel", LARGE);
  }

  @Test
  void thousandPipelinedCommandsAreAnsweredInOrder() {
    RedisAsyncCommands<String, String> commands = connect(tcp()).async();
    List<RedisFuture<Long>> answers = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      answers.add(commands.incr("counter"));
    }
    assertThat(
            LettuceFutures.awaitAll(Duration.ofSeconds(20), answers.toArray(new RedisFuture<?>[0])))
        .isTrue();
    assertThat(answers.getFirst().toCompletableFuture().join()).isEqualTo(1);
    assertThat(answers.getLast().toCompletableFuture().join()).isEqualTo(1000);
    Witness.assertCarried("KQueueSocketChannel", 1000);
  }

  @Test
  void subscriberHearsWhatIsPublished() throws Exception {
    StatefulRedisConnection<String, String> publisher = connect(tcp());
    StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub();
    CompletableFuture<String> heard = new CompletableFuture<>();
    subscriber.addListener(
        new RedisPubSubAdapter<>() {
          @Override
          public void message(String channel, String message) {
            heard.complete(channel + ' ' + message);
          }
        });
    subscriber.sync().subscribe("news");
    assertThat(publisher.sync().publish("news", "hello")).isEqualTo(1);
    assertThat(heard.get(20, TimeUnit.SECONDS)).isEqualTo("news hello");
    Witness.assertCarried("KQueueSocketChannel", 1);
  }

  @Test
  void domainSocketCarriesCommandsToo() {
    RedisURI uri = RedisURI.Builder.socket(redis.directory().resolve("redis").toString()).build();
    assertThat(connect(uri).sync().ping()).isEqualTo("PONG");
    Witness.assertCarried("KQueueDomainSocketChannel", 1);
  }
}
