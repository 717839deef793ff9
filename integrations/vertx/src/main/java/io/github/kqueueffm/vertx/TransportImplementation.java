package io.github.kqueueffm.vertx;

import io.github.kqueueffm.channel.KQueueFfm;
import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannelOption;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.spi.transport.Transport;
import org.jspecify.annotations.Nullable;

/** The interface of Vert.x to a transport. */
final class TransportImplementation implements Transport {

  @Override
  public boolean isAvailable() {
    return KQueueFfm.isAvailable("KQueueFfmTransport");
  }

  @Override
  public @Nullable Throwable unavailabilityCause() {
    return KQueueFfm.unavailabilityCause();
  }

  @Override
  public boolean supportsDomainSockets() {
    return true;
  }

  @Override
  public IoHandlerFactory ioHandlerFactory() {
    return KQueueFfmIoHandler.newFactory();
  }

  @Override
  public ChannelFactory<? extends Channel> channelFactory(boolean domainSocket) {
    return domainSocket ? KQueueFfmDomainSocketChannel::new : KQueueFfmSocketChannel::new;
  }

  @Override
  public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
    return domainSocket
        ? KQueueFfmServerDomainSocketChannel::new
        : KQueueFfmServerSocketChannel::new;
  }

  @Override
  public ChannelFactory<? extends DatagramChannel> datagramChannelFactory() {
    return KQueueFfmDatagramChannel::new;
  }

  @Override
  @SuppressWarnings("deprecation") // Vert.x's own signature
  public DatagramChannel datagramChannel(io.netty.channel.socket.InternetProtocolFamily family) {
    return new KQueueFfmDatagramChannel(family);
  }

  @Override
  public java.net.SocketAddress convert(SocketAddress address) {
    return address.isDomainSocket()
        ? new DomainSocketAddress(address.path())
        : Transport.super.convert(address);
  }

  @Override
  public SocketAddress convert(java.net.SocketAddress address) {
    return address instanceof DomainSocketAddress domain
        ? SocketAddress.domainSocketAddress(domain.path())
        : Transport.super.convert(address);
  }

  @Override
  public void configure(TcpConfig config, boolean domainSocket, Bootstrap bootstrap) {
    if (!domainSocket) {
      TcpOptions.CLIENT.forEach(option -> option.set(config, bootstrap::option));
    }
    Transport.super.configure(config, domainSocket, bootstrap);
  }

  @Override
  public void configure(TcpConfig config, boolean domainSocket, ServerBootstrap bootstrap) {
    if (!domainSocket) {
      bootstrap.option(UnixChannelOption.SO_REUSEPORT, config.isSoReusePort());
      TcpOptions.SERVER.forEach(option -> option.set(config, bootstrap::option));
      TcpOptions.CHILD.forEach(option -> option.set(config, bootstrap::childOption));
    }
    Transport.super.configure(config, domainSocket, bootstrap);
  }

  /**
   * Closes the channel if the action fails, because Vert.x has just created it and drops it then.
   */
  @Override
  public void configure(DatagramChannel channel, DatagramSocketOptions options) {
    try {
      Transport.super.configure(channel, options);
      if (options.isReusePort()) {
        // After SO_REUSEADDR, because on macOS and the BSDs it also sets SO_REUSEPORT.
        channel.config().setOption(UnixChannelOption.SO_REUSEPORT, true);
      }
      MulticastOptions.set(channel.config(), options);
    } catch (Throwable t) {
      // The channel has no event loop yet, so close() has no thread to run on.
      channel.unsafe().closeForcibly();
      throw t;
    }
  }
}
