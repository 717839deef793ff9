package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An epoll with its items. */
final class EpollFile extends EventQueueFile {
  /** How deep Linux lets epolls contain each other (EP_MAX_NESTS). */
  private static final int MAX_DEPTH = 4;

  private final int in;
  private final int out;
  private final int rdhup;
  private final int always;
  private final int edge;
  private final int ctlAdd;
  private final int ctlModify;
  private final int ctlDelete;
  private final int eventSize;
  private final int eventsOffset;
  private final int dataOffset;

  /** By descriptor. */
  private EpollItem[] items = new EpollItem[8];

  private int count;

  EpollFile(World world) {
    super(world);
    Platform platform = world.platform;
    in = platform.get(Constant.EPOLLIN);
    out = platform.get(Constant.EPOLLOUT);
    rdhup = platform.get(Constant.EPOLLRDHUP);
    always = platform.get(Constant.EPOLLERR) | platform.get(Constant.EPOLLHUP);
    edge = platform.get(Constant.EPOLLET);
    ctlAdd = platform.get(Constant.EPOLL_CTL_ADD);
    ctlModify = platform.get(Constant.EPOLL_CTL_MOD);
    ctlDelete = platform.get(Constant.EPOLL_CTL_DEL);
    Struct event = platform.struct("epoll_event");
    eventSize = event.size();
    eventsOffset = event.offset("events");
    dataOffset = event.offset("data");
  }

  /** {@return the bits that an item reports} Errors and hang-ups are among them always. */
  int wanted(int events) {
    return events | always;
  }

  /** Whether a change of one side can make an item report something. */
  boolean isWanted(int events, boolean read, boolean write) {
    // What changes both sides is an error or a hang-up.
    return read && write || read && (events & (in | rdhup)) != 0 || write && (events & out) != 0;
  }

  /** epoll_ctl. */
  int control(int operation, int fd, long argument) {
    OpenFile file = world.descriptors.get(fd);
    if (file == null) {
      return error(Errno.EBADF);
    }
    if (file instanceof MachineFile) {
      return error(Errno.EPERM);
    }
    if (file == this) {
      return error(Errno.EINVAL);
    }
    EpollItem item = find(fd, file);
    if (operation == ctlAdd) {
      return item != null ? error(Errno.EEXIST) : add(fd, file, argument);
    }
    if (operation != ctlModify && operation != ctlDelete) {
      return error(Errno.EINVAL);
    }
    if (item == null) {
      return error(Errno.ENOENT);
    }
    if (operation == ctlDelete) {
      remove(item);
    } else {
      set(item, argument);
    }
    return 0;
  }

  private int add(int fd, OpenFile file, long argument) {
    if (file instanceof EpollFile inner && (inner.contains(this) || inner.depth() >= MAX_DEPTH)) {
      return error(Errno.ELOOP);
    }
    EpollItem item = new EpollItem(this, file, fd);
    put(item);
    count++;
    file.watch(item);
    set(item, argument);
    return 0;
  }

  private void set(EpollItem item, long argument) {
    item.events = Memory.getInt(argument + eventsOffset);
    item.data = Memory.getLong(argument + dataOffset);
    if (item.look() != 0) {
      enqueue(item);
    }
  }

  private boolean contains(EpollFile other) {
    for (EpollFile inner : innerEpolls()) {
      if (inner == other || inner.contains(other)) {
        return true;
      }
    }
    return false;
  }

  private int depth() {
    int depth = 0;
    for (EpollFile inner : innerEpolls()) {
      depth = Math.max(depth, inner.depth() + 1);
    }
    return depth;
  }

  private List<EpollFile> innerEpolls() {
    List<EpollFile> inner = new ArrayList<>();
    for (EpollItem first : items) {
      for (EpollItem item = first; item != null; item = item.sameNumber) {
        if (item.file instanceof EpollFile epoll) {
          inner.add(epoll);
        }
      }
    }
    return inner;
  }

  private EpollItem find(int fd, OpenFile file) {
    EpollItem item = fd < items.length ? items[fd] : null;
    while (item != null && item.file != file) {
      item = item.sameNumber;
    }
    return item;
  }

  private void put(EpollItem item) {
    if (item.fd >= items.length) {
      items = Arrays.copyOf(items, Math.max(item.fd + 1, 2 * items.length));
    }
    item.sameNumber = items[item.fd];
    items[item.fd] = item;
  }

  void remove(EpollItem item) {
    ready.remove(item);
    item.file.unwatch(item);
    count--;
    EpollItem before = items[item.fd];
    if (before == item) {
      items[item.fd] = item.sameNumber;
      return;
    }
    while (before.sameNumber != item) {
      before = before.sameNumber;
    }
    before.sameNumber = item.sameNumber;
  }

  @Override
  int collect(long events, int max) {
    int collected = 0;
    for (int left = ready.size(); left > 0 && collected < max; left--) {
      EpollItem item = (EpollItem) ready.poll();
      int mask = item.look();
      if (mask == 0) {
        continue;
      }
      write(events + (long) collected++ * eventSize, mask, item.data);
      if ((item.events & edge) == 0) {
        ready.addLast(item);
      }
    }
    return collected;
  }

  private void write(long at, int mask, long data) {
    Memory.putInt(at + eventsOffset, mask);
    Memory.putLong(at + dataOffset, data);
  }

  @Override
  boolean collectSpurious(long events) {
    List<EpollItem> silent = new ArrayList<>();
    for (EpollItem first : items) {
      for (EpollItem item = first; item != null; item = item.sameNumber) {
        if (!item.queued && (item.events & (in | out)) != 0) {
          silent.add(item);
        }
      }
    }
    if (silent.isEmpty()) {
      return false;
    }
    EpollItem item = silent.get(world.choices.below(silent.size()));
    write(events, item.events & (in | out), item.data);
    return true;
  }

  /** An epoll can be read if one of its items has an event, which is looked at. */
  @Override
  int pollMask() {
    while (ready.size() > 0) {
      if (((EpollItem) ready.first()).look() != 0) {
        return in;
      }
      ready.poll();
    }
    return 0;
  }

  @Override
  void closed() {
    for (EpollItem first : items) {
      for (EpollItem item = first; item != null; item = item.sameNumber) {
        item.file.unwatch(item);
      }
    }
  }

  @Override
  String describe() {
    return "epoll with " + count + " items";
  }

  @Override
  void readState(FilterState state, long lowWater) {
    state.set(pollMask() != 0, ready.size());
  }

  @Override
  void writeState(FilterState state, long lowWater) {
    state.set(false, 0);
  }
}
