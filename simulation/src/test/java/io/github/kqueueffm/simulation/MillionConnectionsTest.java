package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
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
  private static final int MANY = Integer.getInteger("simulation.connections", 1_000_000);

  /** Fewer than there are ports. */
  private static final int BARE = 10_000;

  @Test
  void eventCostsTheSameWithAMillionConnections() throws Exception {
    int[] sizes = {1_000, 10_000, 100_000, MANY};
    Crowd.Cost[] costs = new Crowd.Cost[sizes.length];
    double bare = heapOfBareConnection();
    long heapBefore = usedHeap();
    long nativeBefore = NativeMemory.live();
    try (Crowd crowd = new Crowd(SimulatedSystem.FREEBSD_13)) {
      for (int i = 0; i < sizes.length; i++) {
        crowd.grow(sizes[i]);
        costs[i] = crowd.cost(ACTIVE, ROUNDS);
        print(
            "%,d connections: a message is %.0f ns of the loops' CPU, %.0f ns of simulated calls"
                + " (%.2f) beside",
            sizes[i], costs[i].transport(), costs[i].kernel(), costs[i].calls());
      }
      double heap = (double) (usedHeap() - heapBefore) / MANY;
      print(
          "a connection is %.0f B of heap, and %.0f B of the simulation's; %d native allocations",
          heap - bare, bare, NativeMemory.live() - nativeBefore);
      print("shut down in %.1f s", crowd.shutDown());
    }
    assertThat(costs[3].transport() / costs[0].transport())
        .as("CPU of a message with a million connections, of that with a thousand")
        .isLessThanOrEqualTo(1.2);
  }

  /** Both sockets and the knote that a connection of the crowd has, without a channel. */
  private static double heapOfBareConnection() throws InterruptedException {
    long before = usedHeap();
    try (KernelBench bench = new KernelBench(SimulatedSystem.FREEBSD_13)) {
      int kqueue = bench.kqueue();
      int listener = bench.tcp();
      Address server = SystemFixture.loopback(7_000);
      bench.expect(bench.bind(listener, server));
      bench.expect(bench.kernel.listen(listener, 16));
      for (int i = 0; i < BARE; i++) {
        bench.connect(bench.tcp(), server);
        int accepted = bench.nonBlocking(bench.kernel.accept(listener, 0, 0));
        bench.add(accepted, Constant.EVFILT_READ, Constant.EV_ONESHOT).apply(kqueue);
      }
      return (double) (usedHeap() - before) / BARE;
    }
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  @Test
  void heapIsFlatOverAHundredMillionMessages() throws Exception {
    long start = System.nanoTime();
    long messages = Long.getLong("simulation.messages", 100_000_000);
    int connections = 1_000;
    int parts = 10;
    try (Crowd crowd = new Crowd(SimulatedSystem.FREEBSD_13)) {
      crowd.grow(connections);
      crowd.exchange(connections, 1_000);
      long first = usedHeap();
      for (int part = 0; part < parts; part++) {
        crowd.exchange(connections, (int) (messages / parts / connections));
        print("part %d of %d: heap %,d B", part + 1, parts, usedHeap());
      }
      print("%,d messages in %d s", messages, (System.nanoTime() - start) / 1_000_000_000);
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
