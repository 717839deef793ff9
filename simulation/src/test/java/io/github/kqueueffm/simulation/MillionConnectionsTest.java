package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.syscall.NativeMemory;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How the transport carries many connections; the kernel is simulated. Run by -Psoak. */
@Tag("soak")
@Timeout(3600)
class MillionConnectionsTest {
  private static final int ACTIVE = 100;
  private static final int ROUNDS = 5_000;

  @Test
  void eventCostsTheSameWithAMillionConnections() throws Exception {
    int[] sizes = {1_000, 10_000, 100_000, 1_000_000};
    double[] cpu = new double[sizes.length];
    long heapBefore = usedHeap();
    long nativeBefore = NativeMemory.live();
    try (Crowd crowd = new Crowd(SimulatedSystem.FREEBSD_13)) {
      for (int i = 0; i < sizes.length; i++) {
        crowd.grow(sizes[i]);
        double[] nanos = crowd.cpuPerMessage(ACTIVE, ROUNDS);
        cpu[i] = nanos[0];
        System.out.printf(
            Locale.ROOT,
            "%,d connections: %.0f ns of the loops' CPU a message, and %.0f ns of the simulation%n",
            sizes[i],
            nanos[0],
            nanos[1]);
      }
      System.out.printf(
          Locale.ROOT,
          "heap a connection, the simulation's included: %.0f B; native allocations: %d%n",
          (double) (usedHeap() - heapBefore) / crowd.connections(),
          NativeMemory.live() - nativeBefore);
      System.out.printf(Locale.ROOT, "shut down in %.1f s%n", crowd.shutDown());
    }
    assertThat(cpu[3] / cpu[0]).isLessThanOrEqualTo(1.2);
  }

  @Test
  void heapIsFlatOverAHundredMillionMessages() throws Exception {
    long messages = Long.getLong("simulation.messages", 100_000_000);
    int connections = 1_000;
    int parts = 10;
    try (Crowd crowd = new Crowd(SimulatedSystem.FREEBSD_13)) {
      crowd.grow(connections);
      crowd.exchange(connections, 1_000);
      long first = usedHeap();
      for (int part = 0; part < parts; part++) {
        crowd.exchange(connections, (int) (messages / parts / connections));
        System.out.printf(Locale.ROOT, "part %d of %d: heap %,d B%n", part + 1, parts, usedHeap());
      }
      assertThat(usedHeap() - first).isLessThan(4_000_000);
    }
  }

  private static long usedHeap() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(100);
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
