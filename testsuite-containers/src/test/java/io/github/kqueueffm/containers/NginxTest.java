package io.github.kqueueffm.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.containers.HttpConversation.Answer;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;

/** HTTP/1.1 pipelines on this transport with nginx. */
@NeedsDocker
class NginxTest {
  private static Network network;
  private static GenericContainer<?> nginx;
  private static Client client;

  private HttpConversation conversation;
  private Channel channel;

  @BeforeAll
  static void start() {
    network = Network.newNetwork();
    nginx = Servers.nginx(network);
    nginx.start();
    client = new Client(Transport.kqueueFfm());
  }

  @AfterAll
  static void stop() {
    client.close();
    nginx.stop();
    network.close();
  }

  @BeforeEach
  void connect() throws InterruptedException {
    conversation = new HttpConversation();
    channel =
        client.connect(
            Published.tcp(nginx, Servers.NGINX_PORT), new HttpClientCodec(), conversation);
    assertThat(channel).isInstanceOf(KQueueFfmSocketChannel.class);
  }

  @AfterEach
  void disconnect() throws InterruptedException {
    channel.close().sync();
  }

  @Test
  void oneConnectionIsKeptForManyRequests() throws InterruptedException {
    String sha256 = digestOf("/small");
    for (int i = 0; i < 100; i++) {
      assertThat(get("/small").sha256()).isEqualTo(sha256);
    }
    assertThat(channel.isActive()).isTrue();
  }

  @Test
  void pipelinedRequestsAreAnsweredInTheirOrder() throws InterruptedException {
    String small = digestOf("/small");
    String large = digestOf("/large");
    for (int i = 0; i < 20; i++) {
      HttpConversation.ask(channel, i % 2 == 0 ? "/small" : "/large");
    }
    for (int i = 0; i < 20; i++) {
      assertThat(conversation.next().sha256()).isEqualTo(i % 2 == 0 ? small : large);
    }
  }

  @Test
  void chunkedBodyArrivesWhole() throws InterruptedException {
    Answer answer = get("/chunked/large");
    assertThat(HttpUtil.isTransferEncodingChunked(answer.head())).isTrue();
    assertThat(answer.bytes()).isEqualTo(1_000_000);
    assertThat(answer.sha256()).isEqualTo(digestOf("/large"));
  }

  @Test
  void downloadOfHundredMegabytesHasItsDigest() throws InterruptedException {
    Answer answer = get("/download");
    assertThat(answer.bytes()).isEqualTo(100 << 20);
    assertThat(answer.sha256()).isEqualTo(digestOf("/download"));
  }

  private String digestOf(String path) throws InterruptedException {
    return get(path + ".sha256").beginning();
  }

  private Answer get(String path) throws InterruptedException {
    HttpConversation.ask(channel, path);
    Answer answer = conversation.next();
    assertThat(answer.head().status()).isEqualTo(HttpResponseStatus.OK);
    return answer;
  }
}
