package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of the machine's file system that is open to be read. */
final class MachineFile extends OpenFile {
  private static final int PIECE = 65_536;

  private final Path path;
  private FileChannel channel;
  private long position;

  MachineFile(World world, Path path, FileChannel channel) {
    super(world);
    this.path = path;
    this.channel = channel;
  }

  @Override
  long read(Iov into) {
    long length = Math.min(into.total(), world.limitOfThisCall);
    byte[] piece = new byte[(int) Math.min(length, PIECE)];
    long done = 0;
    while (done < length) {
      long read = readAt(position, piece, (int) Math.min(piece.length, length - done));
      if (read <= 0) {
        return done > 0 ? done : read;
      }
      into.put(done, piece, 0, (int) read);
      done += read;
      position += read;
    }
    return done;
  }

  @Override
  long write(Iov from) {
    return error(Errno.EBADF);
  }

  @Override
  long readAt(long offset, byte[] into, int length) {
    if (offset < 0) {
      return error(Errno.EINVAL);
    }
    // Java closes a channel when its thread is interrupted. A kernel does not.
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return Math.max(channel.read(ByteBuffer.wrap(into, 0, length), offset), 0);
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
          channel = FileChannel.open(path, StandardOpenOption.READ);
        }
      }
    } catch (IOException e) {
      return error(MachinePaths.errno(e));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  void closed() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException("the machine's file " + path + " cannot be closed", e);
    }
  }

  @Override
  String describe() {
    return "file " + path;
  }

  @Override
  int attach(boolean write) {
    return write ? error(Errno.EINVAL) : 0;
  }

  @Override
  void readState(FilterState out, long lowWater) {
    try {
      long left = Math.max(channel.size() - position, 0);
      out.set(left > 0, left);
    } catch (IOException e) {
      out.set(true, 0, true, -error(MachinePaths.errno(e)));
    }
  }

  @Override
  void writeState(FilterState out, long lowWater) {
    out.set(false, 0);
  }

  @Override
  int pollMask() {
    return 0;
  }
}
