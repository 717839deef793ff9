package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.NativeMemory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SteppedPaceTest {
  private static final long MILLI = 1_000_000;

  @Test
  void sleepTakesVirtualTimeOnly() {
    Simulation simulation = Simulation.seeded(SimulatedSystem.FREEBSD_13, 1, Faults.NONE);
    long before = simulation.kernel().nanoTime();
    long real = System.nanoTime();
    simulation.sleep(3_600_000 * MILLI);
    assertThat(simulation.kernel().nanoTime() - before).isEqualTo(3_600_000 * MILLI);
    assertThat(System.nanoTime() - real).isLessThan(60_000 * MILLI);
    simulation.end();
  }

  @Test
  void oneSeedGivesOneOrder() {
    List<String> first = order(7);
    assertThat(first).hasSize(60);
    for (int i = 0; i < 20; i++) {
      assertThat(order(7)).isEqualTo(first);
    }
    assertThat(order(8)).isNotEqualTo(first);
  }

  private static List<String> order(long seed) {
    Simulation simulation = Simulation.seeded(SimulatedSystem.FREEBSD_13, seed, Faults.NONE);
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    Kernel kernel = simulation.kernel();
    List<Thread> threads = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      threads.add(
          simulation.start(
              name,
              () -> {
                for (int i = 0; i < 20; i++) {
                  kernel.fcntl(99, kernel.platform().get(Constant.F_GETFD), 0);
                  order.add(name);
                }
              }));
    }
    while (threads.stream().anyMatch(Thread::isAlive)) {
      simulation.sleep(MILLI);
    }
    simulation.end();
    return order;
  }

  @Test
  void threadThatWaitsForALockOfAnotherDoesNotHoldTheOthersUp() {
    Simulation simulation = Simulation.seeded(SimulatedSystem.FREEBSD_13, 3, Faults.NONE);
    Kernel kernel = simulation.kernel();
    Object lock = new Object();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      threads.add(
          simulation.start(
              "t" + t,
              () -> {
                for (int i = 0; i < 10; i++) {
                  synchronized (lock) {
                    kernel.fcntl(99, kernel.platform().get(Constant.F_GETFD), 0);
                  }
                }
              }));
    }
    while (threads.stream().anyMatch(Thread::isAlive)) {
      simulation.sleep(MILLI);
    }
    simulation.end();
    assertThat(NativeMemory.live()).isNotNegative();
  }
}
