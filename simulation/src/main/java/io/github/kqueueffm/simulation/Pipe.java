package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;

/** The bytes of a pipe, between its two ends. */
final class Pipe {
  private static final int BSD_SIZE = 16_384;
  private static final int POSIX_PIPE_BUF = 512;

  final OpenFile readEnd;
  final OpenFile writeEnd;
  private final World world;

  /** How many bytes a write is not divided. */
  private final int atomic;

  private final byte[] bytes;
  private int start;
  private int count;
  private boolean readerGone;
  private boolean writerGone;

  Pipe(World world) {
    this.world = world;
    bytes = new byte[world.quirks.number(Quirk.PIPE_SIZE, BSD_SIZE)];
    atomic = world.quirks.number(Quirk.PIPE_BUF, POSIX_PIPE_BUF);
    readEnd = new ReadEnd();
    writeEnd = new WriteEnd();
  }

  private int room() {
    return bytes.length - count;
  }

  /** Whether there is room for a write that is not divided. */
  private boolean isWritable() {
    return room() >= atomic;
  }

  private int put(Iov from, long done, int length) {
    int end = (start + count) % bytes.length;
    int first = Math.min(length, bytes.length - end);
    from.get(done, bytes, end, first);
    from.get(done + first, bytes, 0, length - first);
    count += length;
    readEnd.changed(true, false);
    return length;
  }

  private int take(Iov into, int length) {
    int first = Math.min(length, bytes.length - start);
    into.put(0, bytes, start, first);
    into.put(first, bytes, 0, length - first);
    start = (start + length) % bytes.length;
    count -= length;
    if (isWritable()) {
      writeEnd.changed(false, true);
    }
    return length;
  }

  private long limit(long length) {
    return Math.min(world.choices.part(length), world.limitOfThisCall);
  }

  private final class ReadEnd extends OpenFile {
    ReadEnd() {
      super(Pipe.this.world);
    }

    @Override
    long read(Iov into) {
      if (into.total() == 0) {
        return 0;
      }
      while (count == 0) {
        if (writerGone) {
          return 0;
        }
        if (!block()) {
          return error(Errno.EAGAIN);
        }
      }
      return take(into, (int) limit(Math.min(count, into.total())));
    }

    @Override
    long write(Iov from) {
      return error(Errno.EBADF);
    }

    @Override
    void closed() {
      readerGone = true;
      writeEnd.changed(true, true);
    }

    @Override
    int available() {
      return count;
    }

    @Override
    String describe() {
      return "read end of a pipe with " + count + " bytes";
    }

    @Override
    int attach(boolean write) {
      return write ? error(Errno.EINVAL) : 0;
    }

    @Override
    void readState(FilterState out, long lowWater) {
      out.set(count > 0 || writerGone, count, writerGone, 0);
    }

    @Override
    void writeState(FilterState out, long lowWater) {
      out.set(false, 0);
    }

    @Override
    int pollMask() {
      int mask = count > 0 ? epoll(Constant.EPOLLIN) : 0;
      return writerGone ? mask | epoll(Constant.EPOLLHUP) : mask;
    }
  }

  private final class WriteEnd extends OpenFile {
    WriteEnd() {
      super(Pipe.this.world);
    }

    @Override
    long read(Iov into) {
      return error(Errno.EBADF);
    }

    @Override
    long write(Iov from) {
      long total = limit(from.total());
      long done = 0;
      while (done < total) {
        if (readerGone) {
          return done > 0 ? done : error(Errno.EPIPE);
        }
        long left = total - done;
        if (room() == 0 || left <= atomic && room() < left) {
          if (!block()) {
            return done > 0 ? done : error(Errno.EAGAIN);
          }
          continue;
        }
        done += put(from, done, (int) Math.min(left, room()));
      }
      return done;
    }

    @Override
    void closed() {
      writerGone = true;
      readEnd.changed(true, true);
    }

    @Override
    String describe() {
      return "write end of a pipe with " + count + " bytes";
    }

    @Override
    int attach(boolean write) {
      if (!write) {
        return error(Errno.EINVAL);
      }
      if (!readerGone) {
        return 0;
      }
      return error(world.has(Quirk.WRITE_FILTER_OF_BROKEN_PIPE) ? Errno.EBADF : Errno.EPIPE);
    }

    @Override
    void readState(FilterState out, long lowWater) {
      out.set(false, 0);
    }

    @Override
    void writeState(FilterState out, long lowWater) {
      out.set(readerGone || isWritable(), readerGone ? 0 : room(), readerGone, 0);
    }

    @Override
    int pollMask() {
      int mask = readerGone || isWritable() ? epoll(Constant.EPOLLOUT) : 0;
      return readerGone ? mask | epoll(Constant.EPOLLERR) : mask;
    }
  }
}
