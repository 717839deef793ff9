package io.github.kqueueffm.containers;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;

/**
 * Echoes over TCP, TLS, UDP, and over TCP behind a proxy that announces its client. It ends with
 * its process.
 *
 * <p>The system property {@code containers.transport} is the only thing that differs between its
 * runs on NIO and on this transport.
 */
public final class EchoServer {
  static final int ECHO_PORT = 7000;
  static final int DATAGRAM_PORT = 7000;
  static final int PROXIED_PORT = 7001;
  static final int TLS_PORT = 7443;

  /** The system property that names the directory of the key and the certificate. */
  static final String TLS_PROPERTY = "containers.tls";

  static final String KEY = "key.pem";
  static final String CERTIFICATE = "certificate.pem";

  /** How the line begins that is printed once all ports are open. */
  static final String READY = "serving on ";

  private static final PrintStream OUT = System.out;
  private static final int MAX_DATAGRAM_BYTES = 65_535;

  private final Transport transport;
  private final EventLoopGroup loops;

  private EchoServer(Transport transport) {
    this.transport = transport;
    this.loops = transport.loops(2);
  }

  /** Serves until the process is ended. */
  public static void main(String[] arguments) throws IOException {
    EchoServer server = new EchoServer(Transport.chosen());
    Channel echo = server.listen(ECHO_PORT, new EchoHandler());
    server.listen(PROXIED_PORT, server.proxied());
    server.listen(TLS_PORT, tls(Path.of(System.getProperty(TLS_PROPERTY))));
    Channel datagrams = server.receive();
    OUT.println(
        READY
            + echo.getClass().getSimpleName()
            + " and "
            + datagrams.getClass().getSimpleName()
            + ' ');
    echo.closeFuture().syncUninterruptibly();
  }

  private Channel listen(int port, ChannelHandler handler) {
    return new ServerBootstrap()
        .group(loops)
        .channel(transport.server())
        .option(ChannelOption.SO_BACKLOG, 256)
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childHandler(handler)
        .bind(port)
        .syncUninterruptibly()
        .channel();
  }

  private ChannelHandler proxied() {
    return initializer(
        channel -> channel.pipeline().addLast(new HAProxyMessageDecoder(), new AnnouncedEcho()));
  }

  private static ChannelHandler tls(Path directory) throws IOException {
    SslContext context =
        SslContextBuilder.forServer(
                directory.resolve(CERTIFICATE).toFile(), directory.resolve(KEY).toFile())
            .build();
    return initializer(channel ->
        channel.pipeline().addLast(context.newHandler(channel.alloc()), new EchoHandler()));
  }

  private Channel receive() {
    return new Bootstrap()
        .group(loops)
        .channel(transport.datagram())
        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MAX_DATAGRAM_BYTES))
        .handler(new DatagramEcho())
        .bind(DATAGRAM_PORT)
        .syncUninterruptibly()
        .channel();
  }

  private static ChannelHandler initializer(Pipeline pipeline) {
    return new ChannelInitializer<SocketChannel>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        pipeline.fill(channel);
      }
    };
  }

  private interface Pipeline {
    void fill(SocketChannel channel);
  }
}
