package io.github.kqueueffm.frameworks.micronaut;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.frameworks.Witness;
import io.micronaut.context.ApplicationContext;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.client.HttpClient;
import io.micronaut.http.netty.channel.EventLoopGroupRegistry;
import io.micronaut.inject.qualifiers.Qualifiers;
import io.micronaut.runtime.server.EmbeddedServer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MicronautExampleTest {
  private static final String BODY = "micronaut ".repeat(1000);

  /** Micronaut's choice for every transport; docs/frameworks.md says so. */
  private static final String THREADS = "default-nioEventLoopGroup-";

  private static final String REQUEST =
      """
      POST /echo HTTP/1.1\r
      Host: localhost\r
      Content-Type: text/plain\r
      Content-Length: 4\r
      Connection: close\r
      \r
      body\
      """;

  @Test
  void serverAndClientExchangeBodies() {
    try (Witness witness = Witness.open()) {
      try (EmbeddedServer server = MicronautExample.run(Map.of("micronaut.server.port", -1));
          HttpClient client =
              server.getApplicationContext().createBean(HttpClient.class, server.getURL())) {
        assertThat(post(client)).isEqualTo(BODY);
      }
      witness.assertListened(KQueueFfmServerSocketChannel.class);
      // The client's end and the server's.
      witness.assertCarried(KQueueFfmSocketChannel.class, 2L * BODY.length(), THREADS);
    }
  }

  @Test
  void serverListensAtADomainSocket(@TempDir Path directory) throws Exception {
    Path path = directory.resolve("http");
    Map<String, Object> listener =
        Map.of(
            "micronaut.server.netty.listeners.domain.family",
            "UNIX",
            "micronaut.server.netty.listeners.domain.path",
            path.toString());
    try (Witness witness = Witness.open()) {
      try (EmbeddedServer server = MicronautExample.run(listener);
          SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
        assertThat(server.isRunning()).isTrue();
        client.write(ByteBuffer.wrap(REQUEST.getBytes(StandardCharsets.US_ASCII)));
        byte[] response = Channels.newInputStream(client).readAllBytes();
        assertThat(new String(response, StandardCharsets.US_ASCII))
            .startsWith("HTTP/1.1 200 ")
            .endsWith("\r\n\r\nbody");
      }
      witness.assertListened(KQueueFfmServerDomainSocketChannel.class);
      witness.assertCarried(KQueueFfmDomainSocketChannel.class, REQUEST.length() / 2, THREADS);
    }
  }

  @Test
  void listedFirstItIsTakenBeforeOthers() {
    try (ApplicationContext context =
        ApplicationContext.run(
            Map.of("micronaut.netty.event-loops.default.transport", "kqueue-ffm,nio"))) {
      EventLoopGroupRegistry groups = context.getBean(EventLoopGroupRegistry.class);
      IoEventLoopGroup group = (IoEventLoopGroup) groups.getDefaultEventLoopGroup();
      assertThat(group.isIoType(KQueueFfmIoHandler.class)).isTrue();
    }
  }

  @Test
  void threadFactoryOfTheGroupsNameNamesItsThreads() throws Exception {
    try (ApplicationContext context =
        ApplicationContext.run(
            Map.of("micronaut.netty.event-loops.default.transport", "kqueue-ffm"))) {
      context.registerSingleton(
          ThreadFactory.class, new DefaultThreadFactory("mine"), Qualifiers.byName("default"));
      EventLoopGroup group =
          context.getBean(EventLoopGroupRegistry.class).getDefaultEventLoopGroup();
      String name = group.submit(() -> Thread.currentThread().getName()).get(1, TimeUnit.MINUTES);
      assertThat(name).startsWith("mine-");
    }
  }

  private static String post(HttpClient client) {
    return client
        .toBlocking()
        .retrieve(HttpRequest.POST("/echo", BODY).contentType(MediaType.TEXT_PLAIN_TYPE));
  }
}
