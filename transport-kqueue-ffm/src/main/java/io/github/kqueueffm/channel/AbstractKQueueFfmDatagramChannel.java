package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.NotYetConnectedException;

/** A datagram socket, of the Internet or of this machine, connected or not. */
abstract class AbstractKQueueFfmDatagramChannel extends AbstractKQueueFfmChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(true, 16);

  private final DatagramReader reader = new DatagramReader(this);
  private final DatagramWriter writer = new DatagramWriter(this);
  private final Connector connector = new Connector(this, new ConnectSteps());
  private volatile SocketAddress remote;

  AbstractKQueueFfmDatagramChannel(KernelSocket socket, boolean active) {
    super(null, socket, active);
    // Alone of all channels one of these may be read from before it is decided of which family.
    socket.beforeReplacement(this::renewInterests);
  }

  /** An address of the kernel's in the type that this channel shows; {@code null} for none. */
  abstract SocketAddress shown(SocketAddress address);

  /** A user's address in a type that {@link KernelSocket} takes. */
  abstract SocketAddress taken(SocketAddress address);

  /** Whether a datagram can go to addresses of that type; throws for one that is a name only. */
  abstract boolean isRecipient(Object address);

  /** The messages that may be written, for an exception's text. */
  abstract String writable();

  /**
   * A message with its addresses.
   *
   * @param sender {@code null} for a message to write
   */
  abstract Object newPacket(ByteBuf content, SocketAddress recipient, SocketAddress sender);

  /** Whether control messages tell the recipients of datagrams. */
  abstract boolean tellsRecipient();

  /** A received datagram with the addresses that came with it. */
  abstract Object packet(ByteBuf content, DatagramResources resources, DatagramBatch batch, int at);

  /** The most bytes that the protocol permits, in words after a size; empty without a limit. */
  abstract String limit();

  /** The divisor of a receive buffer that takes several datagrams; 0 for one in each. */
  int maxReceived() {
    return 0;
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
  final Connector connector() {
    return connector;
  }

  @Override
  public boolean isActive() {
    return isOpen() && (super.isActive() || isActiveOnOpen() && isRegistered());
  }

  public boolean isConnected() {
    return remote != null;
  }

  @Override
  protected SocketAddress localAddress0() {
    return shown(super.localAddress0());
  }

  @Override
  protected SocketAddress remoteAddress0() {
    SocketAddress connected = remote;
    return connected == null ? null : shown(connected);
  }

  @Override
  protected void doBind(SocketAddress local) throws Exception {
    socket().bind(taken(local));
    active(true);
    // A read can have been asked for before.
    updateReadInterest();
  }

  @Override
  final void connected(SocketAddress requested) {
    remote = super.remoteAddress0();
    forgetAddresses();
  }

  /** The socket stays bound, and hears everybody again. */
  @Override
  protected void doDisconnect() throws Exception {
    if (remote != null) {
      try {
        socket().disconnect();
      } catch (IOException e) {
        lookWhoIsConnected();
        throw e;
      }
      remote = null;
      forgetAddresses();
    }
  }

  /**
   * After a call that failed: macOS and the BSDs leave the old peer before they try the new one.
   */
  private void lookWhoIsConnected() {
    if (remote != null) {
      remote = super.remoteAddress0();
      forgetAddresses();
    }
  }

  @SuppressWarnings("deprecation") // There is no other way to the addresses that Netty keeps.
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
    // There is no peer whose end would have to be noticed.
    return false;
  }

  /** A datagram socket has no end: EV_EOF (libkqueue on an empty datagram) means nothing. */
  @Override
  final void readReady(boolean eof) {
    if (isReadPending()) {
      reader.read();
    }
  }

  @Override
  final void writeReady() {
    ownUnsafe().flushNow();
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer in) {
    writer.write(in);
  }

  /**
   * Waits until a message that was refused may be tried again.
   *
   * @param result the negative errno
   * @return false if that is no lack of room, or one that has lasted too long
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

  /** What to say of the room that a message of that size does not find, after its address. */
  String noRoom(int size) {
    return tooLong(size);
  }

  /** The same of a message that is too long. */
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

  final int writeLimit() {
    return maxMessagesPerWrite();
  }

  /** Whether a message goes to the connected peer, by no address of its own. */
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
  final int putRecipient(long memory, Object message) {
    if (!isForPeer(message)) {
      return socket().encode(memory, taken(Datagrams.recipient(message)));
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

  /** An empty datagram is a message too, and not what {@link Datagrams#dropCancelled} takes out. */
  private Object uncancelled(Object message) {
    return message == Unpooled.EMPTY_BUFFER ? config().getAllocator().directBuffer(0) : message;
  }

  private Object direct(AddressedEnvelope<?, ?> envelope, ByteBuf content) {
    SocketAddress recipient = envelope.recipient();
    ByteBuf direct = direct((Object) envelope, content);
    return recipient == null ? direct : newPacket(direct, recipient, null);
  }

  private boolean isSendable(ByteBuf content) {
    return Buffers.isDirect(content) && content.nioBufferCount() <= Datagrams.MOST_PIECES;
  }

  private ByteBuf direct(Object holder, ByteBuf content) {
    return Buffers.copyToDirect(holder, content, config().getAllocator());
  }

  private final class ConnectSteps implements Connector.ConnectStep {

    @Override
    public boolean start(SocketAddress remote, SocketAddress local) throws Exception {
      if (local != null) {
        doBind(local);
      }
      try {
        return socket().connect(taken(remote));
      } catch (IOException | RuntimeException e) {
        lookWhoIsConnected();
        throw e;
      }
    }

    @Override
    public boolean finish(SocketAddress remote, int errno) throws Exception {
      return socket().finishConnect(taken(remote), errno);
    }
  }
}
