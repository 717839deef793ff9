package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import io.ktor.server.application.ApplicationCallPipeline;
import io.ktor.server.engine.EmbeddedServer;
import io.ktor.server.engine.EmbeddedServerKt;
import io.ktor.server.netty.Netty;
import io.ktor.server.response.ApplicationResponseFunctionsKt;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import kotlin.Unit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A server of Ktor on its engine Netty. No engine of Ktor's client uses Netty. */
class KtorDropInTest {
  private static final String LARGE = "abcdefgh".repeat(1 << 17);

  private static EmbeddedServer<?, ?> server;

  @BeforeAll
  static void start() {
    server =
        EmbeddedServerKt.embeddedServer(
                Netty.INSTANCE,
                0,
                "127.0.0.1",
                List.of(),
                (application, continuation) -> {
                  application.intercept(
                      ApplicationCallPipeline.ApplicationPhase.getCall(),
                      (context, subject, next) ->
                          ApplicationResponseFunctionsKt.respondText(
                              context.getContext(),
                              LARGE,
                              null,
                              null,
                              content -> Unit.INSTANCE,
                              next));
                  return Unit.INSTANCE;
                })
            .start(false);
  }

  @AfterAll
  static void stop() {
    server.stop(0, 5000);
  }

  @Test
  void requestIsAnswered() throws Exception {
    int port = Witness.port("KQueueServerSocketChannel");
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + '/'))
            .timeout(Duration.ofMinutes(1))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).isEqualTo(LARGE);
    }
    Witness.assertCarried("KQueueSocketChannel", 1);
    Witness.assertCarried("KQueueServerSocketChannel", 0);
  }
}
