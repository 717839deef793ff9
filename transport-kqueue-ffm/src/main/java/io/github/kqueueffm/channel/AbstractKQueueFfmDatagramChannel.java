package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.selector.LoopCounts;
import io.github.kqueueffm.selector.LoopCounts.Count;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.NotYetConnectedException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A datagram socket, of the Internet or of this machine, connected or not. */
abstract class AbstractKQueueFfmDatagramChannel extends AbstractKQueueFfmConnectingChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(true, 16);

  /** No count of datagrams. */
  private static final int FULL = Integer.MIN_VALUE;

  private final DatagramReader reader = new DatagramReader();
  private final DatagramWriter writer = new DatagramWriter(this::putRecipient);
  private final Runnable flushTask = this::flushAgain;
  private volatile SocketAddress remote;

  AbstractKQueueFfmDatagramChannel(KernelSocket socket, boolean active) {
    super(null, socket, active);
    // Unlike other channels it may be read from before its family is decided.
    socket.beforeReplacement(this::renewInterests);
  }

  /** A kernel's address in Netty's type; {@code null} for none. */
  abstract SocketAddress toNetty(SocketAddress address);

  /** A user's address in a type that {@link KernelSocket} accepts. */
  abstract SocketAddress toKernel(SocketAddress address);

  /** Whether a datagram can be sent to addresses of that type; throws for an unresolved one. */
  abstract boolean isRecipient(Object address);

  /** The messages that may be written, for an exception's text. */
  abstract String writable();

  /**
   * A message with its addresses.
   *
   * @param sender {@code null} for a message to write
   */
  abstract Object newPacket(ByteBuf content, SocketAddress recipient, SocketAddress sender);

  /** Whether control messages are received. */
  abstract boolean wantsControl();

  /** A received datagram with the addresses that came with it. */
  abstract Object packet(ByteBuf content, DatagramResources resources, DatagramBatch batch, int at);

  /** The bytes of each datagram but the last in a buffer that was received, or 0 if it has one. */
  int segmentSize(DatagramResources resources, DatagramBatch batch, int at) {
    return 0;
  }

  /** A message to write with its content in another buffer. */
  Object withContent(AddressedEnvelope<?, ?> envelope, ByteBuf content) {
    SocketAddress recipient = envelope.recipient();
    return recipient == null ? content : newPacket(content, recipient, null);
  }

  /** The most bytes that the protocol permits, in words after a size; empty without a limit. */
  abstract String limit();

  /** The divisor of a receive buffer that takes several datagrams; 0 for one in each. */
  int maxReceived() {
    return 0;
  }

  /** Whether the data of an event is the bytes of the datagrams that wait, and nothing else. */
  boolean countsExactly(LoopResources loop) {
    return false;
  }

  abstract boolean isActiveOnOpen();

  abstract IOException datagramFailure(String operation, Object subject, int result);

  /** For a descriptor that is connected already. */
  final void adopted() {
    remote = super.remoteAddress0();
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  public boolean isActive() {
    return isOpen() && (super.isActive() || isActiveOnOpen() && isRegistered());
  }

  public boolean isConnected() {
    return remote != null;
  }

  @Override
  protected @Nullable SocketAddress localAddress0() {
    return toNetty(super.localAddress0());
  }

  @Override
  protected @Nullable SocketAddress remoteAddress0() {
    SocketAddress connected = remote;
    return connected == null ? null : toNetty(connected);
  }

  @Override
  protected void doBind(SocketAddress local) throws Exception {
    socket().bind(toKernel(local));
    active(true);
    // A read can have been requested before.
    updateReadInterest();
  }

  @Override
  final boolean startConnect(SocketAddress remote, SocketAddress local) throws Exception {
    if (local != null) {
      doBind(local);
    }
    try {
      return socket().connect(toKernel(remote));
    } catch (IOException | RuntimeException e) {
      refreshPeer();
      throw e;
    }
  }

  @Override
  final boolean finishConnect(SocketAddress remote, int errno) throws Exception {
    return super.finishConnect(toKernel(remote), errno);
  }

  @Override
  final void connected(SocketAddress requested) {
    remote = super.remoteAddress0();
    forgetAddresses();
  }

  /** The socket stays bound and receives from every sender again. */
  @Override
  protected void doDisconnect() throws Exception {
    if (remote != null) {
      try {
        socket().disconnect();
      } catch (IOException e) {
        refreshPeer();
        throw e;
      }
      remote = null;
      forgetAddresses();
    }
  }

  /**
   * After a call that failed: macOS and the BSDs leave the old peer before they try the new one.
   */
  private void refreshPeer() {
    if (remote != null) {
      remote = super.remoteAddress0();
      forgetAddresses();
    }
  }

  @SuppressWarnings("deprecation") // Nothing else clears the addresses that Netty keeps.
  private void forgetAddresses() {
    invalidateLocalAddress();
    invalidateRemoteAddress();
  }

  @Override
  protected void doClose() throws Exception {
    try {
      super.doClose();
    } finally {
      remote = null;
    }
  }

  @Override
  final boolean isInputDone() {
    return false;
  }

  @Override
  final boolean wantsPeerClose() {
    // A datagram socket has no peer that could end.
    return false;
  }

  /**
   * A datagram socket has no end: EV_EOF (libkqueue on an empty datagram) means nothing. An error
   * does not close the channel: it is about an earlier datagram, and others can come.
   */
  @Override
  final void readReady(boolean eof) {
    if (isReadPending()) {
      readNow(eof);
    }
  }

  @Override
  final boolean readLoop(RecvByteBufAllocator.ExtendedHandle handle, boolean eof)
      throws IOException {
    reader.begin();
    LoopResources loop = resources();
    ByteBufAllocator allocator = loop.direct(config().getAllocator());
    int received;
    do {
      received = receive(loop, handle, allocate(handle, allocator));
      // A handler may have closed the channel or moved it to another loop.
    } while (received > 0 && hasLoop() && loop.continueReceiving(handle, countsExactly(loop)));
    return false;
  }

  /** The buffer of one receive. */
  ByteBuf allocate(RecvByteBufAllocator.ExtendedHandle handle, ByteBufAllocator allocator) {
    return handle.allocate(allocator);
  }

  /** Receives into the buffer, which it takes over; the answer is how many datagrams came. */
  private int receive(
      LoopResources loop, RecvByteBufAllocator.ExtendedHandle handle, ByteBuf buffer)
      throws IOException {
    List<Object> packets = loop.datagrams().packets();
    boolean taken;
    try {
      taken = fill(loop, handle, buffer, packets);
    } catch (Throwable t) {
      buffer.release();
      discard(packets);
      throw t;
    }
    if (!taken) {
      buffer.release();
    }
    int count = packets.size();
    if (count == 0) {
      return 0;
    }
    try {
      handle.incMessagesRead(count);
    } finally {
      // They are received, whatever the handle throws.
      readDone();
      deliver(packets);
    }
    return count;
  }

  /** Receives once; the answer is whether a packet has taken the buffer over. */
  private boolean fill(
      LoopResources loop,
      RecvByteBufAllocator.ExtendedHandle handle,
      ByteBuf buffer,
      List<Object> packets)
      throws IOException {
    int count = reader.receive(loop, socket().fd(), handle, buffer, maxReceived(), wantsControl());
    if (count < 0) {
      nothingRead(loop, handle, count);
      return false;
    }
    int bytes = count > 0 ? reader.bytes(count) : 0;
    loop.took(bytes);
    boolean taken = false;
    for (int i = 0; i < count; i++) {
      taken |= addPackets(loop.datagrams(), i, packets);
    }
    if (count > 0) {
      loop.counts().received(packets.size(), bytes);
    }
    return taken;
  }

  /** Adds the datagrams of one message; the answer is whether one has taken the buffer over. */
  private boolean addPackets(DatagramResources resources, int index, List<Object> packets) {
    int size = segmentSize(resources, reader.batch(), index);
    ByteBuf content = reader.content(index);
    boolean sliced = reader.isSliced();
    if (size == 0 || content.readableBytes() <= size) {
      packets.add(packet(content, sliced, resources, index));
      return !sliced;
    }
    try {
      while (content.isReadable()) {
        ByteBuf segment = content.readRetainedSlice(Math.min(size, content.readableBytes()));
        packets.add(packet(segment, true, resources, index));
      }
    } finally {
      // Only the segments hold it from now on.
      if (sliced) {
        content.release();
      }
    }
    return false;
  }

  /**
   * Makes a packet of a content.
   *
   * @param isSlice whether the content has a reference count, to release if that fails
   */
  private Object packet(ByteBuf content, boolean isSlice, DatagramResources resources, int index) {
    try {
      return packet(content, resources, reader.batch(), index);
    } catch (Throwable t) {
      if (isSlice) {
        content.release();
      }
      throw t;
    }
  }

  private void nothingRead(
      LoopResources loop, RecvByteBufAllocator.ExtendedHandle handle, int result)
      throws IOException {
    if (loop.wouldBlock(result)) {
      loop.counts().increment(Count.WOULD_BLOCK);
    }
    handle.lastBytesRead(-1);
    int ended = receiveEnded(result);
    if (!loop.wouldBlock(ended)) {
      throw datagramFailure(reader.operation(), remoteAddress(), ended);
    }
  }

  private void deliver(List<Object> packets) {
    ChannelPipeline pipeline = pipeline();
    try {
      for (int i = 0; i < packets.size(); i++) {
        pipeline.fireChannelRead(packets.set(i, null));
      }
    } finally {
      // A handler's executor may have rejected one of them.
      discard(packets);
    }
  }

  private static void discard(List<Object> packets) {
    try {
      packets.forEach(ReferenceCountUtil::release);
    } finally {
      packets.clear();
    }
  }

  @Override
  final void writeReady() {
    ownUnsafe().flushNow();
  }

  /**
   * A datagram that fails does so with its promise, and the next one follows.
   *
   * <p>Only EAGAIN waits for the write filter. ENOBUFS does not: the socket is writable all the
   * time while an interface's queue or a local receiver is full, so waiting for it would be a busy
   * loop.
   */
  @Override
  protected void doWrite(ChannelOutboundBuffer in) {
    int left = maxMessagesPerWrite();
    writer.begin();
    // A promise's listener may close the channel.
    while (left > 0 && hasLoop() && Datagrams.dropCancelled(in)) {
      int done = writeSome(in, left);
      if (done == FULL) {
        return;
      }
      endWait();
      left -= done;
    }
    if (hasLoop() && !in.isEmpty()) {
      eventLoop().execute(flushTask);
    }
  }

  /** How many datagrams are done with, sent or failed; or {@link #FULL}. */
  private int writeSome(ChannelOutboundBuffer in, int limit) {
    LoopCounts counts = resources().counts();
    int sent;
    try {
      sent = writer.send(resources(), socket().fd(), in, limit);
    } catch (RuntimeException e) {
      // An address that does not suit the socket, or none where one is needed.
      in.remove(e);
      return 1;
    }
    if (sent < 0) {
      if (resources().wouldBlock(sent)) {
        counts.increment(Count.WOULD_BLOCK);
      }
      return refused(in, writer.operation(), sent);
    }
    long bytes = 0;
    for (int i = 0; i < sent && Datagrams.dropCancelled(in); i++) {
      bytes += Datagrams.content(in.current()).readableBytes();
      in.remove();
    }
    counts.sent(sent, bytes);
    return sent;
  }

  private int refused(ChannelOutboundBuffer in, String operation, int result) {
    Object message = in.current();
    if (awaitRoom(message, result)) {
      return FULL;
    }
    in.remove(sendFailure(operation, message, result));
    return 1;
  }

  private Throwable sendFailure(String operation, Object message, int result) {
    SocketAddress recipient = Datagrams.recipient(message);
    Object subject = recipient == null ? remoteAddress() : recipient;
    int size = Datagrams.content(message).readableBytes();
    int segment = Datagrams.segmentSize(message);
    if (segment > 0) {
      subject = subject + ", " + size + " bytes in datagrams of " + segment + " (UDP_SEGMENT)";
    }
    try {
      return switch (socket().kernel().platform().errno(-result)) {
        case EMSGSIZE -> datagramFailure(operation, subject + tooLong(size), result);
        case ENOBUFS, EAGAIN -> datagramFailure(operation, subject + noRoom(size), result);
        case null, default -> datagramFailure(operation, subject, result);
      };
    } catch (RuntimeException e) {
      // No IOException stands for it.
      return e;
    }
  }

  /**
   * Waits until a message that was refused may be tried again.
   *
   * @param result the negative errno
   * @return false if the errno does not mean a lack of room, or the lack has lasted too long
   */
  boolean awaitRoom(Object refused, int result) {
    if (!resources().wouldBlock(result)) {
      return false;
    }
    armWrite();
    return true;
  }

  /** The datagram that may have waited for room is sent, or has failed. */
  void endWait() {}

  /** The text about a lack of room for a message of that size, behind its address. */
  String noRoom(int size) {
    return tooLong(size);
  }

  /** The text about a message that is too long, behind its address. */
  final String tooLong(int size) {
    return ", " + size + " bytes" + limit() + sendBuffer();
  }

  private String sendBuffer() {
    try {
      return ", SO_SNDBUF " + socket().getInt(Constant.SOL_SOCKET, Constant.SO_SNDBUF);
    } catch (IOException e) {
      // It is for the text only.
      return "";
    }
  }

  /** Whether a message goes to the connected peer. */
  final boolean isForPeer(Object message) {
    SocketAddress recipient = Datagrams.recipient(message);
    return recipient == null || isPeer(recipient, remoteAddress());
  }

  /** Whether an address is that of the connected peer, {@code null} if there is none. */
  boolean isPeer(SocketAddress recipient, SocketAddress peer) {
    return recipient.equals(peer);
  }

  /**
   * Writes the address that a message is to go to.
   *
   * @return its length, or 0 if it goes to the connected peer
   */
  private int putRecipient(long memory, Object message) {
    if (!isForPeer(message)) {
      return socket().encode(memory, toKernel(Datagrams.recipient(message)));
    }
    if (remoteAddress() == null) {
      throw new NotYetConnectedException();
    }
    // Without the address, which macOS and the BSDs refuse on a connected socket (EISCONN).
    return 0;
  }

  @Override
  protected Object filterOutboundMessage(Object message) {
    if (message instanceof ByteBuf content) {
      return uncancelled(isSendable(content) ? content : direct(content, content));
    }
    if (message instanceof AddressedEnvelope<?, ?> envelope
        && envelope.content() instanceof ByteBuf content
        && (envelope.recipient() == null || isRecipient(envelope.recipient()))) {
      return uncancelled(isSendable(content) ? message : direct(envelope, content));
    }
    throw new UnsupportedOperationException(
        "unsupported message type: "
            + StringUtil.simpleClassName(message)
            + " (expected: "
            + writable()
            + ')');
  }

  /** Keeps an empty datagram from being taken for a cancelled write. */
  private Object uncancelled(Object message) {
    return message == Unpooled.EMPTY_BUFFER ? config().getAllocator().directBuffer(0) : message;
  }

  private Object direct(AddressedEnvelope<?, ?> envelope, ByteBuf content) {
    return withContent(envelope, direct((Object) envelope, content));
  }

  private boolean isSendable(ByteBuf content) {
    return Buffers.isDirect(content) && content.nioBufferCount() <= Datagrams.MOST_PIECES;
  }

  private ByteBuf direct(Object holder, ByteBuf content) {
    return Buffers.copyToDirect(holder, content, config().getAllocator());
  }
}
