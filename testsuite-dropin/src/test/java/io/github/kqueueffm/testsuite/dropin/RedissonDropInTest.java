package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.redisson.Redisson;
import org.redisson.api.RLock;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import org.redisson.config.TransportMode;

/** Redisson with a real Redis. */
class RedissonDropInTest {
  private static final int LARGE = 1 << 20;

  private static Program redis;
  private static RedissonClient client;

  @BeforeAll
  static void start() throws Exception {
    redis = Redis.start();
    Config config = new Config();
    config.setTransportMode(TransportMode.KQUEUE);
    config.useSingleServer().setAddress("redis://127.0.0.1:" + redis.port());
    client = Redisson.create(config);
  }

  @AfterAll
  static void stop() {
    if (client != null) {
      client.shutdown(0, 5, TimeUnit.SECONDS);
    }
    if (redis != null) {
      redis.close();
    }
  }

  @Test
  void valueComesBack() {
    String value = "abcdefgh".repeat(LARGE / 8);
    client.getBucket("large", StringCodec.INSTANCE).set(value);
    assertThat(client.getBucket("large", StringCodec.INSTANCE).get()).isEqualTo(value);
    Witness.assertCarried("KQueueSocketChannel", LARGE);
  }

  @Test
  void topicIsHeard() throws Exception {
    RTopic topic = client.getTopic("news", StringCodec.INSTANCE);
    CompletableFuture<String> heard = new CompletableFuture<>();
    topic.addListener(String.class, (channel, message) -> heard.complete(message));
    assertThat(topic.publish("hello")).isEqualTo(1);
    assertThat(heard.get(20, TimeUnit.SECONDS)).isEqualTo("hello");
    Witness.assertCarried("KQueueSocketChannel", 1);
  }

  @Test
  void lockIsTakenAndGivenBack() {
    RLock lock = client.getLock("lock");
    lock.lock();
    try {
      assertThat(lock.isHeldByCurrentThread()).isTrue();
    } finally {
      lock.unlock();
    }
    assertThat(lock.isLocked()).isFalse();
    Witness.assertCarried("KQueueSocketChannel", 1);
  }
}
