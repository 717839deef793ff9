package io.github.kqueueffm.conformance;

import io.github.kqueueffm.selector.Events;
import io.github.kqueueffm.selector.Poller;
import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A thread that sleeps in a poller until other threads give it work and wake it. */
final class Sleeper implements AutoCloseable {
  /** A sleep of this length with pending work has lost its wakeup. */
  private static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(4);

  /** A pause in which the other thread falls asleep again. */
  private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(20);
  private static final int PATIENCE = 100;
  private static final long SECONDS = 15;

  private final Poller poller;
  private final Thread thread = new Thread(this::run, "sleeper");
  private final AtomicLong left = new AtomicLong();
  private final AtomicLong sleeps = new AtomicLong();
  private volatile long done;
  private volatile long doneNanos;
  private volatile String failure;
  private volatile boolean ended;

  Sleeper(Poller poller) {
    this.poller = poller;
    thread.setDaemon(true);
    thread.start();
  }

  String describe() {
    return poller.describe();
  }

  private void run() {
    try (Events events = new Events(4)) {
      while (!ended) {
        long start = System.nanoTime();
        poller.select(events, LOST_NANOS, () -> left.get() == done && !ended);
        long now = System.nanoTime();
        sleeps.incrementAndGet();
        if (now - start >= LOST_NANOS && left.get() != done) {
          failure = "a wakeup was lost: the sleep continued with pending work";
        }
        doneNanos = now;
        done = left.get();
      }
    } catch (ClosedSelectorException e) {
      // The sleeper was ended between two sleeps.
    } catch (IOException | RuntimeException e) {
      failure = e.toString();
    }
  }

  /**
   * Wakes the thread that often, one wakeup after another; returns the median of the nanoseconds.
   */
  long median(int rounds) {
    long[] nanos = new long[rounds];
    for (int i = 0; i < rounds; i++) {
      LockSupport.parkNanos(PAUSE_NANOS);
      long start = System.nanoTime();
      wake();
      await();
      nanos[i] = doneNanos - start;
    }
    Arrays.sort(nanos);
    return nanos[rounds / 2];
  }

  private long wake() {
    long number = left.incrementAndGet();
    poller.wakeup();
    return number;
  }

  private void await() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (done != left.get()) {
      Deviation.unless(failure == null, failure);
      Deviation.unless(System.nanoTime() < end, "not awake after " + SECONDS + " s");
      LockSupport.parkNanos(LOOK_NANOS);
    }
    Deviation.unless(failure == null, failure);
  }

  /** Wakes the thread from several threads at the same time, each that often. */
  String flood(int threads, int each) throws InterruptedException {
    Thread[] wakers = new Thread[threads];
    for (int i = 0; i < threads; i++) {
      wakers[i] = new Thread(() -> wakeOften(each), "waker " + i);
      wakers[i].setDaemon(true);
      wakers[i].start();
    }
    for (Thread waker : wakers) {
      waker.join(TimeUnit.SECONDS.toMillis(SECONDS));
    }
    await();
    Deviation.unless(
        done == (long) threads * each, done + " of " + (long) threads * each + " arrived");
    return String.format(
        Locale.ROOT, "%,d from %d threads, %,d sleeps", done, threads, sleeps.get());
  }

  private void wakeOften(int times) {
    try {
      for (int i = 0; i < times; i++) {
        long mine = wake();
        // Sometimes a pause of varying length lets the other thread fall asleep.
        for (int spin = 0; i % 2 == 0 && done < mine && spin < PATIENCE; spin++) {
          LockSupport.parkNanos(1);
        }
      }
    } catch (RuntimeException e) {
      failure = e.toString();
    }
  }

  @Override
  public void close() {
    ended = true;
    // Waits until the thread has left the poller.
    poller.close();
  }
}
