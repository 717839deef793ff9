package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Sockaddr;
import io.netty.channel.Channel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** A listening TCP socket. */
public class KQueueFfmServerSocketChannel extends AbstractKQueueFfmServerChannel
    implements ServerSocketChannel {
  private final KQueueFfmServerSocketChannelConfig config;
  private final InheritedNoDelay noDelay = new InheritedNoDelay();

  /** A new socket, for IPv6 and IPv4 where the system allows both on one. */
  public KQueueFfmServerSocketChannel() {
    this((SocketProtocolFamily) null);
  }

  /** A new socket of one family; {@code null} chooses as the other constructor does. */
  public KQueueFfmServerSocketChannel(@Nullable SocketProtocolFamily family) {
    this(Sockets.listener(SystemKernel.get(), family), false);
  }

  /** Takes over a socket that is bound or listening, and closes it with the channel. */
  public KQueueFfmServerSocketChannel(int fd) {
    this(Sockets.adoptTcp(SystemKernel.get(), fd), true);
  }

  KQueueFfmServerSocketChannel(KernelSocket socket, boolean adopted) {
    super(socket, adopted);
    // Of an adopted one the caller still is the owner.
    config = adopted ? newConfig() : Sockets.closingOnFailure(socket, this::newConfig);
  }

  /** Makes the configuration; called from the constructor. */
  protected KQueueFfmServerSocketChannelConfig newConfig() {
    return new KQueueFfmServerSocketChannelConfig(this);
  }

  @Override
  public KQueueFfmServerSocketChannelConfig config() {
    return config;
  }

  @Override
  public @Nullable InetSocketAddress localAddress() {
    return (InetSocketAddress) super.localAddress();
  }

  @Override
  public @Nullable InetSocketAddress remoteAddress() {
    return (InetSocketAddress) super.remoteAddress();
  }

  @Override
  protected void doBind(SocketAddress local) throws Exception {
    socket().bind(DomainAddresses.internet(local, KQueueFfmServerDomainSocketChannel.class));
    noDelay.offer(socket());
    listen();
  }

  final InheritedNoDelay noDelay() {
    return noDelay;
  }

  @Override
  final Channel child(LoopResources loop, int fd) {
    // A subclass is given the address. Otherwise it becomes an object when it is asked for.
    long ipv4 =
        getClass() == KQueueFfmServerSocketChannel.class ? loop.acceptedIpv4() : Sockaddr.NOT_IPV4;
    return ipv4 == Sockaddr.NOT_IPV4
        ? newChildChannel(fd, (InetSocketAddress) loop.acceptedAddress())
        : new KQueueFfmSocketChannel(this, fd, ipv4);
  }

  /**
   * Makes the channel of a connection; called on the loop.
   *
   * @param fd belongs to the channel once this method returns, and is closed if it throws
   */
  protected KQueueFfmSocketChannel newChildChannel(int fd, @Nullable InetSocketAddress remote) {
    return new KQueueFfmSocketChannel(this, fd, remote);
  }
}
