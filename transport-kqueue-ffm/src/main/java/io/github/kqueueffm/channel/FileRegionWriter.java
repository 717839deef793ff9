package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Memory;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FileRegion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Writes file regions to a stream. */
final class FileRegionWriter implements WritableByteChannel {
  private final AbstractKQueueFfmStreamChannel channel;

  FileRegionWriter(AbstractKQueueFfmStreamChannel channel) {
    this.channel = channel;
  }

  /** Writes once; false if the socket takes nothing more for now. */
  boolean write(ChannelOutboundBuffer in, FileRegion region) throws IOException {
    if (region.transferred() >= region.count()) {
      return in.remove();
    }
    long flushed = region.transferTo(this, region.transferred());
    if (flushed > 0) {
      in.progress(flushed);
    }
    if (region.transferred() >= region.count()) {
      return in.remove();
    }
    if (flushed == 0) {
      channel.validate(region);
    }
    return flushed > 0;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int length = source.remaining();
    if (length == 0) {
      return 0;
    }
    if (source.isDirect()) {
      int sent = send(Memory.address(source) + source.position(), length);
      source.position(source.position() + sent);
      return sent;
    }
    ByteBuf copy = channel.alloc().directBuffer(length, length);
    try {
      copy.writeBytes(source.duplicate());
      int sent = send(Buffers.address(copy), length);
      source.position(source.position() + sent);
      return sent;
    } finally {
      copy.release();
    }
  }

  private int send(long address, int length) throws IOException {
    LoopResources loop = channel.resources();
    long sent;
    do {
      sent = loop.kernel().send(channel.socket().fd(), address, length, loop.sendFlags());
    } while (loop.interrupted(sent));
    if (sent < 0 && !loop.wouldBlock(sent)) {
      throw channel.failure("send", (int) sent);
    }
    return (int) Math.max(sent, 0);
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() {
    channel.unsafe().closeNow();
  }
}
