package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.IovecArray;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Sends the buffers at the head of an outbound buffer: one send(2) for a message, one writev(2) for
 * several. The channels of a loop share it, so its answers are of the last send. The loop's thread
 * only.
 */
final class StreamWriter implements ChannelOutboundBuffer.MessageProcessor {
  /** A writev may not carry more on macOS and the BSDs (EINVAL). */
  static final int MAX_GATHER_BYTES = Integer.MAX_VALUE;

  private static final int LEAST_GATHER_BYTES = 4096;

  private int gatherLimit;
  private long wanted;
  private String operation;
  private IovecArray gathering;
  private CopyRoom copies;

  /** The messages with bytes that the last send offered whole. */
  private int gathered;

  /**
   * Sends once.
   *
   * @param limit the most bytes that a writev gathers from several messages
   * @return the bytes sent, or a negative errno
   */
  long send(LoopResources loop, int fd, ChannelOutboundBuffer in, ByteBuf first, int limit)
      throws Exception {
    gatherLimit = limit;
    if (in.size() > 1 || first.nioBufferCount() > 1) {
      return gather(loop, fd, in);
    }
    int length = first.readableBytes();
    long address = length == 0 ? Buffers.NONE : Buffers.contents(first);
    if (address == Buffers.NONE) {
      return gather(loop, fd, in);
    }
    operation = "send";
    wanted = length;
    gathered = 1;
    return loop.kernel().send(fd, address, length, loop.sendFlags());
  }

  /** The limit for the channel's next send, which depends on what the last writev took. */
  int gatherLimit() {
    return gatherLimit;
  }

  /** The bytes that the last send offered to the socket. */
  long wanted() {
    return wanted;
  }

  /**
   * How many messages with bytes the last send completed.
   *
   * @param sent the bytes that it sent
   */
  int completed(LoopResources loop, ChannelOutboundBuffer in, long sent) throws Exception {
    return sent == wanted ? gathered : loop.tally().count(in, sent);
  }

  /** The system call of the last send. */
  String operation() {
    return operation;
  }

  private long gather(LoopResources loop, int fd, ChannelOutboundBuffer in) throws Exception {
    gathering = loop.iovecs();
    copies = loop.copies();
    gathered = 0;
    in.forEachFlushedMessage(this);
    operation = "writev";
    wanted = gathering.size();
    if (gathering.count() == 0) {
      // Nothing but empty buffers.
      return 0;
    }
    long sent = loop.write(fd, gathering);
    if (sent >= 0) {
      adjust(sent);
    }
    return sent;
  }

  /** What one writev took decides how much is worth gathering for the next. */
  private void adjust(long sent) {
    if (sent == wanted) {
      gatherLimit = (int) Math.min(MAX_GATHER_BYTES, Math.max(gatherLimit, wanted << 1));
    } else if (wanted > LEAST_GATHER_BYTES && sent < wanted >>> 1) {
      gatherLimit = (int) Math.max(wanted >>> 1, LEAST_GATHER_BYTES);
    }
  }

  @Override
  public boolean processMessage(Object message) {
    if (!(message instanceof ByteBuf buffer)) {
      return false;
    }
    int length = buffer.readableBytes();
    if (length == 0) {
      return true;
    }
    if (gathered > 0 && gathering.size() + length > gatherLimit) {
      return false;
    }
    if (!Buffers.gather(buffer, gathering, copies)) {
      return false;
    }
    gathered++;
    return true;
  }
}
