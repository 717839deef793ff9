package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.client.WebClient;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Server;
import java.net.InetSocketAddress;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Armeria, server and client. */
class ArmeriaDropInTest {
  private static final int LARGE = 4 << 20;

  private static Server server;

  @BeforeAll
  static void start() {
    server =
        Server.builder()
            .http(new InetSocketAddress("127.0.0.1", 0))
            .maxRequestLength(2L * LARGE)
            .service(
                "/echo",
                (context, request) ->
                    HttpResponse.of(
                        request
                            .aggregate()
                            .thenApply(whole ->
                                HttpResponse.of(
                                    HttpStatus.OK, MediaType.OCTET_STREAM, whole.content()))))
            .build();
    server.start().join();
  }

  @AfterAll
  static void stop() {
    server.stop().join();
  }

  @ParameterizedTest
  @ValueSource(strings = {"h1c", "h2c"})
  void bodyIsEchoed(String protocol) {
    byte[] body = new byte[LARGE];
    new Random(1).nextBytes(body);
    WebClient client =
        WebClient.builder(protocol + "://127.0.0.1:" + server.activeLocalPort())
            .maxResponseLength(2L * LARGE)
            .responseTimeoutMillis(60_000)
            .build();
    AggregatedHttpResponse response = client.post("/echo", HttpData.wrap(body)).aggregate().join();
    assertThat(response.status()).isEqualTo(HttpStatus.OK);
    assertThat(response.content().array()).isEqualTo(body);
    Witness.assertCarried("KQueueSocketChannel", 2L * LARGE);
    Witness.assertCarried("KQueueServerSocketChannel", 0);
  }
}
