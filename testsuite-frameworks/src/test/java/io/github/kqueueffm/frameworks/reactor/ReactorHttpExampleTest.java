package io.github.kqueueffm.frameworks.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.frameworks.NameServer;
import io.github.kqueueffm.frameworks.Witness;
import io.github.kqueueffm.reactor.KQueueFfmLoopResources;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.HttpResources;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

class ReactorHttpExampleTest {
  private static final SocketAddress LOOPBACK =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final String THREADS = "example-kqueue-ffm-";
  private static final String BODY = "kqueue ".repeat(100_000);

  @Test
  void bodiesComeBackOverTcp() {
    try (Witness witness = Witness.open()) {
      try (ReactorHttpExample example = example(LOOPBACK)) {
        assertThat(post(example.client(), BODY)).isEqualTo(BODY);
      }
      // The client's end and the server's.
      witness.assertCarried(KQueueFfmSocketChannel.class, 2L * BODY.length(), THREADS);
    }
  }

  @Test
  void bodiesComeBackOverDomainSocket(@TempDir Path directory) {
    try (Witness witness = Witness.open()) {
      SocketAddress address = new DomainSocketAddress(directory.resolve("http").toFile());
      try (ReactorHttpExample example = example(address)) {
        assertThat(post(example.client(), BODY)).isEqualTo(BODY);
      }
      witness.assertCarried(KQueueFfmDomainSocketChannel.class, 2L * BODY.length(), THREADS);
    }
  }

  @Test
  void namesAreLookedUpOnTheClientsLoops() throws Exception {
    try (Witness witness = Witness.open()) {
      try (NameServer names = new NameServer();
          ReactorHttpExample example = example(LOOPBACK)) {
        HttpClient client =
            example
                .client()
                .resolver(spec ->
                    spec.dnsAddressResolverGroupProvider(builder -> asking(names, builder)));
        assertThat(post(named(client), "named")).isEqualTo("named");
      }
      witness.assertCarried(KQueueFfmDatagramChannel.class, "name.example".length(), THREADS);
    }
  }

  @Test
  void resourcesThatAreSetForAllServeClientsThatNameNone() {
    try (Witness witness = Witness.open();
        ReactorHttpExample example = example(LOOPBACK)) {
      HttpResources.set(KQueueFfmLoopResources.create("for-all"));
      try {
        HttpClient client =
            HttpClient.create(ConnectionProvider.newConnection())
                .doOnRequest((request, connection) ->
                    assertThat(Thread.currentThread().getName()).startsWith("for-all-kqueue-ffm-"))
                .remoteAddress(() -> example.client().configuration().remoteAddress().get());
        assertThat(post(client, "for all")).isEqualTo("for all");
      } finally {
        HttpResources.disposeLoopsAndConnectionsLater(Duration.ZERO, Duration.ofSeconds(5)).block();
      }
      witness.assertCarried(KQueueFfmSocketChannel.class, "for all".length(), THREADS);
    }
  }

  private static ReactorHttpExample example(SocketAddress address) {
    return new ReactorHttpExample(address, (observer, channel, remote) -> Witness.see(channel));
  }

  private static HttpClient named(HttpClient client) {
    int port = ((InetSocketAddress) client.configuration().remoteAddress().get()).getPort();
    return client.remoteAddress(() -> InetSocketAddress.createUnresolved("name.example", port));
  }

  private static DnsAddressResolverGroup asking(NameServer names, DnsNameResolverBuilder builder) {
    return new DnsAddressResolverGroup(
        builder.nameServerProvider(new SingletonDnsServerAddressStreamProvider(names.address())));
  }

  private static String post(HttpClient client, String body) {
    return client
        .post()
        .uri("/echo")
        .send(ByteBufFlux.fromString(Mono.just(body)))
        .responseContent()
        .aggregate()
        .asString()
        .block(Duration.ofSeconds(30));
  }
}
