package io.github.kqueueffm.simulation;

/** What EVFILT_READ or EVFILT_WRITE of a file reports when it is looked at. */
final class FilterState {
  /** Whether the filter is active. */
  boolean active;

  /** Bytes to read, room to write, or connections to accept. */
  long data;

  boolean eof;

  /** The errno of the end, or 0; the platform's number. */
  int errno;

  FilterState set(boolean active, long data) {
    return set(active, data, false, 0);
  }

  FilterState set(boolean active, long data, boolean eof, int errno) {
    this.active = active;
    this.data = data;
    this.eof = eof;
    this.errno = errno;
    return this;
  }
}
