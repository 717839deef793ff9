package io.github.kqueueffm.kqueue;

import java.lang.reflect.Method;

/**
 * How many bytes of objects this thread has made. By reflection, as tests are compiled as a part of
 * the transport's module, which has no use for java.management.
 */
final class AllocatedBytes {
  private final Object threads;
  private final Method count;

  AllocatedBytes() throws ReflectiveOperationException {
    threads =
        Class.forName("java.lang.management.ManagementFactory")
            .getMethod("getThreadMXBean")
            .invoke(null);
    count =
        Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
  }

  long now() throws ReflectiveOperationException {
    return (long) count.invoke(threads);
  }
}
