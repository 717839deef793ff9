package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;

/**
 * What a file region of unknown kind writes itself to. Regions write 8 KiB at a time (the JDK's
 * transferTo does), which are sent 256 KiB at a time. So a region can be ahead of the socket, by
 * what is {@linkplain #isPending() pending} here.
 */
final class RegionCollector implements WritableByteChannel {
  private static final int CAPACITY = 256 << 10;

  /** The least bytes of a piece that is sent without being collected. */
  private static final int LARGE = 64 << 10;

  private final KernelSocket socket;
  private final FilePieces pieces;
  private ByteBuf pending;
  private boolean closeRequested;

  RegionCollector(KernelSocket socket, FilePieces pieces) {
    this.socket = socket;
    this.pieces = pieces;
  }

  boolean isPending() {
    return pending != null && pending.isReadable();
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
    if (source.isDirect() && source.remaining() >= LARGE && !isPending()) {
      int sent = (int) pieces.send(Memory.address(source) + source.position(), source.remaining());
      source.position(source.position() + sent);
      return sent;
    }
    int before = source.remaining();
    while (source.hasRemaining() && makeRoom()) {
      int taken = Math.min(source.remaining(), pending.writableBytes());
      pending.writeBytes(source.duplicate().limit(source.position() + taken));
      source.position(source.position() + taken);
    }
    return before - source.remaining();
  }

  private boolean makeRoom() throws IOException {
    if (pending == null) {
      pending = pieces.allocator().directBuffer(CAPACITY, CAPACITY);
    }
    return pending.isWritable() || flush();
  }

  /** Sends what is pending; false if the socket does not take all of it for now. */
  boolean flush() throws IOException {
    while (isPending()) {
      int sent = (int) pieces.send(pending);
      if (sent == 0) {
        return false;
      }
      pending.skipBytes(sent);
    }
    if (pending != null) {
      pending.clear();
    }
    return true;
  }

  void release() {
    ByteBuf buffer = pending;
    pending = null;
    if (buffer != null) {
      buffer.release();
    }
  }

  @Override
  public boolean isOpen() {
    return !closeRequested && socket.isOpen();
  }

  /** Asks the channel to close, which it does when the region has returned. */
  @Override
  public void close() {
    closeRequested = true;
  }

  boolean isCloseRequested() {
    return closeRequested;
  }
}
