package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Sockaddr;
import io.github.kqueueffm.syscall.UnixAddress;
import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A local (Unix domain) datagram socket. Takes Netty's {@link DomainSocketAddress} and Java's own
 * {@link UnixDomainSocketAddress}; on Linux, a path that begins with the character 0 is an abstract
 * name. The sender of a datagram from a socket without a name has an empty path. Paths of a {@link
 * DomainSocketAddress} are UTF-8, whatever the locale; a sender's address keeps the kernel's bytes,
 * so that an answer arrives also if its name is not valid UTF-8.
 *
 * <p>A datagram to a receiver that is full waits, and those behind it, until there is room. If none
 * was sent for ten seconds, the first one fails. On Linux a connected channel waits without a limit
 * for its own receiver.
 *
 * <p>From FreeBSD 14 on, by its source, the receiver has a separate queue for each connected
 * sender. When the sender closes, what the receiver has not read is dropped, and datagrams of
 * different senders are not ordered. There a sender should close after an answer, or not connect
 * and name the receiver with every datagram.
 *
 * <p>When the channel closes it deletes the file that its bind made, unless another file has that
 * path.
 */
public class KQueueFfmDomainDatagramChannel extends AbstractKQueueFfmDatagramChannel
    implements DomainDatagramChannel {
  private static final DomainSocketAddress NAMELESS = new DomainSocketAddress("");

  private final KQueueFfmDomainDatagramChannelConfig config;
  private final Sockaddr codec;
  private final FullReceiver fullReceiver = new FullReceiver();
  private SocketFile file;

  /** A new socket. */
  public KQueueFfmDomainDatagramChannel() {
    this(Sockets.datagram(SystemKernel.get(), SocketProtocolFamily.UNIX), false);
  }

  /**
   * Takes over a socket, bound or connected or neither, and closes it with the channel, which is
   * active from its registration.
   */
  public KQueueFfmDomainDatagramChannel(int fd) {
    this(Sockets.adoptLocalDatagram(SystemKernel.get(), fd), true);
  }

  KQueueFfmDomainDatagramChannel(KernelSocket socket, boolean adopted) {
    // One without a name, too, as one of a pair is.
    super(socket, adopted);
    codec = Sockaddr.of(socket.kernel().platform());
    if (adopted) {
      adopted();
    }
    // If this fails the caller still owns an adopted one.
    config = adopted ? newConfig() : Sockets.closingOnFailure(socket, this::newConfig);
  }

  /** Makes the configuration; called from the constructor. */
  protected KQueueFfmDomainDatagramChannelConfig newConfig() {
    return new KQueueFfmDomainDatagramChannelConfig(this);
  }

  @Override
  public KQueueFfmDomainDatagramChannelConfig config() {
    return config;
  }

  @Override
  public @Nullable DomainSocketAddress localAddress() {
    return (DomainSocketAddress) super.localAddress();
  }

  @Override
  public @Nullable DomainSocketAddress remoteAddress() {
    return (DomainSocketAddress) super.remoteAddress();
  }

  @Override
  protected @Nullable SocketAddress localAddress0() {
    DomainSocketAddress name = (DomainSocketAddress) super.localAddress0();
    // It can still get one.
    return name == null || name.path().isEmpty() ? null : name;
  }

  @Override
  SocketAddress toNetty(SocketAddress address) {
    return DomainAddresses.toNetty(address);
  }

  @Override
  SocketAddress toKernel(SocketAddress address) {
    return DomainAddresses.name(DomainAddresses.fromUser(address, KQueueFfmDatagramChannel.class));
  }

  @Override
  boolean isRecipient(Object address) {
    return address instanceof DomainSocketAddress || address instanceof UnixDomainSocketAddress;
  }

  @Override
  boolean isPeer(SocketAddress recipient, SocketAddress peer) {
    return peer != null && DomainAddresses.isSame(recipient, peer, KQueueFfmDatagramChannel.class);
  }

  @Override
  String writable() {
    return "DomainDatagramPacket, AddressedEnvelope<ByteBuf, DomainSocketAddress>, ByteBuf";
  }

  @Override
  Object newPacket(ByteBuf content, SocketAddress recipient, SocketAddress sender) {
    return new DomainDatagramPacket(
        content,
        recipient == null
            ? null
            : DomainAddresses.fromUser(recipient, KQueueFfmDatagramChannel.class),
        (DomainSocketAddress) sender);
  }

  @Override
  boolean wantsControl() {
    return false;
  }

  @Override
  Object packet(ByteBuf content, DatagramResources resources, DatagramBatch batch, int at) {
    byte[] name = codec.getPath(batch.name(at), batch.nameLength(at));
    DomainSocketAddress sender =
        name.length == 0 ? NAMELESS : DomainAddresses.toNetty(UnixAddress.of(name));
    return new DomainDatagramPacket(content, localAddress(), sender);
  }

  @Override
  String limit() {
    return "";
  }

  @Override
  boolean isActiveOnOpen() {
    return config.isActiveOnOpen();
  }

  @Override
  IOException datagramFailure(String operation, Object subject, int result) {
    return Failures.of(socket().kernel().platform(), operation, subject, result);
  }

  @Override
  protected void doBind(SocketAddress local) throws Exception {
    DomainSocketAddress address = DomainAddresses.fromUser(local, KQueueFfmDatagramChannel.class);
    super.doBind(address);
    file = SocketFile.madeAt(socket().kernel(), DomainAddresses.name(address));
  }

  @Override
  protected void doClose() throws Exception {
    SocketFile made = file;
    file = null;
    try {
      if (made != null) {
        made.delete();
      }
    } finally {
      super.doClose();
    }
  }

  @Override
  void afterRegister() {
    // The timer has stayed with another loop.
    fullReceiver.reset();
  }

  @Override
  void resumeWrites() {
    // Not by the write filter, which on macOS can stay silent while the receiver is full.
    eventLoop().execute(this::flushAgain);
  }

  /** A full receiver is EAGAIN on Linux, and ENOBUFS on macOS and the BSDs. */
  @Override
  boolean awaitRoom(Object refused, int result) {
    Platform platform = socket().kernel().platform();
    boolean again = platform.is(Errno.EAGAIN, -result);
    if (!again && !platform.is(Errno.ENOBUFS, -result)) {
      return false;
    }
    if (again && platform.isLinux() && isForPeer(refused)) {
      // Only there the write filter of a connected sender follows its receiver's room.
      armWrite();
      return true;
    }
    return awaitReceiver();
  }

  private boolean awaitReceiver() {
    long delay = fullReceiver.refused(eventLoop().ticker().nanoTime());
    if (delay == FullReceiver.TOO_LONG) {
      return false;
    }
    Object wait = fullReceiver.begin();
    ownUnsafe().waitsForRoom();
    eventLoop().schedule(() -> onLoop(() -> endWait(wait)), delay, TimeUnit.MILLISECONDS);
    return true;
  }

  private void endWait(Object wait) {
    if (fullReceiver.end(wait)) {
      flushAgain();
    }
  }

  @Override
  void endWait() {
    ownUnsafe().hasRoom();
    fullReceiver.reset();
  }

  @Override
  boolean awaitsRoom() {
    return fullReceiver.isAwaited() || super.awaitsRoom();
  }

  @Override
  String noRoom(int size) {
    return ", "
        + size
        + " bytes, after "
        + FullReceiver.PATIENCE_SECONDS
        + " s without room in the receiver's buffer: the receiver has to read, or to raise its"
        + " SO_RCVBUF";
  }
}
