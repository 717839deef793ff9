package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.IovecArray;
import io.github.kqueueffm.syscall.Memory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;

/**
 * Where the bytes of ByteBufs are in memory. Only this class turns a ByteBuf into an address, and
 * only for a part that is one piece of direct memory: a view of several pieces, or of less memory
 * than it had when it was made, has no address.
 */
final class Buffers {
  /** No address: the bytes have to be copied. */
  static final long NONE = 0;

  private Buffers() {}

  /** Whether the kernel can read the buffer's bytes in place, in one or several pieces. */
  static boolean isDirect(ByteBuf buffer) {
    return buffer.hasMemoryAddress() || buffer.isDirect() && buffer.nioBufferCount() > 0;
  }

  /** The address of what can be read, or {@link #NONE}. */
  static long contents(ByteBuf buffer) {
    return address(buffer, buffer.readerIndex(), buffer.readableBytes());
  }

  /**
   * The address of the room behind the writer index, or {@link #NONE}.
   *
   * @throws ReadOnlyBufferException if nothing may be written there
   */
  static long room(ByteBuf buffer, int length) {
    if (buffer.isReadOnly()) {
      throw new ReadOnlyBufferException();
    }
    return address(buffer, buffer.writerIndex(), length, true);
  }

  /** The address of a part that is one piece of direct memory, or {@link #NONE}. */
  static long address(ByteBuf buffer, int index, int length) {
    return address(buffer, index, length, false);
  }

  private static long address(ByteBuf buffer, int index, int length, boolean writes) {
    if (buffer.hasMemoryAddress()) {
      long address = buffer.memoryAddress() + index;
      if (holds(buffer, address, length)) {
        return address;
      }
    }
    ByteBuffer piece = piece(buffer, index, length);
    if (piece == null) {
      return NONE;
    }
    if (writes && piece.isReadOnly()) {
      // A composite does not say so of its component.
      throw new ReadOnlyBufferException();
    }
    return address(piece);
  }

  /**
   * Whether memory is within a buffer and within all that it is a view of, which can have become
   * shorter since. A composite's components can have, too: its NIO buffers are checked for that.
   */
  private static boolean holds(ByteBuf buffer, long address, int length) {
    ByteBuf level = buffer;
    do {
      if (level instanceof CompositeByteBuf || !level.hasMemoryAddress()) {
        return false;
      }
      long start = level.memoryAddress();
      if (address < start || address + length > start + level.capacity()) {
        return false;
      }
      level = level.unwrap();
    } while (level != null);
    return true;
  }

  /** A part as one direct NIO buffer, or {@code null}; of several pieces it would be a copy. */
  private static ByteBuffer piece(ByteBuf buffer, int index, int length) {
    if (!buffer.isDirect() || buffer.nioBufferCount() != 1) {
      return null;
    }
    ByteBuffer piece = buffer.internalNioBuffer(index, length);
    return piece.isDirect() && piece.remaining() == length ? piece : null;
  }

  private static long address(ByteBuffer piece) {
    return Memory.address(piece) + piece.position();
  }

  /**
   * Adds what can be read, where it is.
   *
   * @return false if not all of it could be added
   */
  static boolean gather(ByteBuf buffer, IovecArray iovecs) {
    int length = buffer.readableBytes();
    return length == 0 || addPieces(buffer, buffer.readerIndex(), length, iovecs) == length;
  }

  /**
   * Adds what can be read, and a copy of what the kernel cannot read where it is.
   *
   * @return false if there was no room for all of it
   */
  static boolean gather(ByteBuf buffer, IovecArray iovecs, CopyRoom copies) {
    int index = buffer.readerIndex();
    int length = buffer.readableBytes();
    int added = length == 0 ? 0 : addPieces(buffer, index, length, iovecs);
    return added == length || copies.add(buffer, index + added, length - added, iovecs);
  }

  /** Adds as many pieces from the first on as it can; the answer is how many bytes. */
  private static int addPieces(ByteBuf buffer, int index, int length, IovecArray iovecs) {
    long address = address(buffer, index, length);
    if (address != NONE) {
      return iovecs.add(address, length) ? length : 0;
    }
    if (!buffer.isDirect() || buffer.nioBufferCount() < 2) {
      return 0;
    }
    int added = 0;
    for (ByteBuffer piece : buffer.nioBuffers(index, length)) {
      int bytes = piece.remaining();
      if (bytes > 0 && (!piece.isDirect() || !iovecs.add(address(piece), bytes))) {
        break;
      }
      added += bytes;
    }
    return added;
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
