package io.github.kqueueffm.channel;

import io.github.kqueueffm.jfr.JfrEvents;
import io.github.kqueueffm.selector.Interest;
import io.github.kqueueffm.selector.LoopCounts.Count;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.concurrent.Future;
import io.netty.util.internal.ThrowableUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The base of this transport's channels: the descriptor, the registration at an event loop, and the
 * interest in its two filters.
 *
 * <p>A filter is armed one-shot while the channel waits for it. A connected channel without a
 * pending read has the peer-close knote instead, which fires when the peer closes.
 */
abstract class AbstractKQueueFfmChannel extends AbstractChannel implements UnixChannel {
  private static final InternalLogger LOGGER =
      InternalLoggerFactory.getInstance(AbstractKQueueFfmChannel.class);

  private final KernelSocket socket;
  private FileDescriptor descriptor;
  private IoRegistration registration;
  private LoopRegistration loop;
  private boolean readPending;
  private boolean readAnswered;
  private boolean writeArmed;
  private int keptErrno;
  private boolean keptErrnoQueued;
  private volatile boolean active;

  AbstractKQueueFfmChannel(Channel parent, KernelSocket socket, boolean active) {
    super(parent);
    this.socket = socket;
    this.active = active;
  }

  /** The kernel reports the read filter: bytes, a connection, or an end. */
  abstract void readReady(boolean eof);

  /** The kernel reports the write filter while no connect is under way. */
  abstract void writeReady();

  /** Whether nothing can be read any more. */
  abstract boolean isInputDone();

  /** Whether it is a connection once it is active: to a peer, and neither listening nor bound. */
  boolean isConnection() {
    return false;
  }

  /** Whether the peer's close is reported while no read is pending. */
  abstract boolean wantsPeerClose();

  @Override
  public abstract KQueueFfmChannelConfig<?> config();

  final KernelSocket socket() {
    return socket;
  }

  final IOException failure(String operation, int result) {
    return Failures.of(socket.kernel().platform(), operation, remoteAddress(), result);
  }

  /** The loop's resources, while registered. */
  final LoopResources resources() {
    return loop.resources();
  }

  @Override
  public final FileDescriptor fd() {
    if (descriptor == null) {
      descriptor = FileDescriptors.of(socket);
    }
    return descriptor;
  }

  @Override
  public boolean isOpen() {
    return socket.isOpen();
  }

  @Override
  public boolean isActive() {
    return active;
  }

  final void active(boolean active) {
    this.active = active;
  }

  /** A connect is complete. */
  final void activeByConnect() {
    active = true;
    if (loop != null) {
      countConnection(loop, 1);
      countConnect(loop, Count.CONNECTED);
    }
  }

  /**
   * Counts a connect's result, unless it is that of a datagram channel, which has no connection.
   */
  final void countConnect(LoopRegistration loop, Count result) {
    if (loop != null && isConnection()) {
      loop.resources().counts().increment(result);
    }
  }

  /** The registration at its loop, or {@code null}. */
  final LoopRegistration loop() {
    return loop;
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return loop instanceof IoEventLoop ioLoop && ioLoop.isCompatible(AbstractKQueueFfmUnsafe.class);
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new AbstractKQueueFfmUnsafe();
  }

  @Override
  protected @Nullable SocketAddress localAddress0() {
    return socket.localAddress();
  }

  @Override
  protected @Nullable SocketAddress remoteAddress0() {
    return socket.remoteAddress();
  }

  @Override
  protected void doRegister(ChannelPromise promise) {
    Future<IoRegistration> registering = ((IoEventLoop) eventLoop()).register(ownUnsafe());
    if (registering.isDone()) {
      registered(registering, promise);
    } else {
      registering.addListener(future -> registered(future, promise));
    }
  }

  private void registered(Future<?> future, ChannelPromise promise) {
    if (!future.isSuccess()) {
      promise.setFailure(future.cause());
      return;
    }
    registration = (IoRegistration) future.getNow();
    loop = registration.attachment();
    writeArmed = false;
    countConnection(loop, 1);
    try {
      afterRegister();
    } catch (Exception e) {
      promise.setFailure(e);
      return;
    }
    updateReadInterest();
    if (isConnecting()) {
      connectMoved();
    } else if (hasFlushed()) {
      resumeWrites();
    }
    promise.setSuccess();
  }

  /** Runs when the channel has a loop, before the registration's promise completes. */
  void afterRegister() throws IOException {}

  @Override
  protected void doDeregister() {
    deregister(false);
  }

  /** Counts a connection that its loop gains or loses. */
  final void countConnection(LoopRegistration loop, int more) {
    if (active && isConnection()) {
      loop.resources().counts().add(Count.OPEN, more);
    }
  }

  private void deregister(boolean closing) {
    IoRegistration current = registration;
    if (current == null) {
      return;
    }
    LoopRegistration left = loop;
    countConnection(left, -1);
    registration = null;
    loop = null;
    try {
      if (closing && isOpen()) {
        // Before the number of the descriptor can be used again.
        left.forget();
      }
    } finally {
      current.cancel();
    }
  }

  /** Whether its I/O belongs to a loop now: not before, not after, and not once it closes. */
  final boolean hasLoop() {
    return loop != null;
  }

  @Override
  protected void doClose() throws Exception {
    if (loop != null) {
      countConnection(loop, -1);
    }
    active = false;
    try {
      connectEnds(loop == null ? null : loop.loopError());
    } finally {
      try {
        // Again here for a channel whose registration failed or that is closed forcibly.
        deregister(true);
      } finally {
        socket.close();
      }
    }
  }

  @Override
  protected void doDisconnect() throws Exception {
    doClose();
  }

  @Override
  protected void doBeginRead() {
    readPending = true;
    updateReadInterest();
  }

  final boolean isReadPending() {
    return readPending;
  }

  /** A read has been delivered, so a handler has to request the next one. */
  final void readDone() {
    readPending = false;
    readAnswered = true;
  }

  final void updateReadInterest() {
    if (loop != null) {
      loop.interests().read(readInterest());
      if (keptErrno != 0) {
        scheduleKeptErrno();
      }
    }
  }

  /**
   * The result of a receive that brought no bytes. libkqueue takes a socket's errno with an event,
   * which may be the write filter's. The next receive then answers 0 or EAGAIN in place of the
   * errno, so this method returns that errno once.
   *
   * @param result a negative errno, or 0 for the end of a stream
   */
  final int receiveEnded(int result) {
    int errno = keptErrno;
    keptErrno = 0;
    return errno != 0 && (result == 0 || loop.resources().wouldBlock(result)) ? -errno : result;
  }

  /** A socket whose errno was taken may not fire again although a read is pending. */
  private void scheduleKeptErrno() {
    if (!keptErrnoQueued && readInterest() == Interest.ONE_SHOT) {
      keptErrnoQueued = true;
      eventLoop().execute(() -> onLoop(this::readKeptErrno));
    }
  }

  private void readKeptErrno() {
    keptErrnoQueued = false;
    boolean wanted = isOpen() && loop != null && readInterest() == Interest.ONE_SHOT;
    if (keptErrno != 0 && wanted) {
      loop.resources().readBegins(0);
      readReady(true);
      updateReadInterest();
    }
  }

  private Interest readInterest() {
    if (isInputDone()) {
      return Interest.NONE;
    }
    if (readPending && mayRead()) {
      return Interest.ONE_SHOT;
    }
    return active && wantsPeerClose() ? Interest.PEER_CLOSE : Interest.NONE;
  }

  private boolean mayRead() {
    // Before connect(2) a socket reports a hang-up, and a read armed during a connect could take
    // the error that the connect has to report.
    return isActive();
  }

  /** Auto-read was turned off. Any thread may call this. */
  final void autoReadCleared() {
    if (!isRegistered()) {
      readPending = false;
      return;
    }
    onLoop(() -> {
      if (!config().isAutoRead()) {
        stopReading();
      }
    });
  }

  /** Runs the task now if on the channel's current event loop, else submits it there. */
  final void onLoop(Runnable task) {
    EventLoop loop = eventLoop();
    if (loop.inEventLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  private void stopReading() {
    readPending = false;
    updateReadInterest();
  }

  /** Registers the knotes anew, before another socket gets this descriptor. */
  final void renewInterests() {
    if (loop != null) {
      loop.interests().renew();
    }
  }

  final void armWrite() {
    writeArmed = true;
    if (!isConnecting()) {
      ownUnsafe().waitsForRoom();
    }
    if (loop != null) {
      loop.interests().write(Interest.ONE_SHOT);
    }
  }

  /** Resumes on this loop what was flushed on another one, or before the registration. */
  void resumeWrites() {
    armWrite();
  }

  /** Whether a flush has to wait for the write filter. */
  boolean awaitsRoom() {
    return writeArmed;
  }

  /** Connects; a server channel cannot. */
  void connectNow(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
    promise.setFailure(
        new UnsupportedOperationException(
            Failures.refusal(
                "connect",
                this + " to " + remote,
                "a server channel only accepts connections",
                "connect a channel of a Bootstrap")));
  }

  /** Whether a connect is under way. */
  boolean isConnecting() {
    return false;
  }

  /** The channel has another loop, and a connect is under way. */
  void connectMoved() {}

  /** The kernel reports the write filter while a connect is under way. */
  void connectReady(KQueueFfmIoEvent event) {}

  /**
   * The channel closes; a connect that is under way fails.
   *
   * @param cause what ended the loop, or {@code null} if the close was requested
   */
  void connectEnds(Throwable cause) {}

  /** Releases what writes hold beside their messages, since none follows. */
  void writesEnd() {}

  /** How the channel closes: on another executor where close(2) may block for SO_LINGER. */
  Executor closeExecutor() {
    return null;
  }

  private void handleEvent(KQueueFfmIoEvent event) {
    int errno = event.eofErrno();
    if (errno != 0) {
      keptErrno = errno;
    }
    if (event.isWritable()) {
      writeArmed = false;
      writeEvent(event);
      if (errno != 0) {
        updateReadInterest();
      }
    } else if (event.isReadable()) {
      readEvent(event);
    }
  }

  private void writeEvent(KQueueFfmIoEvent event) {
    if (isConnecting()) {
      connectReady(event);
      return;
    }
    ownUnsafe().hasRoom();
    writeReady();
    if (event.isError() && writeArmed) {
      // The socket is full, and the kernel will not report that it has room.
      ownUnsafe().writeRefused(refusal(event));
    }
  }

  private void readEvent(KQueueFfmIoEvent event) {
    try {
      if (event.isError()) {
        readRefused(event);
      } else if (event.isEof() || readPending) {
        loop.resources().readBegins(event.data());
        readReady(event.isEof());
      }
      // Else it is the peer-close knote without EV_EOF, to be ignored: Darwin clamps its low-water
      // mark.
    } finally {
      // The event has disarmed the filter.
      updateReadInterest();
    }
  }

  /**
   * Reads with the receive handle, ends the read, and fires what failed in it.
   *
   * @param eof whether the kernel reports that there may be an end
   */
  final void readNow(boolean eof) {
    RecvByteBufAllocator.ExtendedHandle handle = null;
    boolean ended = false;
    Throwable failure = null;
    try {
      handle = ownUnsafe().readHandle();
      handle.reset(config());
      ended = readLoop(handle, eof);
    } catch (Throwable t) {
      failure = t;
    }
    failure = readComplete(handle, failure);
    if (failure != null) {
      readFailed(failure);
    }
    if (ended) {
      inputEnded();
    }
  }

  /**
   * Receives and delivers until the socket is empty, the limits of the handle are reached or the
   * end is there.
   *
   * @return whether the end was read
   */
  abstract boolean readLoop(RecvByteBufAllocator.ExtendedHandle handle, boolean eof)
      throws Exception;

  /** A read has failed, in the channel or in its handle. */
  void readFailed(Throwable cause) {
    // Before a handler closes in answer to it.
    ownUnsafe().failed(cause);
    try {
      fireExceptionCaught(cause);
    } finally {
      ownUnsafe().forgetFailure();
    }
  }

  /** The end was read, which only a stream has. */
  void inputEnded() {}

  /**
   * Ends a read.
   *
   * @param handle the read's, or {@code null} if it gave none
   * @param failure what failed in the read, or {@code null}
   * @return what failed in the read or in its handle now, or {@code null}
   */
  private Throwable readComplete(RecvByteBufAllocator.ExtendedHandle handle, Throwable failure) {
    Throwable result = failure;
    try {
      if (handle != null) {
        handle.readComplete();
      }
    } catch (Throwable t) {
      if (failure == null) {
        result = t;
      } else {
        ThrowableUtil.addSuppressed(failure, t);
      }
    }
    pipeline().fireChannelReadComplete();
    return result;
  }

  /**
   * The kernel has refused to arm the read filter. The next receive fails with the reason or takes
   * what is buffered. The kernel would not report what comes later.
   */
  private void readRefused(KQueueFfmIoEvent event) {
    readAnswered = false;
    if (readInterest() == Interest.ONE_SHOT) {
      loop.resources().readBegins(0);
      readReady(false);
    }
    if (!readAnswered && loop != null && readInterest() != Interest.NONE) {
      readRefused(refusal(event));
    }
  }

  /** The read filter cannot be armed; closes the channel. */
  void readRefused(IOException refusal) {
    ownUnsafe().failed(refusal);
    try {
      fireExceptionCaught(refusal);
    } finally {
      ownUnsafe().closeAfter(refusal);
    }
  }

  /**
   * Fires a failure through the pipeline. If a handler throws, the failure is suppressed by what it
   * throws, so that it is not lost with a logger that throws.
   */
  final void fireExceptionCaught(Throwable failure) {
    try {
      pipeline().fireExceptionCaught(failure);
    } catch (Throwable t) {
      LoopLog.suppress(t, failure);
      throw t;
    }
  }

  private IOException refusal(KQueueFfmIoEvent event) {
    String operation = event.isWritable() ? "kevent EVFILT_WRITE" : "kevent EVFILT_READ";
    SocketAddress peer = remoteAddress();
    Object subject = peer != null ? peer : localAddress();
    return Failures.of(socket.kernel().platform(), operation, subject, (int) -event.data());
  }

  /**
   * {@return Netty's text, which users' tools read, and behind it in braces the descriptor, the
   * states of both filters and the bytes that wait to be written} Any thread may ask; the braces
   * are of that moment.
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(super.toString());
    if (socket == null) {
      // A constructor asks.
      return text.toString();
    }
    if (!isOpen()) {
      return text.append(" {closed}").toString();
    }
    text.append(" {fd ").append(socket.fd());
    LoopRegistration current = loop;
    if (current == null) {
      text.append(", not registered");
    } else {
      current.describe(text);
    }
    describeWork(text);
    return text.append('}').toString();
  }

  static void notRecorded(String event, RuntimeException e) {
    LoopLog.warn(LOGGER, event + " was not recorded.", e);
  }

  private void describeWork(StringBuilder text) {
    ChannelOutboundBuffer outbound = unsafe().outboundBuffer();
    if (outbound != null) {
      text.append(", pending ").append(outbound.totalPendingWriteBytes()).append(" B");
      text.append(outbound.isWritable() ? "" : ", not writable");
    }
    text.append(isConnecting() ? ", connecting" : "");
    KQueueFfmChannelConfig<?> config = config();
    text.append(config == null || config.isAutoRead() ? "" : ", autoRead off");
  }

  /** Whether flushed messages wait to be written. */
  final boolean hasFlushed() {
    ChannelOutboundBuffer outbound = unsafe().outboundBuffer();
    return outbound != null && !outbound.isEmpty();
  }

  /**
   * Writes what is flushed, unless it waits for the socket or a registration. A task of a former
   * loop submits it to the current one.
   */
  final void flushAgain() {
    EventLoop current = eventLoop();
    if (current.inEventLoop()) {
      ownUnsafe().flush0();
    } else {
      current.execute(this::flushAgain);
    }
  }

  /** The channel's transport operations, and the channel as its loop sees it. */
  class AbstractKQueueFfmUnsafe extends AbstractUnsafe implements KQueueFfmIoHandle {
    private PlainHandle plainHandle;

    /** Here, where a reference needs no further memory of a connection. */
    private ChannelRecord record;

    final Channel channel() {
      return AbstractKQueueFfmChannel.this;
    }

    @Override
    public final int ident() {
      return socket.fd();
    }

    @Override
    public final void handle(IoRegistration registration, IoEvent event) {
      if (isOpen()) {
        handleEvent((KQueueFfmIoEvent) event);
      }
    }

    @Override
    public final void close() {
      close(voidPromise());
    }

    @Override
    public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
      if (!promise.isDone() && ensureOpen(promise)) {
        AbstractKQueueFfmChannel.this.connectNow(remote, local, promise);
      }
    }

    @Override
    protected void flush0() {
      // What is flushed between two registrations waits for the second one.
      if (!awaitsRoom() && hasLoop()) {
        flushNow();
      }
    }

    final void flushNow() {
      Throwable before = record == null ? null : record.failure();
      super.flush0();
      // A write's has closed the channel, or only shut its output down.
      if (record != null) {
        record.failed(before);
      }
    }

    /** A flush waits until the socket or the receiver has room. */
    final void waitsForRoom() {
      if (JfrEvents.isOn()) {
        ChannelOutboundBuffer outbound = outboundBuffer();
        record().waits(outbound == null ? 0 : outbound.totalPendingWriteBytes());
      }
    }

    /** There is room again. */
    final void hasRoom() {
      if (record != null) {
        record.waited(false);
      }
    }

    private ChannelRecord record() {
      if (record == null) {
        record = new ChannelRecord(AbstractKQueueFfmChannel.this);
      }
      return record;
    }

    /** A failure for which the channel may close. */
    final void failed(Throwable failure) {
      if (JfrEvents.recordsCloses()) {
        record().failed(failure);
      }
    }

    final void forgetFailure() {
      if (record != null) {
        record.failed(null);
      }
    }

    /** The receive handle in its extended form. The user's allocator makes it, and it may throw. */
    @SuppressWarnings("deprecation") // The type that Netty's channels have.
    final RecvByteBufAllocator.ExtendedHandle readHandle() {
      RecvByteBufAllocator.Handle handle = recvBufAllocHandle();
      if (handle instanceof RecvByteBufAllocator.ExtendedHandle extended) {
        return extended;
      }
      if (plainHandle == null) {
        // Netty keeps the handle for as long as the channel lives.
        plainHandle = new PlainHandle(Objects.requireNonNull(handle, "newHandle()"));
      }
      return plainHandle;
    }

    final void writeRefused(IOException refusal) {
      failed(refusal);
      handleWriteError(refusal);
      // It has closed the channel, or only shut its output down.
      forgetFailure();
    }

    /** Closes because of a failure. */
    final void closeAfter(Throwable failure) {
      failed(failure);
      close();
    }

    /** Closes because the peer has ended its output. */
    final void closeAtEnd() {
      if (JfrEvents.recordsCloses()) {
        record().inputEnded();
      }
      close();
    }

    final void closeIfNotOpen() {
      closeIfClosed();
    }

    private void leaveLoopToClose() {
      try {
        try {
          // Not on that executor, since this loop may be in the middle of a write.
          writesEnd();
        } finally {
          AbstractKQueueFfmChannel.this.deregister(true);
        }
      } catch (RuntimeException e) {
        // An exception from here would keep the descriptor from being closed.
        LOGGER.warn("{}: cannot leave its loop", AbstractKQueueFfmChannel.this, e);
      }
    }

    private void recordClose() {
      try {
        record().closes(loop == null ? null : loop.loopError());
      } catch (RuntimeException e) {
        // The text of a failure may throw, which would keep the descriptor from being closed.
        notRecorded("The close of a channel", e);
      }
    }

    @Override
    protected Executor prepareToClose() {
      if (record != null || JfrEvents.recordsCloses()) {
        recordClose();
      }
      Executor executor = closeExecutor();
      if (executor != null) {
        leaveLoopToClose();
      }
      return executor;
    }
  }

  final AbstractKQueueFfmUnsafe ownUnsafe() {
    return (AbstractKQueueFfmUnsafe) unsafe();
  }

  /** A user's handle without the extended form: only it decides whether to read on. */
  private static final class PlainHandle extends RecvByteBufAllocator.DelegatingHandle
      implements RecvByteBufAllocator.ExtendedHandle {

    @SuppressWarnings("deprecation") // The type that Netty's channels have.
    PlainHandle(RecvByteBufAllocator.Handle handle) {
      super(handle);
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
      return continueReading();
    }
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer in) throws Exception {
    throw new UnsupportedOperationException(
        Failures.refusal(
            "write to",
            this,
            "it has no output",
            "write to a connection, or override doWrite in a subclass"));
  }
}
