package io.github.kqueueffm.simulation;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** The descriptors of the simulated process. The lowest free number is taken, as kernels do. */
final class Descriptors {
  /** The first number; 0 to 2 are taken in every process. */
  static final int FIRST = 3;

  private final List<OpenFile> files = new ArrayList<>();
  private final BitSet open = new BitSet();
  private final BitSet closeOnExec = new BitSet();
  private int limit = Integer.MAX_VALUE;

  /** Sets how many descriptors may be open; 0 to 2 count. */
  void limit(int limit) {
    this.limit = limit;
  }

  int limit() {
    return limit;
  }

  /** {@return the lowest free descriptor, or -1 at the limit} */
  int free() {
    return free(FIRST);
  }

  /** {@return the lowest free descriptor from a number on, or -1 at the limit} */
  int free(int least) {
    int fd = open.nextClearBit(Math.max(FIRST, least));
    return fd < limit ? fd : -1;
  }

  /** Puts a file under a free descriptor. */
  void put(int fd, OpenFile file, boolean cloexec) {
    while (files.size() <= fd) {
      files.add(null);
    }
    files.set(fd, file);
    open.set(fd);
    closeOnExec.set(fd, cloexec);
    file.hold();
  }

  /** {@return the open file, or {@code null}} */
  OpenFile get(int fd) {
    return fd < 0 || fd >= files.size() ? null : files.get(fd);
  }

  boolean isCloseOnExec(int fd) {
    return closeOnExec.get(fd);
  }

  void closeOnExec(int fd, boolean on) {
    closeOnExec.set(fd, on);
  }

  /** Frees a descriptor that is open. Its file may be closed by this. */
  void close(int fd) {
    OpenFile file = files.set(fd, null);
    open.clear(fd);
    closeOnExec.clear(fd);
    file.descriptorClosed(fd);
    file.drop();
  }
}
