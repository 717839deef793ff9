package io.github.kqueueffm.benchmarks.server;

import com.sun.management.ThreadMXBean;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Arrays;
import java.util.stream.StreamSupport;

/** Counts of the JVM. */
final class Counters {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final long[] loops;

  Counters(EventLoopGroup group) {
    loops =
        StreamSupport.stream(group.spliterator(), false).mapToLong(Counters::threadOf).toArray();
  }

  private static long threadOf(EventExecutor loop) {
    return loop.submit(() -> Thread.currentThread().threadId()).syncUninterruptibly().getNow();
  }

  /** {@return the bytes that the event loops' threads have allocated on the heap} */
  long allocatedBytes() {
    return Arrays.stream(THREADS.getThreadAllocatedBytes(loops)).sum();
  }

  /** {@return the bytes on the heap after a collection} */
  static long liveBytes() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }
}
