package io.github.kqueueffm.channel;

import io.github.kqueueffm.selector.LoopCounts.Count;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.LeakPresenceDetector;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.Executor;

/** A connected or connecting byte stream: TCP or a Unix domain socket. */
abstract class AbstractKQueueFfmStreamChannel extends AbstractKQueueFfmConnectingChannel
    implements DuplexChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

  /** The socket has nothing more for now. */
  private static final int DRAINED = -1;

  private static final int END = StreamReader.END;

  private int gatherLimit = StreamWriter.MAX_GATHER_BYTES;
  private FileRegions regions;
  private Runnable flushTask;
  private volatile boolean inputShutdown;
  private volatile boolean outputShutdown;

  AbstractKQueueFfmStreamChannel(Channel parent, KernelSocket socket, boolean active) {
    super(parent, socket, active);
  }

  abstract boolean isAllowHalfClosure();

  /** SO_LINGER in seconds if close(2) may block for it, else a negative number. */
  abstract int blockingLinger();

  /**
   * Calls connect(2).
   *
   * @return whether the connection is complete already
   */
  abstract boolean startConnect(SocketAddress remote) throws Exception;

  /** Whether descriptors are read now, and not bytes. */
  boolean readsDescriptors() {
    return false;
  }

  /**
   * Receives and delivers the descriptors of one message.
   *
   * @return as {@link #readBytes}
   */
  int readDescriptors(LoopResources loop, RecvByteBufAllocator.ExtendedHandle handle)
      throws IOException {
    throw new IllegalStateException("no descriptors are read here");
  }

  /** Writes a message that is neither bytes nor a file region; false if the socket is full. */
  boolean writeMessage(ChannelOutboundBuffer in, Object message) throws Exception {
    throw new IllegalStateException("unfiltered message " + StringUtil.simpleClassName(message));
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  protected void doBind(SocketAddress local) throws Exception {
    socket().bind(local);
  }

  @Override
  final boolean startConnect(SocketAddress remote, SocketAddress local) throws Exception {
    if (local != null) {
      doBind(local);
    }
    boolean started = false;
    try {
      boolean connected = startConnect(remote);
      started = true;
      return connected;
    } finally {
      if (!started) {
        doClose();
      }
    }
  }

  @Override
  final boolean isInputDone() {
    return inputShutdown;
  }

  @Override
  final boolean isConnection() {
    return true;
  }

  @Override
  final boolean wantsPeerClose() {
    return true;
  }

  /**
   * Reads until the socket is empty, the channel's limits are reached or the end is there.
   *
   * <p>Only recv(2) decides that a stream has ended, no flag of an event. But where an event says
   * that there may be an end, all that is buffered before it is read and delivered, also with
   * auto-read off: no byte is lost, and the end is noticed.
   */
  @Override
  final void readReady(boolean eof) {
    if (!inputShutdown) {
      readNow(eof);
    }
  }

  @Override
  final boolean readLoop(RecvByteBufAllocator.ExtendedHandle handle, boolean eof)
      throws IOException {
    LoopResources loop = resources();
    ByteBufAllocator allocator = loop.direct(config().getAllocator());
    boolean descriptors;
    int read;
    do {
      descriptors = readsDescriptors();
      read = descriptors ? readDescriptors(loop, handle) : readBytes(loop, handle, allocator);
    } while (read > 0 && mayContinue(handle, eof, descriptors));
    return read == END;
  }

  /**
   * Receives and delivers one buffer.
   *
   * @return a positive number if something was delivered, {@link #END} or {@link #DRAINED}
   */
  private int readBytes(
      LoopResources loop, RecvByteBufAllocator.ExtendedHandle handle, ByteBufAllocator allocator)
      throws IOException {
    ByteBuf buffer = allocate(loop, handle, allocator);
    int received;
    try {
      received = StreamReader.receive(loop, socket().fd(), handle, buffer);
    } catch (Throwable t) {
      buffer.release();
      throw t;
    }
    if (received <= 0) {
      buffer.release();
      return nothingRead(loop, handle, "recv", received);
    }
    loop.took(received);
    loop.counts().received(1, received);
    try {
      handle.lastBytesRead(received);
      handle.incMessagesRead(1);
    } finally {
      // What the socket has given is not lost, whatever the handle throws.
      readDone();
      pipeline().fireChannelRead(buffer);
    }
    return received;
  }

  private ByteBuf allocate(
      LoopResources loop, RecvByteBufAllocator.ExtendedHandle handle, ByteBufAllocator allocator) {
    long waiting = loop.waiting();
    return waiting > 0 && config().getRcvAllocTransportProvidesGuess()
        ? allocator.ioBuffer((int) Math.min(waiting, Integer.MAX_VALUE))
        : handle.allocate(allocator);
  }

  /**
   * Finds out why a receive brought nothing.
   *
   * @param result 0, {@link StreamReader#NO_ROOM} or a negative errno
   * @return {@link #END} or {@link #DRAINED}
   */
  final int nothingRead(
      LoopResources loop, RecvByteBufAllocator.ExtendedHandle handle, String operation, int result)
      throws IOException {
    if (loop.wouldBlock(result)) {
      loop.counts().increment(Count.WOULD_BLOCK);
    }
    int ended = result == StreamReader.NO_ROOM ? result : receiveEnded(result);
    // A spurious event is normal: FreeBSD and NetBSD deliver a one-shot that was drained.
    if (ended == StreamReader.NO_ROOM || loop.wouldBlock(ended)) {
      handle.lastBytesRead(0);
      return DRAINED;
    }
    if (ended == END) {
      handle.lastBytesRead(-1);
      return END;
    }
    // The kernel reports it once.
    IOException failure = failure(operation, ended);
    try {
      handle.lastBytesRead(-1);
    } catch (Throwable t) {
      failure.addSuppressed(t);
    }
    throw failure;
  }

  /**
   * Whether to read on after something was delivered. A handler may have closed the channel, shut
   * its input down, moved it to another loop or changed what is read. Where there may be an end it
   * is reached in one go, and the limits of a read begin anew as often as that takes.
   */
  private boolean mayContinue(
      RecvByteBufAllocator.ExtendedHandle handle, boolean eof, boolean descriptors) {
    if (!hasLoop() || inputShutdown) {
      return false;
    }
    if (readsDescriptors() != descriptors) {
      return eof;
    }
    boolean within = resources().continueReading(handle);
    if (eof && !within) {
      handle.reset(config());
    }
    return eof || within;
  }

  @Override
  final void inputEnded() {
    readDone();
    if (!isOpen() || inputShutdown) {
      return;
    }
    if (!isAllowHalfClosure()) {
      ownUnsafe().closeAtEnd();
      return;
    }
    // The end has been read, so no system call has to shut the input down.
    inputShutdown = true;
    updateReadInterest();
    pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    // Not after a handler has closed the channel in answer to the first one.
    if (isOpen()) {
      pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
    }
  }

  @Override
  final void readFailed(Throwable cause) {
    try {
      super.readFailed(cause);
    } finally {
      // After ECONNRESET and its like the connection is gone, half-closure or not. After another
      // failure, as of a user's allocator, the requested read is tried again.
      if (cause instanceof IOException
          || cause instanceof OutOfMemoryError
          || cause instanceof LeakPresenceDetector.AllocationProhibitedException) {
        ownUnsafe().closeAfter(cause);
      }
    }
  }

  @Override
  final void writeReady() {
    ownUnsafe().flushNow();
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer in) throws Exception {
    try {
      writeFlushed(in);
    } catch (Throwable t) {
      ownUnsafe().failed(t);
      throw t;
    }
  }

  /** Writes until the socket is full or the write-spin count is used up. */
  private void writeFlushed(ChannelOutboundBuffer in) throws Exception {
    int spins = config().getWriteSpinCount();
    // A promise's listener may close the channel.
    while (hasLoop() && !in.isEmpty()) {
      if (spins <= 0) {
        // Fair to the other channels of this loop, since the socket could take more.
        eventLoop().execute(flushTask());
        return;
      }
      if (!writeSome(in)) {
        armWrite();
        return;
      }
      spins--;
    }
  }

  private Runnable flushTask() {
    if (flushTask == null) {
      flushTask = this::flushAgain;
    }
    return flushTask;
  }

  /** Writes once; false if the socket takes nothing more for now. */
  private boolean writeSome(ChannelOutboundBuffer in) throws Exception {
    Object message = in.current();
    if (message instanceof ByteBuf buffer) {
      return writeBytes(in, buffer);
    }
    if (message instanceof FileRegion region) {
      return writeRegion(in, region);
    }
    return writeMessage(in, message);
  }

  private boolean writeBytes(ChannelOutboundBuffer in, ByteBuf buffer) throws Exception {
    LoopResources loop = resources();
    StreamWriter writer = loop.streamWriter();
    long sent = writer.send(loop, socket().fd(), in, buffer, gatherLimit);
    gatherLimit = writer.gatherLimit();
    if (sent < 0) {
      if (loop.wouldBlock(sent)) {
        loop.counts().increment(Count.WOULD_BLOCK);
        return false;
      }
      if (loop.interrupted(sent)) {
        return true;
      }
      throw failure(writer.operation(), (int) sent);
    }
    boolean all = sent == writer.wanted();
    loop.counts().sent(writer.completed(loop, in, sent), sent);
    if (!all) {
      loop.counts().increment(Count.SHORT_WRITES);
    }
    in.removeBytes(sent);
    return all;
  }

  /**
   * Writes a part of a region. A FileChannel that a thread uses with its interrupt flag set closes
   * itself, so the flag is set aside.
   */
  private boolean writeRegion(ChannelOutboundBuffer in, FileRegion region) throws IOException {
    if (regions == null) {
      // Most connections never send a file.
      regions = new FileRegions(socket());
    }
    FileRegions writing = regions;
    boolean interrupted = Thread.interrupted();
    try {
      return writeRegion(in, region, writing);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private boolean writeRegion(ChannelOutboundBuffer in, FileRegion region, FileRegions writing)
      throws IOException {
    if (writing.isToBeValidated(region)) {
      validate((DefaultFileRegion) region);
    }
    FileRegions.Result result = writing.write(resources(), alloc(), remoteAddress(), region);
    if (result == FileRegions.Result.DONE) {
      resources().counts().increment(Count.MESSAGES_OUT);
    }
    if (writing.progress() > 0) {
      in.progress(writing.progress());
    }
    if (writing.isCloseRequested()) {
      ownUnsafe().close();
      return false;
    }
    return switch (result) {
      case DONE -> in.remove();
      case MORE -> true;
      case FULL -> false;
      case NOTHING -> {
        if (region instanceof DefaultFileRegion file) {
          validate(file);
        }
        yield false;
      }
    };
  }

  /** Fails for a file that is shorter than its region, which would never be written. */
  private void validate(DefaultFileRegion region) throws IOException {
    region.open();
    validateFileRegion(region, region.transferred());
  }

  private void closeRegions() {
    FileRegions open = regions;
    regions = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  protected Object filterOutboundMessage(Object message) {
    if (message instanceof ByteBuf buffer) {
      return Buffers.isDirect(buffer)
          ? buffer
          : Buffers.copyToDirect(buffer, buffer, config().getAllocator());
    }
    if (message instanceof FileRegion) {
      return message;
    }
    throw new UnsupportedOperationException(
        "unsupported message type: "
            + StringUtil.simpleClassName(message)
            + " (expected: ByteBuf, FileRegion)");
  }

  @Override
  final Executor closeExecutor() {
    return isOpen() && mayLinger() ? GlobalEventExecutor.INSTANCE : null;
  }

  private boolean mayLinger() {
    try {
      return blockingLinger() > 0;
    } catch (ChannelException e) {
      // A socket that does not answer has nothing to linger for.
      return false;
    }
  }

  @Override
  public boolean isInputShutdown() {
    return inputShutdown;
  }

  @Override
  public boolean isOutputShutdown() {
    return outputShutdown;
  }

  @Override
  public boolean isShutdown() {
    return inputShutdown && outputShutdown;
  }

  @Override
  protected final void doShutdownOutput() throws IOException {
    // Also if it fails, as on a connection that was reset: Netty has dropped the outbound buffer.
    outputShutdown = true;
    closeRegions();
    socket().shutdown(false, true);
  }

  @Override
  final void writesEnd() {
    closeRegions();
  }

  @Override
  protected void doClose() throws Exception {
    inputShutdown = true;
    outputShutdown = true;
    try {
      closeRegions();
    } finally {
      super.doClose();
    }
  }

  @Override
  public ChannelFuture shutdownInput() {
    return shutdownInput(newPromise());
  }

  @Override
  public ChannelFuture shutdownInput(ChannelPromise promise) {
    onLoop(() -> shutdownInputNow(promise));
    return promise;
  }

  private void shutdownInputNow(ChannelPromise promise) {
    boolean wasShutdown = inputShutdown;
    try {
      if (!wasShutdown || !isOpen()) {
        socket().shutdown(true, false);
      }
      inputShutdown = true;
      updateReadInterest();
      promise.setSuccess();
    } catch (Throwable t) {
      promise.setFailure(t);
      return;
    }
    if (!wasShutdown) {
      eventLoop().execute(this::fireInputShutdown);
    }
  }

  /** Fires what a read would fire now, since none is made after a shutdown of the input. */
  private void fireInputShutdown() {
    if (isOpen() && isAllowHalfClosure()) {
      pipeline().fireChannelReadComplete();
      pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
    }
  }

  @Override
  public ChannelFuture shutdownOutput() {
    return shutdownOutput(newPromise());
  }

  @Override
  public ChannelFuture shutdownOutput(ChannelPromise promise) {
    onLoop(() -> shutdownOutputNow(promise));
    return promise;
  }

  private void shutdownOutputNow(ChannelPromise promise) {
    if (isOpen() && !isActive()) {
      // Netty would drop the outbound buffer, which the channel needs once it is connected.
      promise.tryFailure(new NotYetConnectedException());
    } else {
      ownUnsafe().shutdownOutput(promise);
    }
  }

  @Override
  public ChannelFuture shutdown() {
    return shutdown(newPromise());
  }

  @Override
  public ChannelFuture shutdown(ChannelPromise promise) {
    shutdownOutput()
        .addListener(output ->
            shutdownInput()
                .addListener(input -> shutdownDone(output.cause(), input.cause(), promise)));
    return promise;
  }

  private static void shutdownDone(Throwable output, Throwable input, ChannelPromise promise) {
    if (output != null) {
      if (input != null) {
        output.addSuppressed(input);
      }
      promise.setFailure(output);
    } else if (input != null) {
      promise.setFailure(input);
    } else {
      promise.setSuccess();
    }
  }
}
