package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.OlderJava;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The drop-in on a Java that is too old for the transport. */
class OlderJavaTest {
  private static final String PROGRAM =
      """
      import io.lettuce.core.RedisClient;
      import io.netty.channel.kqueue.KQueue;

      public class Ping {
        public static void main(String[] args) {
          RedisClient client = RedisClient.create("redis://127.0.0.1:PORT");
          System.out.println("answer: " + client.connect().sync().ping());
          Thread.getAllStackTraces().keySet().forEach(t -> System.out.println(t.getName()));
          System.out.println("available: " + KQueue.isAvailable());
          System.out.println("cause: " + KQueue.unavailabilityCause().getMessage());
          client.shutdown();
        }
      }
      """;

  @Test
  void lettuceRunsOnNioAndOneLineSaysWhy(@TempDir Path directory) throws Exception {
    try (Program redis = Redis.start()) {
      assertThat(
              OlderJava.run(
                  directory,
                  "Ping",
                  PROGRAM.replace("PORT", String.valueOf(redis.port())),
                  "-Dio.github.kqueueffm.dropin=true"))
          .contains("answer: PONG", "lettuce-nioEventLoop")
          .contains("available: false", "cause: needs Java 22 or newer")
          .contains("WARNING: The kqueue transport is not available");
    }
  }
}
