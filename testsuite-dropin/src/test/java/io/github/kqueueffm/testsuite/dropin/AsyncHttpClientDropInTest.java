package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.asynchttpclient.Dsl.asyncHttpClient;
import static org.asynchttpclient.Dsl.config;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.kqueue.KQueueEventLoopGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.asynchttpclient.AsyncHttpClient;
import org.asynchttpclient.ListenableFuture;
import org.asynchttpclient.Response;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** async-http-client with a real nginx. */
class AsyncHttpClientDropInTest {
  private static final int LARGE = 16 << 20;

  private static final String CONFIGURATION =
      """
      daemon off;
      master_process off;
      pid DIRECTORY/pid;
      error_log stderr;
      events {}
      http {
        access_log off;
        client_body_temp_path DIRECTORY/body;
        proxy_temp_path DIRECTORY/proxy;
        fastcgi_temp_path DIRECTORY/fastcgi;
        uwsgi_temp_path DIRECTORY/uwsgi;
        scgi_temp_path DIRECTORY/scgi;
        server {
          listen 127.0.0.1:PORT;
          root DIRECTORY/www;
        }
      }
      """;

  private static Program nginx;
  private static byte[] large;
  private static EventLoopGroup group;
  private static AsyncHttpClient client;

  @BeforeAll
  @SuppressWarnings("deprecation") // By this class the library knows the transport.
  static void start() throws Exception {
    large = new byte[LARGE];
    new Random(1).nextBytes(large);
    nginx = Program.start("nginx", AsyncHttpClientDropInTest::nginx);
    group = new KQueueEventLoopGroup(2);
    client =
        asyncHttpClient(config().setEventLoopGroup(group).setRequestTimeout(Duration.ofMinutes(1)));
  }

  private static List<String> nginx(String program, int port, Path directory) throws IOException {
    Path www = Files.createDirectory(directory.resolve("www"));
    Files.write(www.resolve("large"), large);
    Files.writeString(www.resolve("small"), "hello");
    Path file = directory.resolve("conf");
    Files.writeString(
        file,
        CONFIGURATION
            .replace("DIRECTORY", directory.toString())
            .replace("PORT", Integer.toString(port)));
    return List.of(program, "-e", "stderr", "-p", directory.toString(), "-c", file.toString());
  }

  @AfterAll
  static void stop() throws Exception {
    if (client != null) {
      client.close();
    }
    if (group != null) {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
    if (nginx != null) {
      nginx.close();
    }
  }

  private static ListenableFuture<Response> get(String path) {
    return client.prepareGet("http://127.0.0.1:" + nginx.port() + path).execute();
  }

  @Test
  void largeFileArrivesWhole() throws Exception {
    Response response = get("/large").get(60, TimeUnit.SECONDS);
    assertThat(response.getStatusCode()).isEqualTo(200);
    assertThat(response.getResponseBodyAsBytes()).isEqualTo(large);
    Witness.assertCarried("KQueueSocketChannel", LARGE);
  }

  @Test
  void manyRequestsAtOnceAreAnswered() throws Exception {
    List<ListenableFuture<Response>> responses = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      responses.add(get("/small"));
    }
    for (ListenableFuture<Response> response : responses) {
      assertThat(response.get(60, TimeUnit.SECONDS).getResponseBody()).isEqualTo("hello");
    }
    Witness.assertCarried("KQueueSocketChannel", 100 * 5);
  }

  @Test
  void missingFileIsTold() throws Exception {
    assertThat(get("/none").get(60, TimeUnit.SECONDS).getStatusCode()).isEqualTo(404);
    Witness.assertCarried("KQueueSocketChannel", 1);
  }
}
