package io.github.kqueueffm.simulation;

/** Pipes, the machine's files, and sendfile. */
final class FileCalls {
  private final World world;

  FileCalls(World world) {
    this.world = world;
  }

  /** pipe and pipe2. */
  long pipe(long fds, int flags) {
    throw new UnsupportedOperationException();
  }

  long open(long path, int flags, int mode) {
    throw new UnsupportedOperationException();
  }

  long lstat(long path, long stat) {
    throw new UnsupportedOperationException();
  }

  long unlink(long path) {
    throw new UnsupportedOperationException();
  }

  /** sendfile in the form of the system, with the arguments after the first. */
  long sendfile(int fd, OpenFile file, long b, long c, long d, long e, long f, long g) {
    throw new UnsupportedOperationException();
  }
}
