package io.github.kqueueffm.selector.book;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.IovecArray;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The remaining parts of some buffers as a native array of struct iovec. What a heap buffer holds
 * goes through native memory.
 */
final class BufferVector implements AutoCloseable {
  private static final int MAX_ENTRIES = 1024;

  /** The most of heap buffers that one call moves, so that a call's copies stay small. */
  private static final int MAX_COPIED = 1 << 16;

  private final ByteBuffer[] buffers;
  private final int first;
  private final int end;
  private final IovecArray iovecs;
  private long copies;
  private int copied;

  private BufferVector(Platform platform, ByteBuffer[] buffers, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, buffers.length);
    this.buffers = buffers;
    first = offset;
    end = offset + length;
    iovecs = new IovecArray(platform, MAX_ENTRIES);
  }

  /** The buffers' contents, for a write. */
  static BufferVector ofContents(Platform platform, ByteBuffer[] buffers, int offset, int length) {
    return new BufferVector(platform, buffers, offset, length).fill(true);
  }

  /** The buffers' room, for a read. */
  static BufferVector ofRoom(Platform platform, ByteBuffer[] buffers, int offset, int length) {
    return new BufferVector(platform, buffers, offset, length).fill(false);
  }

  private BufferVector fill(boolean contents) {
    try {
      for (int i = first; i < end && add(buffers[i], contents); i++) {}
      return this;
    } catch (Throwable t) {
      close();
      throw t;
    }
  }

  private boolean add(ByteBuffer buffer, boolean contents) {
    if (!contents && buffer.isReadOnly()) {
      throw new IllegalArgumentException(
          Failures.refusal("read into", buffer, "it is read-only", "give a writable buffer"));
    }
    if (iovecs.size() + buffer.remaining() > Integer.MAX_VALUE) {
      // EINVAL on macOS and the BSDs.
      return false;
    }
    if (buffer.isDirect()) {
      return iovecs.add(Memory.address(buffer) + buffer.position(), buffer.remaining());
    }
    int length = Math.min(buffer.remaining(), MAX_COPIED - copied);
    if (length > 0) {
      if (copies == 0) {
        copies = NativeMemory.allocate(MAX_COPIED);
      }
      if (contents) {
        Memory.buffer(copies + copied, length)
            .put(buffer.duplicate().limit(buffer.position() + length));
      }
      if (!iovecs.add(copies + copied, length)) {
        return false;
      }
      copied += length;
    }
    return length == buffer.remaining();
  }

  boolean isEmpty() {
    return iovecs.count() == 0;
  }

  long address() {
    return iovecs.address();
  }

  int count() {
    return iovecs.count();
  }

  /** Moves the buffers' positions over what was written from them. */
  void written(long bytes) {
    long left = bytes;
    for (int i = first; left > 0; i++) {
      left -= skip(buffers[i], left);
    }
  }

  /** Moves the buffers' positions over what was read, and fills the heap buffers. */
  void read(long bytes) {
    long left = bytes;
    long from = copies;
    for (int i = first; left > 0; i++) {
      ByteBuffer buffer = buffers[i];
      if (buffer.isDirect()) {
        left -= skip(buffer, left);
      } else {
        int length = (int) Math.min(buffer.remaining(), left);
        buffer.put(Memory.buffer(from, length));
        from += length;
        left -= length;
      }
    }
  }

  private static int skip(ByteBuffer buffer, long left) {
    int length = (int) Math.min(buffer.remaining(), left);
    buffer.position(buffer.position() + length);
    return length;
  }

  @Override
  public void close() {
    iovecs.free();
    if (copies != 0) {
      NativeMemory.free(copies);
      copies = 0;
    }
  }
}
