package io.github.kqueueffm.simulation;

/** A knote of EVFILT_READ or EVFILT_WRITE. */
final class FdKnote extends Knote implements Watcher {
  private final OpenFile file;
  private final boolean write;

  FdKnote(KqueueFile queue, Kevent change, OpenFile file, boolean write) {
    super(queue, change);
    this.file = file;
    this.write = write;
    file.watch(this);
  }

  int fd() {
    return (int) ident;
  }

  boolean isWrite() {
    return write;
  }

  @Override
  boolean look() {
    FilterState state = queue.state;
    Kevent layout = queue.kevent;
    if (write) {
      file.writeState(state, lowWater());
    } else {
      file.readState(state, lowWater());
    }
    if (!state.active) {
      return false;
    }
    data = state.data;
    fflags = state.errno;
    if (state.eof) {
      // It is never taken back.
      flags |= layout.eof;
    }
    return true;
  }

  private long lowWater() {
    if ((savedFflags & queue.kevent.lowWater) == 0) {
      return 1;
    }
    long mark = Math.max(savedData, 1);
    if (!write
        && file instanceof SocketFile socket
        && mark > socket.receiveSpace()
        && queue.world.has(Quirk.LOW_WATER_IS_CLAMPED)) {
      return socket.receiveSpace();
    }
    return mark;
  }

  @Override
  public void changed(boolean read, boolean written) {
    if ((write ? written : read) && look()) {
      queue.activate(this);
    }
  }

  @Override
  public void descriptorClosed(int fd) {
    if (fd == ident) {
      queue.remove(this);
    }
  }

  @Override
  public void fileClosed() {
    queue.remove(this);
  }

  @Override
  void detach() {
    file.unwatch(this);
  }
}
