package io.github.kqueueffm.simulation;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Real time; threads run as the machine lets them. */
final class RealPace implements Pace {
  private final ReentrantLock lock;

  RealPace(ReentrantLock lock) {
    this.lock = lock;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void enter() {}

  @Override
  public void leave() {}

  @Override
  public void sleep(WaitQueue queue, long deadline) {
    Condition condition = lock.newCondition();
    queue.sleepers.add(condition);
    // A system call is not ended by Thread.interrupt.
    boolean interrupted = Thread.interrupted();
    try {
      await(condition, deadline);
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      queue.sleepers.remove(condition);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void await(Condition condition, long deadline) throws InterruptedException {
    if (deadline == Long.MAX_VALUE) {
      condition.await();
      return;
    }
    long left = deadline - System.nanoTime();
    if (left > 0) {
      boolean _ = condition.await(left, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void wake(WaitQueue queue) {
    for (Object sleeper : queue.sleepers) {
      ((Condition) sleeper).signal();
    }
  }
}
