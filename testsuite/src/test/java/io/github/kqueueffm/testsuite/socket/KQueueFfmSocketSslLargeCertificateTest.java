package io.github.kqueueffm.testsuite.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.KeyUsage;
import io.netty.pkitesting.X509Bundle;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.AbstractSocketTest;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The shared test of this name knows NIO only. A certificate of several TLS records is a handshake
 * message that no single read brings.
 */
class KQueueFfmSocketSslLargeCertificateTest extends AbstractSocketTest {
  private static final int MOST = 1 << 20;
  private static final String ANY_EXTENSION = "1.2.840.113635.100.6.2.1";

  @Override
  protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.socket();
  }

  @ParameterizedTest
  @CsvSource({"JDK, 20000", "OPENSSL, 20000", "OPENSSL, 65536", "OPENSSL, 300000"})
  void clientWithLargeCertificateIsAuthenticated(SslProvider provider, int bytes, TestInfo testInfo)
      throws Throwable {
    CertificateBuilder template =
        new CertificateBuilder()
            .ecp256()
            .setKeyUsage(true, KeyUsage.digitalSignature, KeyUsage.keyCertSign);
    X509Bundle root =
        template
            .copy()
            .subject("cn=root.example")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    X509Bundle server =
        template.copy().subject("cn=localhost").addExtendedKeyUsageServerAuth().buildIssuedBy(root);
    byte[] padding = new byte[bytes];
    new Random(bytes).nextBytes(padding);
    X509Bundle client =
        template
            .copy()
            .subject("cn=client")
            .addExtendedKeyUsageClientAuth()
            .addExtensionOctetString(ANY_EXTENSION, false, padding)
            .buildIssuedBy(root);
    SslContext serverContext =
        large(SslContextBuilder.forServer(server.toKeyManagerFactory()), provider)
            .trustManager(root.toTrustManagerFactory())
            .clientAuth(ClientAuth.REQUIRE)
            .build();
    SslContext clientContext =
        large(SslContextBuilder.forClient(), provider)
            .keyManager(client.toKeyManagerFactory())
            .trustManager(root.toTrustManagerFactory())
            .endpointIdentificationAlgorithm("")
            .build();
    try {
      run(testInfo, (sb, cb) -> handshake(sb, cb, serverContext, clientContext));
    } finally {
      ReferenceCountUtil.release(serverContext);
      ReferenceCountUtil.release(clientContext);
    }
  }

  private static SslContextBuilder large(SslContextBuilder builder, SslProvider provider) {
    builder.sslProvider(provider).protocols("TLSv1.3");
    return provider == SslProvider.JDK
        ? builder
        : builder.option(OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES, MOST);
  }

  private static void handshake(
      ServerBootstrap sb, Bootstrap cb, SslContext serverContext, SslContext clientContext)
      throws Throwable {
    // With TLS 1.3 the client is done before the server has seen the client's certificate.
    CompletableFuture<Boolean> authenticated = new CompletableFuture<>();
    Channel server =
        sb.childHandler(initializer(serverContext, authenticated)).bind().sync().channel();
    Channel client =
        cb.handler(initializer(clientContext, new CompletableFuture<>()))
            .connect(server.localAddress())
            .sync()
            .channel();
    try {
      assertThat(authenticated.get(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      client.close().sync();
      server.close().sync();
    }
  }

  private static ChannelInitializer<Channel> initializer(
      SslContext context, CompletableFuture<Boolean> done) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel
            .pipeline()
            .addLast(context.newHandler(channel.alloc()))
            .addLast(new HandshakeListener(done));
      }
    };
  }

  private static final class HandshakeListener extends ChannelInboundHandlerAdapter {
    private final CompletableFuture<Boolean> done;

    HandshakeListener(CompletableFuture<Boolean> done) {
      this.done = done;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent completion) {
        if (completion.isSuccess()) {
          done.complete(true);
        } else {
          done.completeExceptionally(completion.cause());
        }
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      done.completeExceptionally(cause);
    }
  }
}
