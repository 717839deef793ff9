package io.github.kqueueffm.frameworks.netty;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmEventLoopGroup;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** A name server on one port of the loopback address, over UDP and over TCP. */
final class DnsServer implements AutoCloseable {
  private static final int ATTEMPTS = 20;

  private final EventLoopGroup group = new KQueueFfmEventLoopGroup(1);
  private final InetSocketAddress address;

  DnsServer() {
    address = bind(ATTEMPTS);
  }

  InetSocketAddress address() {
    return address;
  }

  /** The port that TCP was given may be taken for UDP. */
  private InetSocketAddress bind(int attempts) {
    Channel tcp = tcp().bind(InetAddress.getLoopbackAddress(), 0).syncUninterruptibly().channel();
    ChannelFuture udp = udp().bind(tcp.localAddress()).awaitUninterruptibly();
    if (udp.isSuccess()) {
      return (InetSocketAddress) tcp.localAddress();
    }
    tcp.close().syncUninterruptibly();
    if (attempts == 1) {
      throw new IllegalStateException("no port for both", udp.cause());
    }
    return bind(attempts - 1);
  }

  private ServerBootstrap tcp() {
    return new ServerBootstrap()
        .group(group)
        .channel(KQueueFfmServerSocketChannel.class)
        .childHandler(
            Pipelines.of(pipeline ->
                pipeline.addLast(
                    new TcpDnsQueryDecoder(), new TcpDnsResponseEncoder(), new DnsAnswers())));
  }

  private Bootstrap udp() {
    return new Bootstrap()
        .group(group)
        .channel(KQueueFfmDatagramChannel.class)
        .handler(
            Pipelines.of(pipeline ->
                pipeline.addLast(
                    new DatagramDnsQueryDecoder(),
                    new DatagramDnsResponseEncoder(),
                    new DnsAnswers())));
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
