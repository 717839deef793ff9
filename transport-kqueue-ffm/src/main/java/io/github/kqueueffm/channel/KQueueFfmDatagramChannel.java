package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Multicast;
import io.github.kqueueffm.syscall.Sockaddr;
import io.github.kqueueffm.syscall.UdpSegmentation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.util.internal.ObjectUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.UnresolvedAddressException;
import org.jspecify.annotations.Nullable;

/**
 * A UDP socket.
 *
 * <p>A datagram that cannot be sent fails its own promise; the channel stays open and goes on with
 * the next one. {@link DatagramPacket#recipient()} is the local address, or with {@link
 * KQueueFfmChannelOption#IP_RECVDSTADDR} the one that the datagram was sent to. Memberships in
 * groups take effect at once and may be changed from any thread, on the loop where the group
 * decides of which family the socket is; what the system lacks fails with an {@link
 * UnsupportedOperationException}.
 *
 * <p>On Linux one call sends the content of a {@link SegmentedDatagramPacket} as several datagrams,
 * and with {@link KQueueFfmChannelOption#UDP_GRO} one call receives several.
 *
 * <p>After a disconnect the local port stays bound, and the channel receives from every sender
 * again. There are two exceptions. On Linux it receives from no IPv6 sender but the last peer
 * (measured on 6.18: AF_UNSPEC does not clear it). On macOS a channel of both families keeps the
 * family of the last peer (by its source). A connect that fails can end the association that was
 * there; {@link #isConnected()} and {@link #remoteAddress()} then show what is left.
 */
public class KQueueFfmDatagramChannel extends AbstractKQueueFfmDatagramChannel
    implements DatagramChannel {
  /** What a packet of 65535 bytes leaves beside the headers of IPv4 and UDP. */
  private static final int MAX_PAYLOAD4 = 65507;

  /** The same for IPv6, whose header does not count. */
  private static final int MAX_PAYLOAD6 = 65527;

  private final KQueueFfmDatagramChannelConfig config;
  private final DatagramRecipients recipients;
  private final ReceivedSegments segments;
  private final RecentAddresses<InetSocketAddress> senders = new RecentAddresses<>();
  private final Sockaddr codec;
  private final Object registering = new Object();

  /** Whether a loop has it or is registering it; guarded by {@link #registering}. */
  private boolean atLoop;

  /**
   * A new socket for addresses of any family. Where one socket cannot carry both IPv4 and IPv6
   * (NetBSD, OpenBSD, DragonFly, and FreeBSD for datagrams), the first address that is not a
   * wildcard decides the family: one that is bound, connected, or a group that is joined. Datagrams
   * that came to the wildcard before and were not read are lost. The descriptor keeps its number
   * and the options that were set. If the other family lacks one of them, the call that would lose
   * it fails.
   */
  public KQueueFfmDatagramChannel() {
    this((SocketProtocolFamily) null);
  }

  /** A new socket of one family; {@code null} chooses as the other constructor does. */
  public KQueueFfmDatagramChannel(@Nullable SocketProtocolFamily family) {
    this(Sockets.datagram(SystemKernel.get(), family), false);
  }

  /**
   * A new socket of one family.
   *
   * @deprecated use {@link #KQueueFfmDatagramChannel(SocketProtocolFamily)}
   */
  @Deprecated
  public KQueueFfmDatagramChannel(io.netty.channel.socket.@Nullable InternetProtocolFamily family) {
    this(family == null ? null : family.toSocketProtocolFamily());
  }

  /**
   * Takes over a socket, bound or connected or neither, and closes it with the channel, which is
   * active from its registration.
   */
  public KQueueFfmDatagramChannel(int fd) {
    this(Sockets.adoptUdp(SystemKernel.get(), fd), true);
  }

  KQueueFfmDatagramChannel(KernelSocket socket, boolean adopted) {
    // Also one that is not bound: its first datagram binds it.
    super(socket, adopted);
    recipients = new DatagramRecipients(socket);
    segments = new ReceivedSegments(socket);
    codec = Sockaddr.of(socket.kernel().platform());
    if (adopted) {
      adopted();
    }
    // If this fails the caller still owns an adopted one.
    config = adopted ? newConfig() : Sockets.closingOnFailure(socket, this::newConfig);
  }

  /** Makes the configuration; called from the constructor. */
  protected KQueueFfmDatagramChannelConfig newConfig() {
    return new KQueueFfmDatagramChannelConfig(this);
  }

  @Override
  public KQueueFfmDatagramChannelConfig config() {
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
  SocketAddress toNetty(SocketAddress address) {
    return address;
  }

  @Override
  SocketAddress toKernel(SocketAddress address) {
    return DomainAddresses.internet(address, KQueueFfmDomainDatagramChannel.class);
  }

  @Override
  boolean isRecipient(Object address) {
    if (address instanceof InetSocketAddress inet && inet.isUnresolved()) {
      throw new UnresolvedAddressException();
    }
    return address instanceof InetSocketAddress;
  }

  @Override
  String writable() {
    return "DatagramPacket, AddressedEnvelope<ByteBuf, InetSocketAddress>, ByteBuf";
  }

  @Override
  Object newPacket(ByteBuf content, SocketAddress recipient, SocketAddress sender) {
    return new DatagramPacket(content, (InetSocketAddress) recipient, (InetSocketAddress) sender);
  }

  /**
   * Whether this system sends the content of a {@link SegmentedDatagramPacket} as several datagrams
   * with one call: Linux from 4.18 on. Elsewhere a write of a packet with more than one segment
   * fails with an {@link UnsupportedOperationException}. While no socket can be opened to ask the
   * kernel the answer is no. Any thread may ask.
   */
  public static boolean isSegmentedDatagramPacketSupported() {
    return KQueueFfm.isAvailable() && UdpSegmentation.isSupported(SystemKernel.get());
  }

  /** For the configuration. */
  final ReceivedSegments segments() {
    return segments;
  }

  /** For the configuration. */
  final DatagramRecipients recipients() {
    return recipients;
  }

  @Override
  boolean wantsControl() {
    return recipients.isEnabled() || segments.isEnabled();
  }

  @Override
  int segmentSize(DatagramResources resources, DatagramBatch batch, int at) {
    return segments.size(resources.controls(), batch, at);
  }

  @Override
  Object withContent(AddressedEnvelope<?, ?> envelope, ByteBuf content) {
    return envelope instanceof SegmentedDatagramPacket packet
        ? packet.replace(content)
        : super.withContent(envelope, content);
  }

  @Override
  protected Object filterOutboundMessage(Object message) {
    if (Datagrams.segmentSize(message) > 0 && !UdpSegmentation.isSupported(socket())) {
      throw new UnsupportedOperationException(
          Failures.refusal(
              "write a SegmentedDatagramPacket to",
              this,
              "this system does not cut a buffer into datagrams (Linux does, from 4.18 on)",
              "write a DatagramPacket for each datagram"));
    }
    return super.filterOutboundMessage(message);
  }

  @Override
  Object packet(ByteBuf content, DatagramResources resources, DatagramBatch batch, int at) {
    long name = batch.name(at);
    int length = batch.nameLength(at);
    InetSocketAddress sender = senders.get(name, length);
    if (sender == null) {
      sender = senders.put(codec.get(name, length));
    }
    InetSocketAddress recipient = recipients.get(resources.controls(), batch, at, localAddress());
    return new DatagramPacket(content, recipient, sender);
  }

  @Override
  String limit() {
    return " of at most " + (socket().isIpv6() ? MAX_PAYLOAD6 : MAX_PAYLOAD4);
  }

  @Override
  int maxReceived() {
    int most = config.getMaxDatagramPayloadSize();
    // Datagrams that come together need more room than each.
    return segments.isEnabled() && most < ReceivedSegments.MOST ? 0 : most;
  }

  @Override
  ByteBuf allocate(RecvByteBufAllocator.ExtendedHandle handle, ByteBufAllocator allocator) {
    return segments.isEnabled() && config.hasOwnAllocator()
        ? allocator.ioBuffer(ReceivedSegments.MOST)
        : super.allocate(handle, allocator);
  }

  @Override
  boolean countsExactly(LoopResources loop) {
    return loop.datagrams().isDataExact();
  }

  @Override
  boolean isActiveOnOpen() {
    return config.isActiveOnOpen();
  }

  @Override
  IOException datagramFailure(String operation, Object subject, int result) {
    return Failures.ofDatagram(socket().kernel().platform(), operation, subject, result);
  }

  @Override
  public ChannelFuture joinGroup(InetAddress group) {
    return joinGroup(group, newPromise());
  }

  @Override
  public ChannelFuture joinGroup(InetAddress group, ChannelPromise promise) {
    return change(Multicast::join, group, null, null, promise);
  }

  @Override
  public ChannelFuture joinGroup(InetSocketAddress group, NetworkInterface via) {
    return joinGroup(group, via, newPromise());
  }

  @Override
  public ChannelFuture joinGroup(
      InetSocketAddress group, NetworkInterface via, ChannelPromise promise) {
    return joinGroup(group.getAddress(), via, null, promise);
  }

  @Override
  public ChannelFuture joinGroup(
      InetAddress group, NetworkInterface via, @Nullable InetAddress source) {
    return joinGroup(group, via, source, newPromise());
  }

  @Override
  public ChannelFuture joinGroup(
      InetAddress group,
      NetworkInterface via,
      @Nullable InetAddress source,
      ChannelPromise promise) {
    ObjectUtil.checkNotNull(via, "networkInterface");
    return change(Multicast::join, group, via, source, promise);
  }

  @Override
  public ChannelFuture leaveGroup(InetAddress group) {
    return leaveGroup(group, newPromise());
  }

  @Override
  public ChannelFuture leaveGroup(InetAddress group, ChannelPromise promise) {
    return change(Multicast::leave, group, null, null, promise);
  }

  @Override
  public ChannelFuture leaveGroup(InetSocketAddress group, NetworkInterface via) {
    return leaveGroup(group, via, newPromise());
  }

  @Override
  public ChannelFuture leaveGroup(
      InetSocketAddress group, NetworkInterface via, ChannelPromise promise) {
    return leaveGroup(group.getAddress(), via, null, promise);
  }

  @Override
  public ChannelFuture leaveGroup(
      InetAddress group, NetworkInterface via, @Nullable InetAddress source) {
    return leaveGroup(group, via, source, newPromise());
  }

  @Override
  public ChannelFuture leaveGroup(
      InetAddress group,
      NetworkInterface via,
      @Nullable InetAddress source,
      ChannelPromise promise) {
    ObjectUtil.checkNotNull(via, "networkInterface");
    return change(Multicast::leave, group, via, source, promise);
  }

  @Override
  public ChannelFuture block(InetAddress group, InetAddress source) {
    return block(group, source, newPromise());
  }

  @Override
  public ChannelFuture block(InetAddress group, InetAddress source, ChannelPromise promise) {
    ObjectUtil.checkNotNull(source, "sourceToBlock");
    return change(Multicast::block, group, null, source, promise);
  }

  @Override
  public ChannelFuture block(InetAddress group, NetworkInterface via, InetAddress source) {
    return block(group, via, source, newPromise());
  }

  @Override
  public ChannelFuture block(
      InetAddress group, NetworkInterface via, InetAddress source, ChannelPromise promise) {
    ObjectUtil.checkNotNull(via, "networkInterface");
    ObjectUtil.checkNotNull(source, "sourceToBlock");
    return change(Multicast::block, group, via, source, promise);
  }

  private interface GroupChange {
    void apply(Multicast groups, InetAddress group, NetworkInterface via, InetAddress source)
        throws IOException;
  }

  private interface Step {
    void take() throws IOException;
  }

  private ChannelFuture change(
      GroupChange change,
      InetAddress group,
      NetworkInterface via,
      InetAddress source,
      ChannelPromise promise) {
    ObjectUtil.checkNotNull(group, "multicastAddress");
    ObjectUtil.checkNotNull(promise, "promise");
    Step step =
        () ->
            change.apply(
                new Multicast(socket()), group, via == null ? ownInterface() : via, source);
    try {
      if (!socket().isUndecided()) {
        complete(promise, failureOf(step));
      } else if (!takenBeforeRegistration(step, promise)) {
        // The group may replace the socket, and only the loop changes knotes.
        onLoop(() -> complete(promise, failureOf(step)));
      }
    } catch (RuntimeException e) {
      promise.tryFailure(e);
    }
    return promise;
  }

  /** Takes a step on this thread unless a loop has the channel; none can register it meanwhile. */
  private boolean takenBeforeRegistration(Step step, ChannelPromise promise) {
    Throwable failure;
    synchronized (registering) {
      if (atLoop) {
        return false;
      }
      failure = failureOf(step);
    }
    // Without the lock, since it runs listeners.
    complete(promise, failure);
    return true;
  }

  private void atLoop(boolean value) {
    synchronized (registering) {
      atLoop = value;
    }
  }

  @Override
  protected void doRegister(ChannelPromise promise) {
    // Before the loop can have a knote of it; isRegistered() is true only after.
    atLoop(true);
    super.doRegister(promise);
  }

  @Override
  protected void doDeregister() {
    super.doDeregister();
    atLoop(false);
  }

  @Override
  protected void doClose() throws Exception {
    try {
      super.doClose();
    } finally {
      // No doDeregister follows a registration that failed.
      atLoop(false);
    }
  }

  private static Throwable failureOf(Step step) {
    try {
      step.take();
      return null;
    } catch (IOException | RuntimeException e) {
      return e;
    }
  }

  private static void complete(ChannelPromise promise, Throwable failure) {
    if (failure == null) {
      promise.trySuccess();
    } else {
      promise.tryFailure(failure);
    }
  }

  /** The one of IP_MULTICAST_IF or of the local address; {@code null} leaves it to the system. */
  private NetworkInterface ownInterface() throws SocketException {
    NetworkInterface chosen = config.getNetworkInterface();
    InetSocketAddress local = chosen == null ? localAddress() : null;
    return local == null || local.getAddress().isAnyLocalAddress()
        ? chosen
        : NetworkInterface.getByInetAddress(local.getAddress());
  }
}
