package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.kqueue.KQueueEventLoopGroup;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueSocketChannel;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;
import software.amazon.awssdk.http.async.SdkHttpContentPublisher;
import software.amazon.awssdk.http.async.SimpleSubscriber;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;

/** The Netty client of the AWS SDK 2, which carries its asynchronous calls, with a JDK server. */
class AwsSdkDropInTest {
  private static final int LARGE = 1 << 20;

  private HttpServer server;
  private EventLoopGroup group;
  private SdkAsyncHttpClient client;

  @BeforeEach
  @SuppressWarnings("deprecation") // The library refuses other classes of groups.
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    group = new KQueueEventLoopGroup(1);
    client =
        NettyNioAsyncHttpClient.builder()
            .eventLoopGroup(SdkEventLoopGroup.create(group, KQueueSocketChannel::new))
            .build();
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    server.stop(0);
  }

  @Test
  void bodyIsEchoed() throws Exception {
    byte[] body = new byte[LARGE];
    new Random(1).nextBytes(body);
    Answer answer = new Answer();
    client
        .execute(
            AsyncExecuteRequest.builder()
                .request(
                    SdkHttpRequest.builder()
                        .method(SdkHttpMethod.POST)
                        .uri(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + '/'))
                        .putHeader("Host", "127.0.0.1")
                        .putHeader("Content-Length", Integer.toString(LARGE))
                        .build())
                .requestContentPublisher(new Body(body))
                .responseHandler(answer)
                .build())
        .get(60, TimeUnit.SECONDS);
    assertThat(answer.status.get(60, TimeUnit.SECONDS)).isEqualTo(200);
    assertThat(answer.body.toByteArray()).isEqualTo(body);
    Witness.assertCarried("KQueueSocketChannel", LARGE);
  }

  /** Why the line has to name a deprecated class. */
  @Test
  void groupOfAnotherClassIsRefused() throws Exception {
    EventLoopGroup other = new MultiThreadIoEventLoopGroup(1, KQueueIoHandler.newFactory());
    try {
      assertThatThrownBy(() -> SdkEventLoopGroup.create(other, KQueueSocketChannel::new))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Unknown event loop group");
    } finally {
      other.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
  }

  private record Body(byte[] bytes) implements SdkHttpContentPublisher {
    @Override
    public Optional<Long> contentLength() {
      return Optional.of((long) bytes.length);
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
      Mono.just(ByteBuffer.wrap(bytes)).subscribe(subscriber);
    }
  }

  private static final class Answer implements SdkAsyncHttpResponseHandler {
    final CompletableFuture<Integer> status = new CompletableFuture<>();
    final ByteArrayOutputStream body = new ByteArrayOutputStream();

    @Override
    public void onHeaders(SdkHttpResponse headers) {
      status.complete(headers.statusCode());
    }

    @Override
    public void onStream(Publisher<ByteBuffer> stream) {
      stream.subscribe(
          new SimpleSubscriber(part -> {
            byte[] bytes = new byte[part.remaining()];
            part.get(bytes);
            body.writeBytes(bytes);
          }));
    }

    @Override
    public void onError(Throwable cause) {
      status.completeExceptionally(cause);
    }
  }
}
