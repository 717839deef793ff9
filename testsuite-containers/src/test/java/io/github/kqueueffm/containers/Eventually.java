package io.github.kqueueffm.containers;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Waits, within a bound, for what other threads and processes do. */
final class Eventually {
  private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long STILL_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

  private Eventually() {}

  static void holds(String what, BooleanSupplier condition) throws InterruptedException {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > BOUND_NANOS) {
        throw new AssertionError("not within a minute: " + what);
      }
      Thread.sleep(10);
    }
  }

  /** Until the number has not changed for a while. */
  static void standsStill(String what, LongSupplier number) throws InterruptedException {
    long seen = number.getAsLong();
    long[] since = {seen, System.nanoTime()};
    holds(
        what + " stands still",
        () -> {
          long now = number.getAsLong();
          if (now != since[0]) {
            since[0] = now;
            since[1] = System.nanoTime();
          }
          return System.nanoTime() - since[1] > STILL_NANOS;
        });
  }
}
