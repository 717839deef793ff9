package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Errno;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A kqueue with its knotes. */
final class KqueueFile extends EventQueueFile {
  final FilterState state = new FilterState();

  /** The layout and the constants; its fields serve the events. */
  final Kevent kevent;

  /** By descriptor. */
  private FdKnote[] reads = new FdKnote[8];

  private FdKnote[] writes = new FdKnote[8];
  private final Map<Long, TimerKnote> timers = new LinkedHashMap<>();
  private final Map<Long, UserKnote> users = new LinkedHashMap<>();
  private int knotes;

  KqueueFile(World world) {
    super(world);
    kevent = new Kevent(world);
  }

  /** Makes a change: 0 or the negative errno. */
  int register(Kevent change) {
    if (change.has(change.enable)
        && change.has(change.disable)
        && world.has(Quirk.ENABLE_WITH_DISABLE_IS_INVALID)) {
      return error(Errno.EINVAL);
    }
    if (change.isOfDescriptor()) {
      return registerDescriptor(change);
    }
    if (change.filter == change.timerFilter) {
      return registerTimer(change);
    }
    if (change.filter == change.userFilter && !world.has(Quirk.NO_USER_EVENTS)) {
      return registerUser(change);
    }
    return error(Errno.EINVAL);
  }

  private int registerDescriptor(Kevent change) {
    int fd = change.ident == (int) change.ident ? (int) change.ident : -1;
    OpenFile file = world.descriptors.get(fd);
    if (file == null) {
      boolean absent = change.has(change.delete) && world.has(Quirk.DELETE_OF_CLOSED_IS_ENOENT);
      return error(absent ? Errno.ENOENT : Errno.EBADF);
    }
    boolean write = change.filter == change.writeFilter;
    FdKnote knote = find(fd, write);
    if (knote != null) {
      return change(knote, change);
    }
    if (!change.has(change.add)) {
      return error(Errno.ENOENT);
    }
    int refused = file.attach(write);
    if (refused < 0) {
      return refused;
    }
    knote = new FdKnote(this, change, file, write);
    put(fd, write, knote);
    return begin(knote, change);
  }

  private int registerTimer(Kevent change) {
    TimerKnote knote = timers.get(change.ident);
    if (knote == null && !change.has(change.add)) {
      return error(Errno.ENOENT);
    }
    int refused = change.has(change.add) ? TimerKnote.check(world, change) : 0;
    if (refused < 0) {
      return refused;
    }
    if (knote != null) {
      return change(knote, change);
    }
    knote = new TimerKnote(this, change);
    timers.put(change.ident, knote);
    int result = begin(knote, change);
    knote.arm();
    return result;
  }

  private int registerUser(Kevent change) {
    UserKnote knote = users.get(change.ident);
    if (knote != null) {
      return change(knote, change);
    }
    if (!change.has(change.add)) {
      return error(Errno.ENOENT);
    }
    knote = new UserKnote(this, change);
    users.put(change.ident, knote);
    return begin(knote, change);
  }

  private int begin(Knote knote, Kevent change) {
    knotes++;
    knote.disabled = change.has(change.disable);
    lookAt(knote);
    return 0;
  }

  private int change(Knote knote, Kevent change) {
    if (change.has(change.delete)) {
      remove(knote);
      return 0;
    }
    boolean bare = !change.has(change.add);
    boolean bareEnable = bare && change.has(change.enable) && change.isOfDescriptor();
    if (!(bareEnable && world.has(Quirk.BARE_ENABLE_KEEPS_ALL))) {
      knote.touch(change);
    }
    if (change.has(change.enable)) {
      knote.disabled = false;
      if (knote.active) {
        enqueue(knote);
      }
    } else if (change.has(change.disable)) {
      knote.disabled = true;
      ready.remove(knote);
    }
    if (!(bareEnable && world.has(Quirk.BARE_ENABLE_DOES_NOT_LOOK))) {
      lookAt(knote);
    }
    return 0;
  }

  private void lookAt(Knote knote) {
    if (knote.look()) {
      activate(knote);
    }
  }

  /** Something is to be reported. */
  void activate(Knote knote) {
    knote.active = true;
    if (!knote.disabled) {
      enqueue(knote);
    }
  }

  void deactivate(Knote knote) {
    knote.active = false;
    ready.remove(knote);
  }

  void remove(Knote knote) {
    ready.remove(knote);
    knote.detach();
    if (knote instanceof FdKnote ofDescriptor) {
      put(ofDescriptor.fd(), ofDescriptor.isWrite(), null);
    } else if (knote instanceof TimerKnote) {
      timers.remove(knote.ident);
    } else {
      users.remove(knote.ident);
    }
    knotes--;
  }

  private FdKnote find(int fd, boolean write) {
    FdKnote[] table = write ? writes : reads;
    return fd < table.length ? table[fd] : null;
  }

  private void put(int fd, boolean write, FdKnote knote) {
    FdKnote[] table = write ? writes : reads;
    if (fd >= table.length) {
      table = Arrays.copyOf(table, Math.max(fd + 1, 2 * table.length));
      if (write) {
        writes = table;
      } else {
        reads = table;
      }
    }
    table[fd] = knote;
  }

  @Override
  int collect(long events, int max) {
    int collected = 0;
    for (int left = ready.size(); left > 0 && collected < max; left--) {
      Knote knote = (Knote) ready.poll();
      if (isToBeReported(knote)) {
        deliver(knote, events + (long) collected++ * kevent.size);
      } else {
        knote.active = false;
      }
    }
    return collected;
  }

  private boolean isToBeReported(Knote knote) {
    // A timer that has expired and a user event that was triggered stay so.
    boolean ofDescriptor = knote instanceof FdKnote;
    if (!ofDescriptor || !knote.oneShot || !world.has(Quirk.STALE_ONE_SHOT)) {
      return knote.look();
    }
    return true;
  }

  private void deliver(Knote knote, long at) {
    write(knote, at);
    boolean gone = knote instanceof TimerKnote timer ? timer.isOneShot() : knote.oneShot;
    if (gone) {
      remove(knote);
      return;
    }
    if (!knote.clear && !knote.dispatch) {
      ready.addLast(knote);
      return;
    }
    knote.active = false;
    if (knote.clear) {
      knote.reset();
    }
    knote.disabled = knote.dispatch && !(knote.clear && world.has(Quirk.CLEAR_WINS_OVER_DISPATCH));
  }

  private void write(Knote knote, long at) {
    kevent.ident = knote.ident;
    kevent.filter = knote.filter;
    kevent.flags = knote.flags;
    kevent.fflags = knote.fflags;
    kevent.data = knote.data;
    kevent.udata = knote.udata;
    kevent.write(at);
  }

  @Override
  boolean collectSpurious(long events) {
    List<FdKnote> silent = new ArrayList<>();
    addSilent(reads, silent);
    addSilent(writes, silent);
    if (silent.isEmpty()) {
      return false;
    }
    FdKnote knote = silent.get(world.choices.below(silent.size()));
    knote.data = 0;
    deliver(knote, events);
    if (knote.queued) {
      // A level knote is queued only while it has an event.
      ready.remove(knote);
    }
    return true;
  }

  private static void addSilent(FdKnote[] table, List<FdKnote> silent) {
    for (FdKnote knote : table) {
      if (knote != null && !knote.active && !knote.disabled) {
        silent.add(knote);
      }
    }
  }

  @Override
  void descriptorClosed(int fd) {
    super.descriptorClosed(fd);
    if (isLastDescriptor()) {
      if (world.has(Quirk.CLOSING_KQUEUE_WAKES)) {
        abandon();
      } else if (world.has(Quirk.CLOSING_KQUEUE_BLOCKS)) {
        awaitWaiters();
      }
    }
  }

  @Override
  void closed() {
    removeAll(reads);
    removeAll(writes);
    timers.values().forEach(Knote::detach);
  }

  private static void removeAll(FdKnote[] table) {
    for (FdKnote knote : table) {
      if (knote != null) {
        knote.detach();
      }
    }
  }

  @Override
  String describe() {
    return "kqueue with " + knotes + " knotes";
  }

  @Override
  int attach(boolean write) {
    return write ? error(Errno.EINVAL) : 0;
  }

  @Override
  void readState(FilterState out, long lowWater) {
    out.set(ready.size() > 0, ready.size());
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
