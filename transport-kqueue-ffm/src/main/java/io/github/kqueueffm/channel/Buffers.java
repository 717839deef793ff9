package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.IovecArray;
import io.github.kqueueffm.syscall.Memory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;

/** Addresses of ByteBufs, and copies of those that have none. */
final class Buffers {
  private Buffers() {}

  /** Whether the buffer's bytes can be given to the kernel where they are. */
  static boolean isDirect(ByteBuf buffer) {
    return buffer.hasMemoryAddress() || buffer.isDirect() && buffer.nioBufferCount() > 0;
  }

  /** Address of index 0 of a direct buffer with one component. */
  static long address(ByteBuf buffer) {
    if (buffer.hasMemoryAddress()) {
      return buffer.memoryAddress();
    }
    ByteBuffer first = buffer.internalNioBuffer(0, 1);
    return Memory.address(first) + first.position();
  }

  /**
   * Adds what can be read of a direct buffer.
   *
   * @return false if there was no room for all of it
   */
  static boolean gather(ByteBuf buffer, IovecArray iovecs) {
    int index = buffer.readerIndex();
    int length = buffer.readableBytes();
    if (length == 0) {
      return true;
    }
    if (buffer.hasMemoryAddress()) {
      return iovecs.add(buffer.memoryAddress() + index, length);
    }
    if (buffer.nioBufferCount() == 1) {
      return add(buffer.internalNioBuffer(index, length), iovecs);
    }
    for (ByteBuffer part : buffer.nioBuffers(index, length)) {
      if (!add(part, iovecs)) {
        return false;
      }
    }
    return true;
  }

  private static boolean add(ByteBuffer part, IovecArray iovecs) {
    return iovecs.add(Memory.address(part) + part.position(), part.remaining());
  }

  /** A direct copy of what can be read; the original is released with its holder. */
  static ByteBuf copyToDirect(Object holder, ByteBuf buffer, ByteBufAllocator allocator) {
    int readable = buffer.readableBytes();
    if (readable == 0) {
      ReferenceCountUtil.release(holder);
      return Unpooled.EMPTY_BUFFER;
    }
    ByteBuf direct = allocateDirect(readable, allocator);
    try {
      direct.writeBytes(buffer, buffer.readerIndex(), readable);
    } catch (Throwable t) {
      direct.release();
      throw t;
    }
    ReferenceCountUtil.safeRelease(holder);
    return direct;
  }

  private static ByteBuf allocateDirect(int capacity, ByteBufAllocator allocator) {
    if (allocator.isDirectBufferPooled()) {
      return allocator.directBuffer(capacity);
    }
    ByteBuf threadLocal = ByteBufUtil.threadLocalDirectBuffer();
    return threadLocal != null ? threadLocal : allocator.directBuffer(capacity);
  }
}
