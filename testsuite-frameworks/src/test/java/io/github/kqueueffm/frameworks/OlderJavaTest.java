package io.github.kqueueffm.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.OlderJava;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The integrations on a Java that is too old for the transport. */
class OlderJavaTest {
  private static final String REACTOR =
      """
      import io.github.kqueueffm.reactor.KQueueFfmLoopResources;
      import java.time.Duration;
      import reactor.core.publisher.Mono;
      import reactor.netty.http.client.HttpClient;
      import reactor.netty.http.server.HttpServer;
      import reactor.netty.resources.LoopResources;

      public class Reactor {
        public static void main(String[] args) {
          LoopResources loops = KQueueFfmLoopResources.create("old");
          var server =
              HttpServer.create().host("127.0.0.1").port(0).runOn(loops)
                  .handle((in, out) -> out.sendString(Mono.just(Thread.currentThread().getName())))
                  .bindNow();
          var answer =
              HttpClient.create().host("127.0.0.1").port(server.port()).runOn(loops)
                  .get().uri("/").responseContent().aggregate().asString()
                  .block(Duration.ofSeconds(60));
          System.out.println("served by " + answer);
          server.disposeNow();
          loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
        }
      }
      """;

  private static final String VERTX =
      """
      import io.github.kqueueffm.vertx.KQueueFfmTransport;
      import io.vertx.core.Vertx;
      import io.vertx.core.VertxOptions;

      public class VertxProgram {
        public static void main(String[] args) throws Exception {
          Vertx found = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
          System.out.println("found native: " + found.isNativeTransportEnabled());
          found.close().toCompletionStage().toCompletableFuture().get();
          Vertx given = Vertx.builder().withTransport(KQueueFfmTransport.INSTANCE).build();
          System.out.println("given native: " + given.isNativeTransportEnabled());
          System.out.println("cause: " + given.unavailableNativeTransportCause().getMessage());
          var server = given.createHttpServer().requestHandler(r -> r.response().end("works"));
          int port =
              server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get()
                  .actualPort();
          System.out.println(
              "answer: "
                  + given.createHttpClient()
                      .request(io.vertx.core.http.HttpMethod.GET, port, "127.0.0.1", "/")
                      .compose(request -> request.send())
                      .compose(response -> response.body())
                      .toCompletionStage().toCompletableFuture().get());
          given.close().toCompletionStage().toCompletableFuture().get();
        }
      }
      """;

  private static final String GRPC =
      """
      import com.google.protobuf.Empty;
      import io.grpc.*;
      import io.grpc.protobuf.ProtoUtils;
      import io.grpc.stub.ClientCalls;
      import java.util.concurrent.TimeUnit;

      public class GrpcProgram {
        public static void main(String[] args) throws Exception {
          Server server =
              Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create()).build().start();
          ManagedChannel client =
              Grpc.newChannelBuilderForAddress(
                      "127.0.0.1", server.getPort(), InsecureChannelCredentials.create())
                  .build();
          var marshaller = ProtoUtils.marshaller(Empty.getDefaultInstance());
          var method =
              MethodDescriptor.<Empty, Empty>newBuilder()
                  .setType(MethodDescriptor.MethodType.UNARY)
                  .setFullMethodName("Absent/Method")
                  .setRequestMarshaller(marshaller)
                  .setResponseMarshaller(marshaller)
                  .build();
          try {
            ClientCalls.blockingUnaryCall(
                client,
                method,
                CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS),
                Empty.getDefaultInstance());
          } catch (StatusRuntimeException e) {
            System.out.println("answer: " + e.getStatus().getCode());
          }
          System.out.println("server: " + ServerProvider.provider().getClass().getName());
          System.out.println("client: " + ManagedChannelProvider.provider().getClass().getName());
          client.shutdownNow();
          server.shutdownNow();
        }
      }
      """;

  @Test
  void reactorNettyServesOnAnotherTransportAndOneLineSaysWhy(@TempDir Path directory)
      throws Exception {
    String output = OlderJava.run(directory, "Reactor", REACTOR);
    assertThat(output)
        .containsPattern("served by old-(nio|epoll|kqueue)-")
        .contains("KQueueFfmLoopResources was asked for it: needs Java 22 or newer");
    assertThat(output.split("needs Java 22", -1)).hasSize(2);
  }

  @Test
  void vertxServesOnNioAndSaysWhy(@TempDir Path directory) throws Exception {
    assertThat(OlderJava.run(directory, "VertxProgram", VERTX))
        .contains("found native: false")
        .contains("given native: false")
        .contains("cause: needs Java 22 or newer")
        .contains("answer: works")
        .contains("KQueueFfmTransport was asked for it: needs Java 22 or newer");
  }

  @Test
  void grpcTakesItsOwnProvidersInSilence(@TempDir Path directory) throws Exception {
    assertThat(OlderJava.run(directory, "GrpcProgram", GRPC))
        .contains("answer: UNIMPLEMENTED")
        .contains("server: io.grpc.netty.NettyServerProvider")
        .contains("client: io.grpc.netty.NettyChannelProvider")
        .doesNotContainIgnoringCase("kqueue");
  }
}
