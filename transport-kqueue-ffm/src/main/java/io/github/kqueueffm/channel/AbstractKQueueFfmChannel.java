package io.github.kqueueffm.channel;

import io.github.kqueueffm.selector.Interest;
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

/**
 * What all channels of this transport share: the descriptor, the registration at a loop, and what
 * is wanted of its two filters.
 *
 * <p>A filter is armed one-shot while something is wanted of it. A connected channel of which
 * nobody wants to read has the peer-close knote instead, which stays silent until the peer closes.
 */
abstract class AbstractKQueueFfmChannel extends AbstractChannel implements UnixChannel {
  private static final InternalLogger LOGGER =
      InternalLoggerFactory.getInstance(AbstractKQueueFfmChannel.class);

  private final KernelSocket socket;
  private final Handle handle = new Handle();
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

  /** Whether a peer that goes away has to be noticed while nobody reads. */
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

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return loop instanceof IoEventLoop ioLoop && ioLoop.isCompatible(Handle.class);
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new AbstractKQueueFfmUnsafe();
  }

  @Override
  protected SocketAddress localAddress0() {
    return socket.localAddress();
  }

  @Override
  protected SocketAddress remoteAddress0() {
    return socket.remoteAddress();
  }

  @Override
  protected void doRegister(ChannelPromise promise) {
    ((IoEventLoop) eventLoop()).register(handle).addListener(future -> registered(future, promise));
  }

  private void registered(Future<?> future, ChannelPromise promise) {
    if (!future.isSuccess()) {
      promise.setFailure(future.cause());
      return;
    }
    registration = (IoRegistration) future.getNow();
    loop = registration.attachment();
    writeArmed = false;
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

  /** What a channel does once it has a loop, before anybody is told. */
  void afterRegister() throws IOException {}

  @Override
  protected void doDeregister() {
    deregister(false);
  }

  private void deregister(boolean closing) {
    IoRegistration current = registration;
    if (current == null) {
      return;
    }
    LoopRegistration left = loop;
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

  /** A read has been delivered: the next one has to be asked for. */
  final void readDone() {
    readPending = false;
    readAnswered = true;
  }

  final void updateReadInterest() {
    if (loop != null) {
      loop.interests().read(readInterest());
      if (keptErrno != 0) {
        tellKeptErrno();
      }
    }
  }

  /**
   * The answer of a receive that did not bring bytes. libkqueue takes the errno of a socket with
   * the event, perhaps the write filter's, so that a receive says 0 or EAGAIN where it would have
   * failed: then the answer is that errno, once.
   *
   * @param result a negative errno, or 0 for the end of a stream
   */
  final int receiveEnded(int result) {
    int errno = keptErrno;
    keptErrno = 0;
    return errno != 0 && (result == 0 || loop.resources().wouldBlock(result)) ? -errno : result;
  }

  /** A socket whose errno was taken may give no event again, and a read is asked for. */
  private void tellKeptErrno() {
    if (!keptErrnoQueued && readInterest() == Interest.ONE_SHOT) {
      keptErrnoQueued = true;
      eventLoop().execute(() -> onLoop(this::readKeptErrno));
    }
  }

  private void readKeptErrno() {
    keptErrnoQueued = false;
    boolean wanted = isOpen() && loop != null && readInterest() == Interest.ONE_SHOT;
    if (keptErrno != 0 && wanted) {
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

  /** Auto-read was turned off, perhaps by another thread. */
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

  /** At once if that is this thread: of the loop that the channel has now. */
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

  /** Before another socket takes the place of this one under the same descriptor. */
  final void renewInterests() {
    if (loop != null) {
      loop.interests().renew();
    }
  }

  final void armWrite() {
    writeArmed = true;
    if (loop != null) {
      loop.interests().write(Interest.ONE_SHOT);
    }
  }

  /** What was flushed at another loop, or before there was one, goes on at this one. */
  void resumeWrites() {
    armWrite();
  }

  final void disarmWrite() {
    if (writeArmed) {
      writeArmed = false;
      if (loop != null) {
        loop.interests().write(Interest.NONE);
      }
    }
  }

  final boolean isWriteArmed() {
    return writeArmed;
  }

  /** Whether a write would find no room before an event that is still to come. */
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
   * The channel closes, perhaps with a connect under way.
   *
   * @param cause what ended the loop, or {@code null} if the close was requested
   */
  void connectEnds(Throwable cause) {}

  /** Nothing more is written: what writing holds beside the messages is released. */
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
    writeReady();
    if (event.isError() && writeArmed) {
      // The socket is full, and the kernel would not tell when it has room.
      ownUnsafe().writeRefused(refusal(event));
    }
  }

  private void readEvent(KQueueFfmIoEvent event) {
    try {
      if (event.isError()) {
        readRefused(event);
      } else if (event.isEof() || readPending) {
        readReady(event.isEof());
      }
      // Else the peer-close knote without EV_EOF, which means nothing: Darwin clamps its low-water
      // mark.
    } finally {
      // Its one-shot is spent, whatever happened.
      updateReadInterest();
    }
  }

  /**
   * Ends a read.
   *
   * @param handle the read's, or {@code null} if it gave none
   * @param failure what failed in the read, or {@code null}
   * @return what failed in the read or in its handle now, or {@code null}
   */
  final Throwable readComplete(RecvByteBufAllocator.ExtendedHandle handle, Throwable failure) {
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
   * The kernel has refused to arm the read filter. The next call says why, or takes what there is;
   * what it leaves to wait for would never be told.
   */
  private void readRefused(KQueueFfmIoEvent event) {
    readAnswered = false;
    if (readInterest() == Interest.ONE_SHOT) {
      readReady(false);
    }
    if (!readAnswered && loop != null && readInterest() != Interest.NONE) {
      readRefused(refusal(event));
    }
  }

  /** Nothing can be read any more, unless the channel finds a way. */
  void readRefused(IOException refusal) {
    try {
      fireExceptionCaught(refusal);
    } finally {
      ownUnsafe().closeNow();
    }
  }

  /**
   * Tells the handlers of a failure. What they throw instead of taking it carries it on: a log at
   * the pipeline's end that throws would lose it.
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

  /** The channel's face to the loop. */
  final class Handle implements KQueueFfmIoHandle {

    Channel channel() {
      return AbstractKQueueFfmChannel.this;
    }

    @Override
    public int ident() {
      return socket.fd();
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      if (isOpen()) {
        handleEvent((KQueueFfmIoEvent) event);
      }
    }

    @Override
    public void close() {
      unsafe().close(voidPromise());
    }
  }

  /** Whether there is something to write that waits for the loop or the socket. */
  final boolean hasFlushed() {
    ChannelOutboundBuffer outbound = unsafe().outboundBuffer();
    return outbound != null && !outbound.isEmpty();
  }

  /**
   * Writes what is flushed, unless that waits for the socket or for a loop. A task of the loop on
   * which the channel was, perhaps.
   */
  final void flushAgain() {
    EventLoop current = eventLoop();
    if (current.inEventLoop()) {
      ownUnsafe().flush0();
    } else {
      current.execute(this::flushAgain);
    }
  }

  /** The channel's transport operations. */
  class AbstractKQueueFfmUnsafe extends AbstractUnsafe {
    private PlainHandle plainHandle;

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
        super.flush0();
      }
    }

    final void flushNow() {
      super.flush0();
    }

    /** The handle in its extended form; it is the user's and may throw. */
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
      handleWriteError(refusal);
    }

    final void closeNow() {
      close(voidPromise());
    }

    final void closeIfNotOpen() {
      closeIfClosed();
    }

    private void leaveLoopToClose() {
      try {
        try {
          // Here and not on that executor: this loop may be in the middle of a write.
          writesEnd();
        } finally {
          AbstractKQueueFfmChannel.this.deregister(true);
        }
      } catch (RuntimeException e) {
        // What is thrown from here would end the close before the descriptor's.
        LOGGER.warn("{}: cannot leave its loop in order", AbstractKQueueFfmChannel.this, e);
      }
    }

    @Override
    protected Executor prepareToClose() {
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
