package io.github.kqueueffm.simulation;

/** A knote or an item of an epoll, which hears when something happens to a file. */
interface Watcher {
  /**
   * Something happened that can make the file readable (data, a connection, an end, an error), or
   * writable (room, a connect that is done, an error), or both.
   */
  void changed(boolean read, boolean write);

  /** A descriptor of the file was closed. */
  void descriptorClosed(int fd);

  /** The last descriptor of the file was closed. */
  void fileClosed();
}
