package io.github.kqueueffm.micrometer;

import io.github.kqueueffm.channel.KQueueFfmLoopCounters;
import io.micrometer.core.instrument.Timer;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** Measures how long a task waits for its event loop. One waits at a time. */
final class LagProbe implements Runnable {
  private final KQueueFfmLoopCounters loop;
  private final Timer timer;

  /** When the task was submitted, while it waits. */
  private volatile long since;

  private volatile boolean waiting;

  LagProbe(KQueueFfmLoopCounters loop, Timer timer) {
    this.loop = loop;
    this.timer = timer;
  }

  /** Submits the task, unless one waits. One thread at a time. */
  void start() {
    Executor executor = loop.executor();
    if (waiting || executor == null || isSuspended(executor)) {
      return;
    }
    since = System.nanoTime();
    waiting = true;
    try {
      executor.execute(this);
    } catch (RejectedExecutionException e) {
      // The loop ends.
      waiting = false;
    }
  }

  /** A task would start the thread of a loop again that Netty has suspended. */
  private static boolean isSuspended(Executor executor) {
    return executor instanceof EventExecutor loop && loop.isSuspended();
  }

  @Override
  public void run() {
    timer.record(System.nanoTime() - since, TimeUnit.NANOSECONDS);
    waiting = false;
  }

  /** How long the task has waited so far, 0 if none waits. */
  long pendingNanos() {
    // A task that runs meanwhile makes it a little too long, or 0.
    long submitted = since;
    return waiting ? Math.max(System.nanoTime() - submitted, 0) : 0;
  }
}
