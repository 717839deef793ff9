package io.github.kqueueffm.selector;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.InterceptedKernel;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.Timespec;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A kernel with kqueues, pipes and a clock, whose timers and user events lie as a test says. Its
 * time passes in waits only. What other threads do at a given time is done on the test's thread,
 * within the wait.
 */
final class LyingKernel extends InterceptedKernel {
  static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST = TimeUnit.DAYS.toNanos(1);

  /** What a wakeup does when it is triggered. */
  enum Lie {
    NONE,
    NEVER_FIRES,
    FIRES_TWICE,
    FIRES_FOR_EVER,
    FIRES_UNASKED,
    IS_REFUSED
  }

  /** One that fires at some time, and then perhaps again. */
  private static final class Knote {
    final Wakeup.Kind kind;
    final long ident;
    long due = Long.MAX_VALUE;
    int repeats;

    Knote(Wakeup.Kind kind, long ident) {
      this.kind = kind;
      this.ident = ident;
    }
  }

  private final KqueueConstants c;
  private final KeventLayout layout;
  private final Map<Wakeup.Kind, Lie> lies = new EnumMap<>(Wakeup.Kind.class);
  private final Map<Integer, Map<Integer, Knote>> kqueues = new HashMap<>();
  private final Map<Integer, Integer> bytes = new HashMap<>();
  private final TreeMap<Long, Runnable> plans = new TreeMap<>();
  private int next = 100;
  private long now;
  private int waits;
  private long longestWait;

  LyingKernel(String platform) {
    super(Platform.named(platform), null);
    c = new KqueueConstants(platform());
    layout = new KeventLayout(keventStruct());
  }

  LyingKernel with(Wakeup.Kind kind, Lie lie) {
    lies.put(kind, lie);
    return this;
  }

  /** Does something at that time; at most one thing each nanosecond. */
  void at(long nanos, Runnable action) {
    plans.put(nanos, action);
  }

  long now() {
    return now;
  }

  int waits() {
    return waits;
  }

  /** The longest wait since the last call of this. */
  long takeLongestWait() {
    long longest = longestWait;
    longestWait = 0;
    return longest;
  }

  /** How many kqueues, and ends of pipes, are open. */
  int open() {
    return kqueues.size() + bytes.size();
  }

  @Override
  public Struct keventStruct() {
    return platform().keventStruct(platform().symbols(Call.KEVENT).get(0));
  }

  @Override
  public Kernel forThread() {
    return this;
  }

  @Override
  public String describe() {
    return "lying " + platform();
  }

  @Override
  protected Number intercept(String method, Object... arguments) {
    return switch (method) {
      case "kqueue" -> openQueue();
      case "kevent" -> kevent(arguments);
      case "pipe2", "pipe" -> openPipe((long) arguments[0]);
      case "fcntl" -> 0;
      case "write" -> written((int) arguments[0]);
      case "read" -> (long) bytes.put((int) arguments[0], 0);
      case "close" -> closed((int) arguments[0]);
      default -> throw new AssertionError("unexpected " + method);
    };
  }

  private int openQueue() {
    kqueues.put(next, new HashMap<>());
    return next++;
  }

  private int openPipe(long fds) {
    bytes.put(next, 0);
    bytes.put(next + 1, 0);
    Memory.putInt(fds, next);
    Memory.putInt(fds + 4, next + 1);
    next += 2;
    return 0;
  }

  /** The read end is the number before that of the write end. */
  private long written(int fd) {
    bytes.merge(fd - 1, 1, Integer::sum);
    return 1;
  }

  private int closed(int fd) {
    if (kqueues.remove(fd) == null && bytes.remove(fd) == null) {
      throw new AssertionError(fd + " is not open");
    }
    return 0;
  }

  private int kevent(Object[] arguments) {
    Map<Integer, Knote> knotes = kqueues.get((int) arguments[0]);
    for (int i = 0; i < (int) arguments[2]; i++) {
      int result = change(knotes, (long) arguments[1] + (long) i * layout.size());
      if (result < 0) {
        return result;
      }
    }
    int room = (int) arguments[4];
    return room == 0 ? 0 : await(knotes, (long) arguments[3], room, timeout((long) arguments[5]));
  }

  private long timeout(long address) {
    return address == 0 ? -1 : new Timespec(platform()).get(address, LONGEST);
  }

  private int change(Map<Integer, Knote> knotes, long change) {
    int filter = layout.filter(change);
    int flags = layout.flags(change);
    Wakeup.Kind kind =
        filter == c.timer
            ? Wakeup.Kind.TIMER
            : filter == c.user ? Wakeup.Kind.USER : Wakeup.Kind.PIPE;
    if ((flags & c.delete) != 0) {
      return knotes.remove(filter) == null ? -platform().number(Errno.ENOENT) : 0;
    }
    boolean triggers = kind == Wakeup.Kind.TIMER || layout.fflags(change) != 0;
    Lie lie = lies.getOrDefault(kind, Lie.NONE);
    if (triggers && lie == Lie.IS_REFUSED) {
      return -platform().number(Errno.EINVAL);
    }
    if ((flags & c.add) != 0) {
      knotes.computeIfAbsent(filter, f -> new Knote(kind, layout.ident(change)));
    }
    Knote knote = knotes.get(filter);
    if (knote == null) {
      return -platform().number(Errno.ENOENT);
    }
    if (triggers && lie != Lie.NEVER_FIRES) {
      knote.due = now;
      knote.repeats = lie == Lie.FIRES_TWICE ? 1 : lie == Lie.FIRES_FOR_EVER ? -1 : 0;
    } else if (!triggers && lie == Lie.FIRES_UNASKED) {
      knote.due = now + 3 * MILLI;
    }
    if (kind == Wakeup.Kind.TIMER && lie == Lie.FIRES_UNASKED) {
      knote.repeats = 10;
    }
    return 0;
  }

  private int await(Map<Integer, Knote> knotes, long events, int room, long timeout) {
    long end = timeout < 0 ? Long.MAX_VALUE : now + timeout;
    long start = now;
    if (timeout != 0) {
      waits++;
    }
    for (; ; ) {
      int count = harvest(knotes, events, room);
      long due = Math.min(nextDue(knotes), plans.isEmpty() ? Long.MAX_VALUE : plans.firstKey());
      if (count > 0 || now >= end || timeout == 0) {
        longestWait = Math.max(longestWait, now - start);
        return count;
      }
      if (due == Long.MAX_VALUE && end == Long.MAX_VALUE) {
        throw new AssertionError("the loop would sleep for ever, from " + start);
      }
      now = Math.max(now, Math.min(due, end));
      if (!plans.isEmpty() && plans.firstKey() <= now) {
        plans.pollFirstEntry().getValue().run();
      }
    }
  }

  private static long nextDue(Map<Integer, Knote> knotes) {
    return knotes.values().stream().mapToLong(knote -> knote.due).min().orElse(Long.MAX_VALUE);
  }

  private int harvest(Map<Integer, Knote> knotes, long events, int room) {
    int count = 0;
    for (Map.Entry<Integer, Knote> entry : knotes.entrySet()) {
      Knote knote = entry.getValue();
      boolean ready =
          knote.kind == Wakeup.Kind.PIPE ? bytes.get((int) knote.ident) > 0 : knote.due <= now;
      if (ready && count < room) {
        layout.put(
            events + (long) count++ * layout.size(), knote.ident, entry.getKey(), 0, 0, 1, 0);
        knote.due = knote.repeats == 0 ? Long.MAX_VALUE : now + MILLI;
        knote.repeats -= knote.repeats > 0 ? 1 : 0;
      }
    }
    return count;
  }
}
