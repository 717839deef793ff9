package io.github.kqueueffm.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Real time; threads run as the machine lets them. */
final class RealPace implements Pace {
  private final ReentrantLock lock;
  private final List<Condition> all = new ArrayList<>();

  RealPace(World world) {
    lock = world.lock;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void enter(boolean mayYield) {}

  @Override
  public void sleep(WaitQueue queue, long deadline) {
    Condition condition = lock.newCondition();
    queue.sleepers.add(condition);
    all.add(condition);
    // A system call is not ended by Thread.interrupt.
    boolean interrupted = Thread.interrupted();
    try {
      await(condition, deadline);
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      queue.sleepers.remove(condition);
      all.remove(condition);
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  // A wait looks again whether what it waits for is there.
  @SuppressWarnings("WaitNotInLoop")
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
  public void rescheduled() {
    for (Condition sleeper : all) {
      sleeper.signal();
    }
  }

  @Override
  public void wake(WaitQueue queue) {
    for (Object sleeper : queue.sleepers) {
      ((Condition) sleeper).signal();
    }
  }
}
