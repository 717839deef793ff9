package io.github.kqueueffm.simulation;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Virtual time, and one thread at a time. A thread that makes a system call may have to let another
 * go on first; the seed decides which. Time passes when all threads sleep, up to the next moment at
 * which something happens.
 *
 * <p>A thread that waits for a lock of the transport outside the kernel does not come back to its
 * system call. Another thread then gets its turn; that costs real time, but no order.
 */
final class SteppedPace implements Pace {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final int LOOKS_BEFORE_TAKEOVER = 4;

  private final ReentrantLock lock;
  private final SplittableRandom random;
  private final Agenda agenda;
  private final IdentityHashMap<Thread, Stepped> known = new IdentityHashMap<>();
  private final List<Stepped> threads = new ArrayList<>();
  private final List<Stepped> candidates = new ArrayList<>();
  private Stepped running;
  private volatile long now = TimeUnit.HOURS.toNanos(1);
  private long steps;
  private long digest;
  private volatile boolean released;

  private enum State {
    /** Runs, or waits for a lock outside the kernel. */
    OUT,
    READY,
    ASLEEP,
    DONE
  }

  private final class Stepped {
    private final Thread thread;
    private final Condition turn = lock.newCondition();
    private State state = State.READY;
    private long deadline;
    private boolean woken;

    private Stepped(Thread thread) {
      this.thread = thread;
    }

    private boolean canRun() {
      return state == State.READY || state == State.ASLEEP && (woken || deadline <= now);
    }
  }

  SteppedPace(World world, SplittableRandom random) {
    lock = world.lock;
    agenda = world.agenda;
    this.random = random;
  }

  /** Makes the calling thread, which goes on, one of those that are stepped. */
  void adopt() {
    Stepped self = add(Thread.currentThread());
    self.state = State.OUT;
    running = self;
    // One thread looks for all: a wait with a timeout costs a virtual thread more than its turn.
    Thread.ofPlatform().daemon().name("simulation-lookout").start(() -> lookOut(self.thread));
  }

  /** Starts a thread that is stepped. Its first turn comes when the seed says so. */
  Thread start(String name, Runnable body) {
    // One goes on at a time, so a switch without the operating system is the cheaper one.
    Thread thread =
        Thread.ofVirtual()
            .name(name)
            .unstarted(() -> {
              begin();
              try {
                body.run();
              } finally {
                end();
              }
            });
    lock.lock();
    try {
      add(thread);
    } finally {
      lock.unlock();
    }
    thread.start();
    return thread;
  }

  /** Whether the body of a started thread is not done. */
  boolean runs(Thread thread) {
    lock.lock();
    try {
      return known.containsKey(thread);
    } finally {
      lock.unlock();
    }
  }

  private Stepped add(Thread thread) {
    Stepped stepped = new Stepped(thread);
    known.put(thread, stepped);
    threads.add(stepped);
    return stepped;
  }

  private void begin() {
    lock.lock();
    try {
      awaitTurn(known.get(Thread.currentThread()));
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    lock.lock();
    try {
      Stepped self = known.remove(Thread.currentThread());
      self.state = State.DONE;
      threads.remove(self);
      if (running == self) {
        handOver();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long nanoTime() {
    return now;
  }

  /** {@return how many system calls have been stepped} */
  long steps() {
    return steps;
  }

  long digest() {
    return digest;
  }

  /** Ends the stepping of the calling thread. */
  void release() {
    released = true;
    lock.lock();
    try {
      threads.remove(known.remove(Thread.currentThread()));
      running = null;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void enter(boolean mayYield) {
    Stepped self = known.get(Thread.currentThread());
    if (self == null) {
      // A thread of the JVM or the test, which only cleans up.
      return;
    }
    steps++;
    if (running != self || mayYield && random.nextInt(4) == 0) {
      self.state = State.READY;
      if (running == self || running == null) {
        handOver();
      }
      awaitTurn(self);
    }
  }

  @Override
  public void sleep(WaitQueue queue, long deadline) {
    Stepped self = known.get(Thread.currentThread());
    if (self == null) {
      throw new IllegalStateException(Thread.currentThread() + " is not stepped and may not wait");
    }
    self.deadline = deadline;
    self.woken = false;
    self.state = State.ASLEEP;
    queue.sleepers.add(self);
    if (running == self) {
      handOver();
    }
    awaitTurn(self);
    queue.sleepers.remove(self);
  }

  @Override
  public void rescheduled() {
    // Whoever lets time pass looks at the agenda.
  }

  @Override
  public void wake(WaitQueue queue) {
    for (Object sleeper : queue.sleepers) {
      ((Stepped) sleeper).woken = true;
    }
  }

  /** Gives the turn to a thread that can run, after letting time pass if there is none. */
  private void handOver() {
    running = null;
    candidates.clear();
    for (Stepped thread : threads) {
      if (thread.canRun()) {
        candidates.add(thread);
      }
    }
    if (candidates.isEmpty() && !isAnyOut()) {
      letTimePass();
    }
    if (!candidates.isEmpty()) {
      int choice = random.nextInt(candidates.size());
      running = candidates.get(choice);
      digest = digest * 31 + threads.indexOf(running) + now;
      running.turn.signal();
    }
  }

  /**
   * Whether a thread that waited for a lock, and lost its turn, is on its way to its next call.
   * Time stands still for it, as the machine's would almost.
   */
  private boolean isAnyOut() {
    for (Stepped thread : threads) {
      if (thread.state == State.OUT && thread.thread.getState() == Thread.State.RUNNABLE) {
        return true;
      }
    }
    return false;
  }

  private void letTimePass() {
    long next = agenda.next();
    for (Stepped thread : threads) {
      if (thread.state == State.ASLEEP) {
        next = Math.min(next, thread.deadline);
      }
    }
    if (next == Long.MAX_VALUE) {
      return;
    }
    now = Math.max(now, next);
    for (Stepped thread : threads) {
      // A sleeper whose time has not come does what is due of the agenda, and sleeps on.
      if (thread.canRun() || thread.state == State.ASLEEP && agenda.next() <= now) {
        candidates.add(thread);
      }
    }
  }

  private void awaitTurn(Stepped self) {
    while (running != self) {
      self.turn.awaitUninterruptibly();
    }
    self.state = State.OUT;
  }

  /** Gives the turn to another thread when the one that has it stays outside the kernel. */
  private void lookOut(Thread adopted) {
    Stepped seen = null;
    long stepsSeen = 0;
    int looks = 0;
    while (!released && adopted.isAlive()) {
      LockSupport.parkNanos(LOOK_NANOS);
      lock.lock();
      try {
        looks = running == seen && steps == stepsSeen && isHeldUp() ? looks + 1 : 0;
        seen = running;
        stepsSeen = steps;
        if (looks >= LOOKS_BEFORE_TAKEOVER) {
          looks = 0;
          handOver();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** Whether the thread whose turn it is waits outside the kernel, or no thread has the turn. */
  private boolean isHeldUp() {
    if (running == null) {
      return true;
    }
    Thread.State state = running.thread.getState();
    // A thread that waits for the world's lock is about to enter the kernel.
    return running.state == State.OUT
        && !lock.hasQueuedThread(running.thread)
        && (state == Thread.State.BLOCKED
            || state == Thread.State.WAITING
            || state == Thread.State.TIMED_WAITING
            || state == Thread.State.TERMINATED);
  }
}
