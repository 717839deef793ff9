package io.github.kqueueffm.frameworks.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.frameworks.Inbox;
import io.github.kqueueffm.frameworks.Witness;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.X509Bundle;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class TlsExampleTest {
  private static final int SIZE = 1 << 20;

  @Test
  void bytesComeBackThroughTlsOfTheJdk() throws Exception {
    assertEcho(SslProvider.JDK, "SSLEngineImpl");
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void bytesComeBackThroughTlsOfTcnative() throws Exception {
    OpenSsl.ensureAvailability();
    assertEcho(SslProvider.OPENSSL_REFCNT, "ReferenceCountedOpenSslEngine");
  }

  private static void assertEcho(SslProvider provider, String engine) throws Exception {
    X509Bundle certificate = Certificates.ofHost();
    SslContext server =
        SslContextBuilder.forServer(certificate.toKeyManagerFactory())
            .sslProvider(provider)
            .build();
    SslContext client =
        SslContextBuilder.forClient()
            .trustManager(certificate.toTrustManagerFactory())
            .sslProvider(provider)
            .build();
    byte[] bytes = Bytes.random(1, SIZE);
    try (Witness witness = Witness.open()) {
      try (TcpExample example = new TcpExample(TlsPipelines.server(server, new EchoHandler()))) {
        Inbox<ByteBuf, byte[]> inbox = Bytes.inbox();
        Channel channel = example.connect(TlsPipelines.client(client, Certificates.HOST, inbox));
        channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
        assertThat(Bytes.await(inbox, SIZE)).isEqualTo(bytes);
        assertThat(channel.pipeline().get(SslHandler.class).engine().getClass().getSimpleName())
            .isEqualTo(engine);
      }
      ReferenceCountUtil.release(server);
      ReferenceCountUtil.release(client);
      Witness.assertNothingLeft();
      witness.assertCarried(KQueueFfmSocketChannel.class, 2 * SIZE, "kqueue-ffm-");
    }
  }
}
