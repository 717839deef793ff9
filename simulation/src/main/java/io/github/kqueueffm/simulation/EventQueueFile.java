package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Errno;
import java.util.concurrent.TimeUnit;

/** A kqueue or an epoll: a file that threads ask for events of other files. */
abstract class EventQueueFile extends OpenFile {
  private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** One of so many entries goes to the front of the list where choices are random. */
  private static final int ORDERS = 8;

  final ReadyList ready = new ReadyList();
  private final WaitQueue sleeping = new WaitQueue();
  private final WaitQueue closing = new WaitQueue();
  private int waiters;
  private boolean abandoned;

  EventQueueFile(World world) {
    super(world);
  }

  /** Writes so many events at most, and takes their entries out of the list where that is due. */
  abstract int collect(long events, int max);

  /** Writes an event of an entry that has none. */
  abstract boolean collectSpurious(long events);

  /** Puts an entry into the list, unless it is there. */
  final void enqueue(EventEntry entry) {
    if (entry.queued) {
      return;
    }
    if (world.choices.below(ORDERS) == ORDERS - 1) {
      ready.addFirst(entry);
    } else {
      ready.addLast(entry);
    }
    world.pace.wake(sleeping);
    changed(true, false);
  }

  /**
   * Waits for events.
   *
   * @param timeout nanoseconds, or -1 to wait for ever
   * @return the number of events, 0 after the time-out
   */
  final int await(Faults.Fault fault, long events, int max, long timeout) {
    hold();
    waiters++;
    try {
      if (fault instanceof Faults.Fault.SpuriousEvent && collectSpurious(events)) {
        return 1;
      }
      if (fault instanceof Faults.Fault.LateEvents) {
        if (timeout >= 0) {
          return 0;
        }
        beLate();
      }
      int limit = fault instanceof Faults.Fault.Part small ? Math.min(max, small.count()) : max;
      return await(events, limit, deadline(timeout));
    } finally {
      waiters--;
      world.pace.wake(closing);
      drop();
    }
  }

  private int await(long events, int max, long deadline) {
    while (true) {
      if (abandoned) {
        return error(Errno.EBADF);
      }
      int collected = collect(events, max);
      if (collected > 0 || deadline != Long.MAX_VALUE && world.pace.nanoTime() - deadline >= 0) {
        return collected;
      }
      world.sleep(sleeping, deadline);
    }
  }

  private long deadline(long timeout) {
    long now = world.pace.nanoTime();
    return timeout < 0 || timeout > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + timeout;
  }

  private void beLate() {
    long end = deadline(LATE_NANOS);
    while (world.pace.nanoTime() < end) {
      world.sleep(closing, end);
    }
  }

  /** The threads that wait in it fail with EBADF. */
  final void abandon() {
    abandoned = true;
    world.pace.wake(sleeping);
  }

  /** Blocks the calling thread until no other one waits in it. */
  final void awaitWaiters() {
    while (waiters > 0) {
      world.sleep(closing, Long.MAX_VALUE);
    }
  }

  /** Whether the descriptor that is being closed is the last one. */
  final boolean isLastDescriptor() {
    return references() - waiters <= 1;
  }
}
