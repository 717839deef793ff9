package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.EffectiveAddresses;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Sockaddr;
import io.github.kqueueffm.syscall.TcpFastOpen;
import io.github.kqueueffm.syscall.TcpInfo;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** A TCP connection. */
public class KQueueFfmSocketChannel extends AbstractKQueueFfmStreamChannel
    implements SocketChannel {
  private final KQueueFfmSocketChannelConfig config;
  private FastOpen fastOpen;
  private InetSocketAddress peer;

  /**
   * The IPv4 address from accept(2), of which {@link #remoteAddress()} makes an object, or {@link
   * Sockaddr#NOT_IPV4}.
   */
  private long ipv4Peer = Sockaddr.NOT_IPV4;

  /**
   * A new socket for addresses of any family. Where one socket cannot carry both IPv4 and IPv6
   * (NetBSD, OpenBSD, DragonFly), the first address that is not a wildcard decides the family. The
   * descriptor keeps its number and the options that were set. If the other family lacks one of
   * them, the call that would lose it fails.
   */
  public KQueueFfmSocketChannel() {
    this((SocketProtocolFamily) null);
  }

  /** A new socket of one family; {@code null} chooses as the other constructor does. */
  public KQueueFfmSocketChannel(@Nullable SocketProtocolFamily family) {
    this(null, Sockets.stream(SystemKernel.get(), family), false);
  }

  /**
   * A new socket of one family.
   *
   * @deprecated use {@link #KQueueFfmSocketChannel(SocketProtocolFamily)}
   */
  @Deprecated
  public KQueueFfmSocketChannel(io.netty.channel.socket.@Nullable InternetProtocolFamily family) {
    this(family == null ? null : family.toSocketProtocolFamily());
  }

  /** Takes over a socket, connected or not, and closes it with the channel. */
  public KQueueFfmSocketChannel(int fd) {
    this(Sockets.adoptTcp(SystemKernel.get(), fd));
  }

  KQueueFfmSocketChannel(KernelSocket adopted) {
    super(null, adopted, adopted.wasConnected());
    // If this fails the caller still owns the descriptor.
    config = newConfig();
    config.lingerUnknown();
  }

  /**
   * A connection that a server accepted: what {@link KQueueFfmServerSocketChannel#newChildChannel}
   * makes.
   */
  protected KQueueFfmSocketChannel(
      KQueueFfmServerSocketChannel parent, int fd, @Nullable InetSocketAddress remote) {
    this(parent, fd, Sockaddr.NOT_IPV4);
    peer = remote;
  }

  KQueueFfmSocketChannel(KQueueFfmServerSocketChannel parent, int fd, long ipv4Peer) {
    this(parent, parent.accepted(fd), true);
    this.ipv4Peer = ipv4Peer;
    if (parent.mayPassOnLinger()) {
      config.lingerUnknown();
    }
  }

  KQueueFfmSocketChannel(Channel parent, KernelSocket socket, boolean connected) {
    super(parent, socket, connected);
    // The server closes the descriptor of an accepted one.
    config = connected ? newConfig() : Sockets.closingOnFailure(socket, this::newConfig);
  }

  /** Makes the configuration; called from the constructor. */
  protected KQueueFfmSocketChannelConfig newConfig() {
    return new KQueueFfmSocketChannelConfig(this);
  }

  @Override
  public KQueueFfmSocketChannelConfig config() {
    return config;
  }

  @Override
  public @Nullable ServerSocketChannel parent() {
    return (ServerSocketChannel) super.parent();
  }

  @Override
  public @Nullable InetSocketAddress localAddress() {
    return (InetSocketAddress) super.localAddress();
  }

  @Override
  public @Nullable InetSocketAddress remoteAddress() {
    return (InetSocketAddress) super.remoteAddress();
  }

  /**
   * Asks the kernel about the state of the connection: round-trip time, congestion window and more.
   * It is one system call, and any thread may ask.
   *
   * @throws UnsupportedOperationException if the system cannot report it: DragonFly, and releases
   *     of NetBSD and OpenBSD that are too old
   * @throws ChannelException if the channel is closed, or the kernel refuses, as FreeBSD does after
   *     a reset
   */
  public KQueueFfmTcpInfo tcpInfo() {
    KernelSocket socket = socket();
    try {
      return new KQueueFfmTcpInfo(socket.kernel().platform(), TcpInfo.of(socket));
    } catch (IOException e) {
      throw new ChannelException("cannot read the state of TCP: " + Failures.reason(e), e);
    }
  }

  @Override
  protected @Nullable SocketAddress remoteAddress0() {
    if (peer != null) {
      return peer;
    }
    return ipv4Peer == Sockaddr.NOT_IPV4 ? super.remoteAddress0() : Sockaddr.ofIpv4(ipv4Peer);
  }

  @Override
  protected void doBind(SocketAddress local) throws Exception {
    super.doBind(DomainAddresses.internet(local, KQueueFfmDomainSocketChannel.class));
  }

  @Override
  boolean startConnect(SocketAddress remote) throws Exception {
    InetSocketAddress address =
        DomainAddresses.internet(remote, KQueueFfmDomainSocketChannel.class);
    return !startsFast(address) && socket().connect(address);
  }

  private boolean startsFast(SocketAddress remote) throws Exception {
    if (!config.isTcpFastOpenConnect() || !TcpFastOpen.isPossible(socket().kernel().platform())) {
      return false;
    }
    fastOpen = new FastOpen();
    return fastOpen.start(socket(), remote, unsafe().outboundBuffer());
  }

  @Override
  void connected(SocketAddress remote) {
    InetSocketAddress address = (InetSocketAddress) remote;
    // The connect ends at another address, which getpeername returns.
    peer = EffectiveAddresses.isReplaced(address.getAddress()) ? null : address;
  }

  @Override
  void firstWritesComplete() {
    if (fastOpen != null) {
      fastOpen.finish(unsafe().outboundBuffer(), loop() == null ? null : resources());
    }
  }

  /** The kernel's answer while the channel is open, since a transparent proxy can change it. */
  @Override
  protected @Nullable SocketAddress localAddress0() {
    return isOpen() ? super.localAddress0() : addressOfListener();
  }

  /** The listener's address; {@code null} for a wildcard address or without a listener. */
  private SocketAddress addressOfListener() {
    InetSocketAddress address = parent() == null ? null : parent().localAddress();
    return address == null || address.getAddress().isAnyLocalAddress() ? null : address;
  }

  @Override
  protected void doClose() throws Exception {
    if (isActive() && addressOfListener() == null) {
      // Netty keeps it for handlers that ask when the channel has become inactive.
      localAddress();
    }
    super.doClose();
  }

  /** Whether the accepted socket has TCP_NODELAY from its listener. */
  final boolean inheritsNoDelay() {
    return parent() instanceof KQueueFfmServerSocketChannel server
        && server.noDelay().isInheritedBy(socket());
  }

  @Override
  boolean isAllowHalfClosure() {
    return config.isAllowHalfClosure();
  }

  @Override
  int blockingLinger() {
    return config.blockingLinger();
  }
}
