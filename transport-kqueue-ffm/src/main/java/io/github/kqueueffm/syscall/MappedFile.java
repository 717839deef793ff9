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
 * <p>Closed by the thread that made it.
 */
public final class MappedFile implements AutoCloseable {
  private final Arena arena;
  private final MemorySegment segment;

  private MappedFile(Arena arena, MemorySegment segment) {
    this.arena = arena;
    this.segment = segment;
  }

  /**
   * Maps a part that lies within the file.
   *
   * @throws IOException if the file is of a kind that cannot be mapped, or memory is short
   * @throws UnsupportedOperationException if it is not a file of the system
   */
  public static MappedFile map(FileChannel file, long position, long length) throws IOException {
    Arena arena = Arena.ofConfined();
    try {
      return new MappedFile(
          arena, file.map(FileChannel.MapMode.READ_ONLY, position, length, arena));
    } catch (Throwable t) {
      arena.close();
      throw t;
    }
  }

  public long address() {
    return segment.address();
  }

  @Override
  public void close() {
    arena.close();
  }
}
