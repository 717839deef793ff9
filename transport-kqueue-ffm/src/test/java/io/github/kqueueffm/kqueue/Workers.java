package io.github.kqueueffm.kqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import io.github.kqueueffm.syscall.CountingKernel;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Threads that wait in kevent, once each. One can be held between its decision to sleep and its
 * sleep, where the test's thread may overtake it.
 */
final class Workers implements AutoCloseable {
  /** How long a wait lasts whose event is lost. */
  private static final long PATIENCE_MILLIS = 20_000;

  private final KqueueFixture fixture;
  private final Thread main = Thread.currentThread();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final BlockingQueue<List<Event>> results = new LinkedBlockingQueue<>();
  private final Object gate = new Object();
  private boolean held;
  private int arrived;
  private int waiting;

  /**
   * @param calls the kernel of the fixture's kqueue
   * @param precise whether the kernel has epoll_pwait2
   */
  Workers(KqueueFixture fixture, CountingKernel calls, boolean precise) {
    this.fixture = fixture;
    calls.on("epollWait", arguments -> (int) arguments[3] == 0 ? null : pass());
    if (precise) {
      calls.on("epollPwait2", arguments -> pass());
    } else {
      calls.fail("epollPwait2", Errno.EPERM);
    }
  }

  /** Not for a wait that does not sleep: the kqueue makes some of those with its lock held. */
  private Number pass() {
    if (Thread.currentThread() != main) {
      synchronized (gate) {
        arrive();
        awaitGate(true, 0);
      }
    }
    return null;
  }

  private void arrive() {
    synchronized (gate) {
      arrived++;
      gate.notifyAll();
    }
  }

  /** Waits until the gate is open, or until more than so many have arrived. */
  private void awaitGate(boolean open, int before) {
    long start = System.nanoTime();
    while (open ? held : arrived == before) {
      long left = PATIENCE_MILLIS - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
      assertThat(left).as("milliseconds left").isPositive();
      try {
        gate.wait(left);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /**
   * Returns once the thread has its events or is about to enter the kernel, which it does not
   * before {@link #release} if it is held.
   */
  void start(int most, boolean hold) {
    synchronized (gate) {
      held |= hold;
      int before = arrived;
      waiting++;
      threads.execute(() -> run(most));
      awaitGate(false, before);
    }
  }

  private void run(int most) {
    try (KqueueFixture other = new KqueueFixture(fixture.kernel, new Borrowed(fixture.kqueue))) {
      results.add(other.await(PATIENCE_MILLIS, most));
    } finally {
      arrive();
    }
  }

  void release() {
    synchronized (gate) {
      held = false;
      gate.notifyAll();
    }
  }

  /** Whether there is one whose result was not taken. */
  boolean anyWaits() {
    return waiting != 0;
  }

  /** The events of the next one that has some, all released. */
  List<Event> take() {
    release();
    try {
      List<Event> found = results.poll(2 * PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      waiting--;
      assertThat(found).as("events of a thread that waits: none is lost").isNotEmpty();
      return found;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    release();
    threads.shutdown();
    try {
      assertThat(threads.awaitTermination(2 * PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    assertThat(results).as("events that nothing has caused").isEmpty();
  }
}
