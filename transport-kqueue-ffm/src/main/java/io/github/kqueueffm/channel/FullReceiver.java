package io.github.kqueueffm.channel;

import java.util.concurrent.TimeUnit;

/**
 * A local datagram channel's wait for a receiver that is full, by a timer: no kernel but Linux
 * reports when a receiver has room again, and Linux only to a sender that is connected to it. The
 * loop's thread only.
 */
final class FullReceiver {
  static final long PATIENCE_SECONDS = 10;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
  private static final long FIRST_DELAY_MILLIS = 5;
  private static final long LONGEST_DELAY_MILLIS = 100;

  private final AbstractKQueueFfmChannel channel;

  /** The timer that runs, by identity: one that a former loop has left behind is not it. */
  private Object timer;

  private long since;

  /** 0 before the first refusal of a datagram. */
  private long delayMillis;

  FullReceiver(AbstractKQueueFfmChannel channel) {
    this.channel = channel;
  }

  /**
   * Waits before the next try.
   *
   * @return false if the receiver has been full for too long
   */
  boolean await() {
    long now = channel.eventLoop().ticker().nanoTime();
    if (delayMillis == 0) {
      since = now;
      delayMillis = FIRST_DELAY_MILLIS;
    } else if (now - since >= PATIENCE_NANOS) {
      return false;
    } else {
      delayMillis = Math.min(2 * delayMillis, LONGEST_DELAY_MILLIS);
    }
    startTimer();
    return true;
  }

  private void startTimer() {
    Object started = new Object();
    timer = started;
    channel
        .eventLoop()
        .schedule(() -> channel.onLoop(() -> expired(started)), delayMillis, TimeUnit.MILLISECONDS);
  }

  private void expired(Object expired) {
    if (timer == expired) {
      timer = null;
      channel.flushAgain();
    }
  }

  /** Whether a timer runs, before whose end there is nothing to try. */
  boolean isAwaited() {
    return timer != null;
  }

  /** The next refusal begins a new wait. */
  void reset() {
    timer = null;
    delayMillis = 0;
  }
}
