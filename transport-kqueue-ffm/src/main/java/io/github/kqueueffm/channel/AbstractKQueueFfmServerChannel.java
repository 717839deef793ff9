package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.jfr.JfrEvents;
import io.github.kqueueffm.selector.LoopCounts.Count;
import io.github.kqueueffm.syscall.FailureErrno;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.channel.Channel;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannel;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A listening socket, whose messages are the channels that it accepts. */
abstract class AbstractKQueueFfmServerChannel extends AbstractKQueueFfmChannel
    implements ServerChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

  /** How long a server pauses when it cannot accept, most often because descriptors are short. */
  private static final long BACKOFF_MILLIS = 100;

  /**
   * How many connections in a row can be gone: as many as any system's queue holds. A kernel that
   * answers more often does not stop.
   */
  private static final int MOST_GONE = 4096;

  private final boolean adopted;
  private final AtomicBoolean objected = new AtomicBoolean();
  private boolean backingOff;

  /**
   * @param adopted whether the user made the socket, and may have bound it or made it listen
   */
  AbstractKQueueFfmServerChannel(KernelSocket socket, boolean adopted) {
    super(null, socket, adopted && Sockets.isListening(socket));
    this.adopted = adopted;
  }

  /**
   * Makes the channel of the connection that the loop accepted last. The channel owns the
   * descriptor.
   */
  abstract Channel child(LoopResources loop, int fd) throws Exception;

  /** The socket of a connection that this one accepted. */
  final KernelSocket accepted(int fd) {
    return KernelSocket.accepted(socket().kernel(), fd, socket().family());
  }

  @Override
  public abstract KQueueFfmServerChannelConfig<?> config();

  /** Listens on a socket that is bound. */
  final void listen() throws IOException {
    socket().listen(config().getBacklog());
    config().listening();
    active(true);
    // A read can have been requested before.
    updateReadInterest();
    // Netty keeps it; closed connections answer with it.
    localAddress();
  }

  /**
   * Whether its socket, and so its connections, can have an SO_LINGER that no configuration knows.
   */
  final boolean mayPassOnLinger() {
    return adopted || config().isLingerByNumber();
  }

  /** True once, for the first connection on which an option lacks its full effect. */
  final boolean isFirstObjection() {
    return objected.compareAndSet(false, true);
  }

  boolean isBound() {
    return socket().localAddress() != null;
  }

  @Override
  final void afterRegister() throws IOException {
    // The timer that ends the pause may have stayed with another loop.
    backingOff = false;
    if (adopted && !isActive() && isBound()) {
      listen();
    }
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  final boolean isInputDone() {
    return backingOff;
  }

  @Override
  final boolean wantsPeerClose() {
    return false;
  }

  @Override
  final void writeReady() {
    // The write filter of a listening socket is never armed, so the event is stale.
  }

  @Override
  protected @Nullable SocketAddress remoteAddress0() {
    return null;
  }

  @Override
  protected Object filterOutboundMessage(Object message) {
    throw new UnsupportedOperationException(
        Failures.refusal(
            "write " + StringUtil.simpleClassName(message) + " to",
            this,
            "a server channel only accepts connections",
            "write to the channels that it reads"));
  }

  @Override
  final void readReady(boolean eof) {
    readNow(eof);
  }

  @Override
  final boolean readLoop(RecvByteBufAllocator.ExtendedHandle handle, boolean eof) throws Exception {
    handle.attemptedBytesRead(1);
    LoopResources loop = resources();
    do {
      int fd = accept(loop);
      if (fd < 0) {
        acceptFailed(loop, fd);
        return false;
      }
      loop.counts().increment(Count.ACCEPTED);
      Channel child = newChild(loop, fd);
      try {
        handle.lastBytesRead(1);
        handle.incMessagesRead(1);
      } finally {
        // It is accepted, whatever the handle throws.
        readDone();
        pipeline().fireChannelRead(child);
      }
      // A handler may have closed the server, and its descriptor's number may be in use again.
    } while (hasLoop() && handle.continueReading());
    return false;
  }

  private Channel newChild(LoopResources loop, int fd) throws Exception {
    try {
      return child(loop, fd);
    } catch (Throwable t) {
      accepted(fd).closeAfter(t);
      throw t;
    }
  }

  /** Accepts the next connection and skips those that ended while they waited. */
  private int accept(LoopResources loop) {
    Platform platform = loop.kernel().platform();
    int left = MOST_GONE;
    int fd;
    do {
      fd = socket().accept(loop.kernel(), loop.acceptAddress(), loop.acceptLength());
    } while (fd < 0 && !loop.wouldBlock(fd) && isGoneConnection(platform, -fd) && --left > 0);
    return fd < 0 ? receiveEnded(fd) : fd;
  }

  private static boolean isGoneConnection(Platform platform, int errno) {
    return switch (platform.errno(errno)) {
      // Reset by the peer before accept; and a signal. Not EPERM: a policy forbids the call, and
      // the
      // queue stays as it is.
      case ECONNABORTED, EPROTO, EINTR -> true;
      case null, default -> false;
    };
  }

  private void acceptFailed(LoopResources loop, int result) throws Exception {
    if (loop.wouldBlock(result)) {
      loop.counts().increment(Count.WOULD_BLOCK);
      return;
    }
    loop.counts().increment(Count.ACCEPTS_FAILED);
    // The connection stays in the queue and would be reported again at once. Darwin closes it on
    // EMFILE: there the pause keeps the connections that come next.
    backOff();
    IOException failure = failure("accept", result);
    recordPause(failure);
    throw failure;
  }

  @Override
  final void readRefused(IOException refusal) {
    backOff();
    recordPause(refusal);
    fireExceptionCaught(refusal);
  }

  private void recordPause(IOException failure) {
    if (JfrEvents.isOn()) {
      FailureErrno errno = FailureErrno.of(failure);
      JfrEvents.acceptPaused(
          id().asShortText(), localAddress(), errno.name(), errno.number(), BACKOFF_MILLIS);
    }
  }

  private void backOff() {
    backingOff = true;
    eventLoop().schedule(() -> onLoop(this::resume), BACKOFF_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void resume() {
    backingOff = false;
    updateReadInterest();
  }
}
