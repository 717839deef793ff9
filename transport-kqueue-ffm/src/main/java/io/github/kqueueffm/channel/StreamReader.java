package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Failures;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.util.LeakPresenceDetector;
import java.io.IOException;

/**
 * The reading half of a stream.
 *
 * <p>The end of the stream is what recv(2) says, never a flag of an event. But where an event says
 * that there may be an end, everything buffered is read and delivered up to it, also with auto-read
 * off: so no byte is lost and the end is noticed.
 */
final class StreamReader implements StreamInput {
  private static final int END = 0;
  private static final int NOTHING = -1;

  private final AbstractKQueueFfmStreamChannel channel;

  StreamReader(AbstractKQueueFfmStreamChannel channel) {
    this.channel = channel;
  }

  /**
   * Reads until the socket is empty, the channel's limits are reached or the end is there.
   *
   * @param eof whether the kernel says that there may be an end
   */
  void read(boolean eof) {
    if (channel.isInputDone()) {
      return;
    }
    RecvByteBufAllocator.ExtendedHandle handle = null;
    boolean ended = false;
    Throwable failure = null;
    try {
      handle = channel.ownUnsafe().readHandle();
      handle.reset(channel.config());
      ended = drainInputs(handle, eof);
    } catch (Throwable t) {
      failure = t;
    }
    failure = channel.readComplete(handle, failure);
    if (failure != null) {
      failed(failure);
    }
    if (ended) {
      ended();
    }
  }

  private boolean drainInputs(RecvByteBufAllocator.ExtendedHandle handle, boolean eof)
      throws IOException {
    StreamInput input;
    boolean ended;
    do {
      input = channel.input();
      ended = input.drain(handle, eof);
      // A handler may have changed what is read; after an event that says so, the end counts.
    } while (!ended && eof && channel.mayContinue() && channel.input() != input);
    return ended;
  }

  @Override
  public boolean drain(RecvByteBufAllocator.ExtendedHandle handle, boolean eof) throws IOException {
    LoopResources loop = channel.resources();
    ByteBufAllocator allocator = loop.direct(channel.config().getAllocator());
    ChannelPipeline pipeline = channel.pipeline();
    do {
      ByteBuf buffer = handle.allocate(allocator);
      int received;
      try {
        received = receive(loop, handle, buffer);
      } catch (Throwable t) {
        buffer.release();
        throw t;
      }
      if (received <= 0) {
        buffer.release();
        handle.lastBytesRead(received == END ? -1 : 0);
        return received == END;
      }
      try {
        handle.lastBytesRead(received);
        handle.incMessagesRead(1);
      } finally {
        // What the socket has given is not lost, whatever the handle throws.
        channel.readDone();
        pipeline.fireChannelRead(buffer);
      }
    } while (channel.mayContinue(this, handle, eof));
    return false;
  }

  private int receive(
      LoopResources loop, RecvByteBufAllocator.ExtendedHandle handle, ByteBuf buffer)
      throws IOException {
    int room = buffer.writableBytes();
    if (room == 0) {
      // recv(2) would answer 0, which is no end then.
      handle.attemptedBytesRead(0);
      return NOTHING;
    }
    long address = Buffers.room(buffer, room);
    boolean copied = address == Buffers.NONE;
    if (copied) {
      room = Math.min(room, CopyRoom.KEPT);
      address = loop.copies().take(room);
    }
    handle.attemptedBytesRead(room);
    long result;
    do {
      result = loop.kernel().recv(channel.socket().fd(), address, room, 0);
    } while (loop.interrupted(result));
    if (result > 0) {
      received(loop, buffer, (int) result, copied);
      return (int) result;
    }
    int ended = channel.receiveEnded((int) result);
    if (loop.wouldBlock(ended)) {
      // A spurious event is normal: FreeBSD and NetBSD deliver a one-shot that was drained.
      return NOTHING;
    }
    if (ended == 0) {
      return END;
    }
    throw failure(handle, ended);
  }

  /** Why the socket gives nothing, which the kernel tells once. */
  private IOException failure(RecvByteBufAllocator.ExtendedHandle handle, int result) {
    IOException failure = channel.failure("recv", result);
    try {
      handle.lastBytesRead(-1);
    } catch (Throwable t) {
      failure.addSuppressed(t);
    }
    return failure;
  }

  /** The buffer has so many bytes more, which are in it or are still to be copied to it. */
  private static void received(LoopResources loop, ByteBuf buffer, int bytes, boolean copied)
      throws IOException {
    if (!copied) {
      buffer.writerIndex(buffer.writerIndex() + bytes);
      return;
    }
    try {
      loop.copies().moveTo(buffer, bytes);
    } catch (RuntimeException e) {
      // They are lost, and a stream that goes on without them would be another one.
      throw new IOException(
          Failures.refusal(
              "read",
              bytes + " bytes that were received",
              buffer + " does not take them",
              "use an allocator whose buffers have the room that they are made with"),
          e);
    }
  }

  private void ended() {
    channel.readDone();
    if (!channel.isOpen() || channel.isInputDone()) {
      return;
    }
    if (!channel.isAllowHalfClosure()) {
      channel.ownUnsafe().closeNow();
      return;
    }
    channel.inputEnded();
    channel.updateReadInterest();
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    // Not after a handler has closed the channel in answer to the first one.
    if (channel.isOpen()) {
      pipeline.fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
    }
  }

  private void failed(Throwable cause) {
    try {
      channel.fireExceptionCaught(cause);
    } finally {
      // After ECONNRESET and its like the connection is gone, half-closure or not. What else fails,
      // as an allocator of the user's, leaves the read that was asked for to be tried again.
      if (cause instanceof IOException
          || cause instanceof OutOfMemoryError
          || cause instanceof LeakPresenceDetector.AllocationProhibitedException) {
        channel.ownUnsafe().closeNow();
      }
    }
  }
}
