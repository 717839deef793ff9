package io.github.kqueueffm.benchmarks.server;

import io.github.kqueueffm.channel.KQueueFfmFileRegion;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.DefaultFileRegion;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.File;
import java.nio.file.Path;

/** The handlers of the services. */
final class Services {
  /** All connections arrive at the same time, in a JVM that has just started. */
  private static final long HANDSHAKE_TIMEOUT_MILLIS = 60_000;

  private Services() {}

  static ChannelHandler initializer(String transport, Service service, String path)
      throws Exception {
    return switch (service) {
      case ECHO, LOCAL -> new Echo();
      case SINK -> new Sink();
      case SOURCE -> new Source();
      case FILE -> defaultRegions(path);
      case REGION ->
          transport.equals(ServerTransport.KQUEUE_FFM) ? ownRegions(path) : defaultRegions(path);
      case HTTP -> new Web(null);
      case HTTPS -> new Web(tls());
      case DATAGRAM -> throw new IllegalArgumentException(service + " has no connections");
    };
  }

  private static FileSender defaultRegions(String path) {
    File file = new File(path);
    return new FileSender(() -> new DefaultFileRegion(file, 0, Service.FILE_BYTES));
  }

  private static FileSender ownRegions(String path) {
    Path file = Path.of(path);
    return new FileSender(() -> KQueueFfmFileRegion.open(file, 0, Service.FILE_BYTES));
  }

  private static SslContext tls() throws Exception {
    X509Bundle certificate =
        new CertificateBuilder()
            .ecp256()
            .subject("cn=localhost")
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    return SslContextBuilder.forServer(
            certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
        .build();
  }

  private static final class Web extends ChannelInitializer<Channel> {
    private final SslContext tls;

    Web(SslContext tls) {
      this.tls = tls;
    }

    @Override
    protected void initChannel(Channel channel) {
      ChannelPipeline pipeline = channel.pipeline();
      if (tls != null) {
        SslHandler handler = tls.newHandler(channel.alloc());
        handler.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT_MILLIS);
        pipeline.addLast(handler);
      }
      pipeline.addLast(new HttpServerCodec(), new Plaintext());
    }
  }
}
