package io.github.kqueueffm.testsuite.allocation;

import com.sun.management.ThreadMXBean;
import io.netty.channel.EventLoopGroup;
import java.lang.management.ManagementFactory;

/** What the thread of a group's only event loop allocates on the heap. */
final class LoopAllocation {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final long thread;

  private LoopAllocation(long thread) {
    this.thread = thread;
  }

  static LoopAllocation of(EventLoopGroup group) throws Exception {
    return new LoopAllocation(group.submit(() -> Thread.currentThread().threadId()).get());
  }

  /** A number of operations after each other. */
  interface Operations {
    void run() throws Exception;
  }

  /** {@return the bytes for one of so many operations} */
  double bytesPerOperation(int operations, Operations run) throws Exception {
    long before = THREADS.getThreadAllocatedBytes(thread);
    run.run();
    return (double) (THREADS.getThreadAllocatedBytes(thread) - before) / operations;
  }

  /** {@return the least of some rounds, of which the last is the first with little enough} */
  double least(int rounds, double enough, int operations, Operations run) throws Exception {
    double least = Double.MAX_VALUE;
    for (int round = 0; round < rounds && least > enough; round++) {
      least = Math.min(least, bytesPerOperation(operations, run));
    }
    return least;
  }
}
