package io.github.kqueueffm.channel;

import io.github.kqueueffm.jfr.JfrEvents;
import io.github.kqueueffm.jfr.LoopTurn;
import io.github.kqueueffm.jfr.LoopWakeup;
import io.github.kqueueffm.selector.LoopCounts.Count;
import io.github.kqueueffm.selector.Poller;

/**
 * Records the turns and wakeups of one loop for Flight Recorder. While no recording wants them it
 * reads no clock and allocates nothing. The loop's thread only, except for {@link #wakeup}.
 */
final class LoopTurns {
  private final Poller poller;

  /** The turn whose tasks may still run, or {@code null}. */
  private LoopTurn turn;

  private boolean recorded;
  private long time;
  private long changes;

  /** The thread of the last turn while JFR ran, which wakers read. */
  private volatile Thread thread;

  LoopTurns(Poller poller) {
    this.poller = poller;
  }

  /** A turn begins, which is the end of the last one. */
  void selects() {
    if (turn != null) {
      ended();
    }
    recorded = false;
    if (JfrEvents.isOn()) {
      record();
    }
  }

  private void record() {
    Thread current = Thread.currentThread();
    if (thread != current) {
      thread = current;
    }
    recorded = JfrEvents.recordsTurns();
    if (recorded) {
      time = System.nanoTime();
      changes = poller.counts().get(Count.CHANGES);
    }
  }

  /** The select step has taken that many events, which are handled next. */
  void selected(int events) {
    if (recorded) {
      long now = System.nanoTime();
      turn =
          JfrEvents.beginTurn(
              now - time, events, (int) (poller.counts().get(Count.CHANGES) - changes));
      time = now;
    }
  }

  /** The events are handled. */
  void handled() {
    if (recorded) {
      turn.handled(System.nanoTime() - time);
    }
  }

  /** The last turn is over, tasks and all. */
  void ended() {
    LoopTurn last = turn;
    turn = null;
    if (last != null) {
      last.ended();
    }
  }

  /** Any thread: wakes the loop up. */
  void wakeup() {
    LoopWakeup wakeup = JfrEvents.beginWakeup();
    if (poller.wakeup() && wakeup != null) {
      wakeup.sent(thread, poller.wakeupName());
    }
  }
}
