package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.IovecArray;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FileRegion;
import java.io.IOException;

/**
 * The writing half of a stream: one send(2) for a message, one writev(2) for several, until the
 * socket's buffer is full or the channel's write-spin count is used up.
 */
final class StreamWriter implements ChannelOutboundBuffer.MessageProcessor {
  /** A writev may not carry more on macOS and the BSDs (EINVAL). */
  private static final long MAX_GATHER_BYTES = Integer.MAX_VALUE;

  private final AbstractKQueueFfmStreamChannel channel;
  private long maxGatherBytes = MAX_GATHER_BYTES;
  private FileRegionWriter regions;
  private Runnable flushTask;
  private IovecArray gathering;
  private CopyRoom copies;
  private int gathered;

  StreamWriter(AbstractKQueueFfmStreamChannel channel) {
    this.channel = channel;
  }

  /** The buffer itself if the kernel can read it, else a direct copy. */
  ByteBuf direct(ByteBuf buffer) {
    return Buffers.isDirect(buffer)
        ? buffer
        : Buffers.copyToDirect(buffer, buffer, channel.config().getAllocator());
  }

  void write(ChannelOutboundBuffer in) throws Exception {
    int spins = channel.config().getWriteSpinCount();
    // A promise's listener may close the channel.
    while (channel.hasLoop() && !in.isEmpty()) {
      if (spins <= 0) {
        // Fair to the other channels of this loop, since the socket could take more.
        channel.disarmWrite();
        channel.eventLoop().execute(flushTask());
        return;
      }
      if (!writeSome(in)) {
        channel.armWrite();
        return;
      }
      spins--;
    }
    channel.disarmWrite();
  }

  /** Nothing more is written. On the loop, which may be in the middle of a region just now. */
  void close() {
    FileRegionWriter done = regions;
    regions = null;
    if (done != null) {
      done.close();
    }
  }

  /** Most connections never send a file. */
  private FileRegionWriter regions() {
    if (regions == null) {
      regions = new FileRegionWriter(channel);
    }
    return regions;
  }

  private Runnable flushTask() {
    if (flushTask == null) {
      flushTask = channel::flushAgain;
    }
    return flushTask;
  }

  /** Writes once; false if the socket takes nothing more for now. */
  private boolean writeSome(ChannelOutboundBuffer in) throws Exception {
    Object message = in.current();
    if (message instanceof ByteBuf buffer) {
      return in.size() > 1 || buffer.nioBufferCount() > 1 ? gather(in) : send(in, buffer);
    }
    if (message instanceof FileRegion region) {
      return regions().write(in, region);
    }
    return channel.writeMessage(in, message);
  }

  private boolean send(ChannelOutboundBuffer in, ByteBuf buffer) throws Exception {
    int length = buffer.readableBytes();
    if (length == 0) {
      return in.remove();
    }
    long address = Buffers.contents(buffer);
    if (address == Buffers.NONE) {
      return gather(in);
    }
    LoopResources loop = channel.resources();
    long sent = loop.kernel().send(channel.socket().fd(), address, length, loop.sendFlags());
    if (sent < 0) {
      return refused(loop, "send", sent);
    }
    in.removeBytes(sent);
    return sent == length;
  }

  private boolean gather(ChannelOutboundBuffer in) throws Exception {
    LoopResources loop = channel.resources();
    IovecArray iovecs = loop.iovecs();
    gathering = iovecs;
    copies = loop.copies();
    gathered = 0;
    in.forEachFlushedMessage(this);
    if (iovecs.count() == 0) {
      // Nothing but empty buffers.
      in.removeBytes(0);
      return true;
    }
    long wanted = iovecs.size();
    long sent = loop.write(channel.socket().fd(), iovecs);
    if (sent < 0) {
      return refused(loop, "writev", sent);
    }
    adjust(wanted, sent);
    in.removeBytes(sent);
    return sent == wanted;
  }

  /** EINTR: again. EAGAIN: later. Anything else fails the flush. */
  private boolean refused(LoopResources loop, String operation, long result) throws IOException {
    if (loop.interrupted(result)) {
      return true;
    }
    if (loop.wouldBlock(result)) {
      return false;
    }
    throw channel.failure(operation, (int) result);
  }

  /** What one writev took tells how much is worth gathering for the next. */
  private void adjust(long wanted, long sent) {
    if (sent == wanted) {
      maxGatherBytes = Math.min(MAX_GATHER_BYTES, Math.max(maxGatherBytes, wanted << 1));
    } else if (wanted > 4096 && sent < wanted >>> 1) {
      maxGatherBytes = Math.max(wanted >>> 1, 4096);
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
    if (gathered > 0 && gathering.size() + length > maxGatherBytes) {
      return false;
    }
    gathered++;
    return Buffers.gather(buffer, gathering, copies);
  }
}
