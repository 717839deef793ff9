package io.github.kqueueffm.selector;

import io.github.kqueueffm.syscall.Kernel;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one loop counts. Its thread alone writes, so that no write needs an atomic addition; every
 * thread may read.
 *
 * <p>Time is kept in one word, so that a reader never sees the two halves of a change, and a loop
 * that waits or is busy for long is seen to be so. It is the time waited while the loop is active,
 * and the complement of the time active while it waits: both are constant then.
 */
public final class LoopCounts {
  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);
  private static final VarHandle CLOCK;
  private static final VarHandle BEGAN;
  private static final VarHandle ENDED;

  /** No time. {@link System#nanoTime()} may be any number, also 0. */
  private static final long NEVER = Long.MIN_VALUE;

  static {
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    try {
      CLOCK = lookup.findVarHandle(LoopCounts.class, "clock", long.class);
      BEGAN = lookup.findVarHandle(LoopCounts.class, "began", long.class);
      ENDED = lookup.findVarHandle(LoopCounts.class, "ended", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** What is counted. */
  public enum Count {
    TURNS,
    EVENTS,
    CHANGES,
    KEVENTS,
    WAKEUPS_SENT,
    WAKEUPS_SAVED,
    OPEN,
    ACCEPTED,
    CONNECTED,
    ACCEPTS_FAILED,
    CONNECTS_FAILED,
    BYTES_IN,
    BYTES_OUT,
    MESSAGES_IN,
    MESSAGES_OUT,
    WOULD_BLOCK,
    SHORT_WRITES
  }

  private final Kernel kernel;
  private final long[] counts = new long[Count.values().length];

  /** The most that a reader has seen; the loop has nothing to do with it. */
  private final AtomicLong activeSeen = new AtomicLong();

  private final AtomicLong waitingSeen = new AtomicLong();
  private long clock;
  private long began = NEVER;
  private long ended = NEVER;

  /**
   * @param kernel whose time is asked for from any thread
   */
  LoopCounts(Kernel kernel) {
    this.kernel = kernel;
  }

  /** Any thread: a count. */
  public long get(Count count) {
    return (long) COUNT.getOpaque(counts, count.ordinal());
  }

  /** The loop: counts. */
  public void add(Count count, long more) {
    int at = count.ordinal();
    COUNT.setOpaque(counts, at, counts[at] + more);
  }

  /** The loop: counts one. */
  public void increment(Count count) {
    add(count, 1);
  }

  /** The loop: messages of so many bytes in all were received. */
  public void received(int messages, long bytes) {
    add(Count.MESSAGES_IN, messages);
    add(Count.BYTES_IN, bytes);
  }

  /** The loop: so many bytes were sent, which completes so many messages. */
  public void sent(int messages, long bytes) {
    add(Count.MESSAGES_OUT, messages);
    add(Count.BYTES_OUT, bytes);
  }

  /** The loop: whether its first turn has begun. */
  public boolean hasBegun() {
    return began != NEVER;
  }

  /** The loop: its first turn begins. */
  public void begin() {
    BEGAN.setRelease(this, kernel.nanoTime());
  }

  /** The loop: it waits from that nanosecond on. */
  public void waits(long nanoTime) {
    CLOCK.setOpaque(this, ~Math.max(nanoTime - began - clock, 0));
  }

  /** The loop: its wait is over. */
  public void waited() {
    CLOCK.setOpaque(this, Math.max(kernel.nanoTime() - began - ~clock, 0));
  }

  /** The loop: takes no further turn. */
  public void end() {
    ENDED.setRelease(this, kernel.nanoTime());
  }

  /** Any thread: the nanoseconds in which the loop waited, with those of a wait that goes on. */
  public long waitingNanos() {
    return waitingSeen.accumulateAndGet(nanos(true), Math::max);
  }

  /** Any thread: the nanoseconds since its first turn in which the loop did not wait. */
  public long activeNanos() {
    return activeSeen.accumulateAndGet(nanos(false), Math::max);
  }

  /**
   * The loop reads the clock before it publishes what has changed, and a reader in between takes
   * the time since for a part of what is over: so the callers keep what they return from going
   * back.
   */
  private long nanos(boolean waiting) {
    long first = (long) BEGAN.getAcquire(this);
    if (first == NEVER) {
      return 0;
    }
    long read;
    long passed;
    do {
      read = (long) CLOCK.getAcquire(this);
      long last = (long) ENDED.getAcquire(this);
      passed = (last == NEVER ? kernel.nanoTime() : last) - first;
      // A time that is read while the loop goes from one to the other belongs to neither.
    } while (read != (long) CLOCK.getAcquire(this));
    boolean known = read < 0 ^ waiting;
    long fixed = read < 0 ? ~read : read;
    return known ? fixed : Math.max(passed - fixed, 0);
  }
}
