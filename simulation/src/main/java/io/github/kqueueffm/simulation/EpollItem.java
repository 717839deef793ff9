package io.github.kqueueffm.simulation;

/** A file in an epoll, under the descriptor by which it was added. */
final class EpollItem extends EventEntry implements Watcher {
  final OpenFile file;
  final int fd;
  private final EpollFile epoll;
  int events;
  long data;

  /** The next item of the same number, whose file is another one. */
  EpollItem sameNumber;

  EpollItem(EpollFile epoll, OpenFile file, int fd) {
    this.epoll = epoll;
    this.file = file;
    this.fd = fd;
  }

  /** {@return the wanted bits that hold now} */
  int look() {
    return file.pollMask() & epoll.wanted(events);
  }

  @Override
  public void changed(boolean read, boolean write) {
    if (epoll.isWanted(events, read, write) && look() != 0) {
      epoll.enqueue(this);
    }
  }

  @Override
  public void descriptorClosed(int closed) {
    // An item lives as long as its file, also under another descriptor.
  }

  @Override
  public void fileClosed() {
    epoll.remove(this);
  }
}
