package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.internal.StringUtil;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.NotYetConnectedException;
import java.util.concurrent.Executor;

/** A connected or connecting byte stream: TCP or a Unix domain socket. */
abstract class AbstractKQueueFfmStreamChannel extends AbstractKQueueFfmChannel
    implements DuplexChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false, 16);

  private final StreamReader reader = new StreamReader(this);
  private final StreamWriter writer = new StreamWriter(this);
  private Connector connector;
  private volatile boolean inputShutdown;
  private volatile boolean outputShutdown;

  AbstractKQueueFfmStreamChannel(Channel parent, KernelSocket socket, boolean active) {
    super(parent, socket, active);
  }

  abstract boolean isAllowHalfClosure();

  /** SO_LINGER in seconds if close(2) may block for it, else a negative number. */
  abstract int blockingLinger();

  /** Begins a connect; true if it is complete already. */
  abstract boolean startConnect(SocketAddress remote) throws Exception;

  /** Writes a message that is neither bytes nor a file region; false if the socket is full. */
  boolean writeMessage(ChannelOutboundBuffer in, Object message) throws Exception {
    throw new IllegalStateException("unfiltered message " + StringUtil.simpleClassName(message));
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
  final Connector newConnector() {
    if (connector == null) {
      connector = new Connector(this, new ConnectSteps());
    }
    return connector;
  }

  @Override
  protected void doBind(SocketAddress local) throws Exception {
    socket().bind(local);
  }

  @Override
  final boolean isInputDone() {
    return inputShutdown;
  }

  @Override
  final boolean wantsPeerClose() {
    return true;
  }

  @Override
  final void readReady(boolean eof) {
    reader.read(eof);
  }

  /** What is read now. */
  StreamInput input() {
    return reader;
  }

  /** A handler may have closed the channel, shut its input down or moved it to another loop. */
  final boolean mayContinue() {
    return hasLoop() && !inputShutdown;
  }

  /**
   * Whether an input that has delivered something goes on. Where there may be an end it has to be
   * reached in one go, and the limits of a read begin anew as often as that takes.
   */
  final boolean mayContinue(
      StreamInput input, RecvByteBufAllocator.ExtendedHandle handle, boolean eof) {
    if (!mayContinue() || input() != input) {
      return false;
    }
    boolean within = resources().continueReading(handle);
    if (eof && !within) {
      handle.reset(config());
    }
    return eof || within;
  }

  @Override
  final void writeReady() {
    ownUnsafe().flushNow();
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer in) throws Exception {
    writer.write(in);
  }

  @Override
  protected Object filterOutboundMessage(Object message) {
    if (message instanceof ByteBuf buffer) {
      return writer.direct(buffer);
    }
    if (message instanceof FileRegion) {
      return message;
    }
    throw new UnsupportedOperationException(
        "unsupported message type: "
            + StringUtil.simpleClassName(message)
            + " (expected: ByteBuf, FileRegion)");
  }

  /** Fails for a file that is shorter than its region, which would never be written. */
  final void validate(FileRegion region) throws IOException {
    if (region instanceof DefaultFileRegion fileRegion) {
      validateFileRegion(fileRegion, fileRegion.transferred());
    }
  }

  @Override
  final Executor closeExecutor() {
    return isOpen() && mayLinger() ? GlobalEventExecutor.INSTANCE : null;
  }

  private boolean mayLinger() {
    try {
      return blockingLinger() > 0;
    } catch (ChannelException e) {
      // A socket that does not even tell has nothing to linger for, and has to be closed.
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

  /** The peer's end has been read: nothing more will come, and no system call has to say so. */
  final void inputEnded() {
    inputShutdown = true;
  }

  @Override
  protected final void doShutdownOutput() throws IOException {
    // Also if it fails, as on a connection that was reset: Netty has dropped the outbound buffer.
    outputShutdown = true;
    writer.close();
    socket().shutdown(false, true);
  }

  @Override
  final void writesEnd() {
    writer.close();
  }

  @Override
  protected void doClose() throws Exception {
    inputShutdown = true;
    outputShutdown = true;
    try {
      writer.close();
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
      eventLoop().execute(this::inputFoundDone);
    }
  }

  /** What a read would find now, which after a shutdown of its own nobody makes. */
  private void inputFoundDone() {
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

  private final class ConnectSteps implements Connector.ConnectStep {

    @Override
    public boolean start(SocketAddress remote, SocketAddress local) throws Exception {
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
    public boolean finish(SocketAddress remote, int errno) throws Exception {
      return socket().finishConnect(remote, errno);
    }
  }
}
