package io.github.kqueueffm.syscall;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;

/**
 * A part of a file in memory, from which the kernel can send without a copy in between. It is given
 * to system calls only: reading memory whose file was truncated would be an error of the VM, where
 * a call answers EFAULT.
 *
 * <p>One thread at a time; another one than made it may close it.
 */
public final class MappedFile implements AutoCloseable {
  private final FileChannel file;
  private final long position;
  private final Arena arena;
  private final MemorySegment segment;

  private MappedFile(FileChannel file, long position, Arena arena, MemorySegment segment) {
    this.file = file;
    this.position = position;
    this.arena = arena;
    this.segment = segment;
  }

  /**
   * Maps a part that lies within the file.
   *
   * @throws IOException if the file is of a kind that cannot be mapped, or memory is short
   * @throws UnsupportedOperationException if it is not a file of the system
   */
  @SuppressWarnings("MustBeClosedChecker") // The mapping owns its arena and closes it.
  public static MappedFile map(FileChannel file, long position, long length) throws IOException {
    Arena arena = Arena.ofShared();
    try {
      MemorySegment segment = file.map(FileChannel.MapMode.READ_ONLY, position, length, arena);
      return new MappedFile(file, position, arena, segment);
    } catch (Throwable t) {
      arena.close();
      throw t;
    }
  }

  /** Whether the byte at that position of that file is in this part. */
  public boolean contains(FileChannel file, long position) {
    return this.file.equals(file) && position >= this.position && position < end();
  }

  /** The position in the file where this part ends. */
  public long end() {
    return position + segment.byteSize();
  }

  /** Where in memory the byte at that position of the file is. */
  public long address(long position) {
    return segment.address() + (position - this.position);
  }

  @Override
  public void close() {
    arena.close();
  }
}
