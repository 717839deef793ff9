package io.github.kqueueffm.selector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.kqueue.Kqueues;
import io.github.kqueueffm.syscall.InterceptedKernel;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The probes on a kqueue that really fires, under the calls of a kernel's own one. */
@Timeout(60)
@Tag("real")
class RealProbeTest {
  private final Map<Integer, Kqueue> kqueues = new ConcurrentHashMap<>();
  private final AtomicInteger nextKqueue = new AtomicInteger(1_000_000);

  /** This machine's kernel, with kqueue and kevent served by the provider that it has. */
  private Kernel kernel() {
    Kernel real = Kernels.system();
    return new InterceptedKernel(real.platform(), real) {
      @Override
      public Kernel forThread() {
        return this;
      }

      @Override
      public void release() {}

      @Override
      public boolean has(Call call) {
        return call == Call.KQUEUE || call == Call.KEVENT || super.has(call);
      }

      @Override
      protected Number intercept(String method, Object... arguments) {
        return switch (method) {
          case "kqueue" -> openQueue(real);
          case "kevent" -> call(arguments);
          case "close" -> closeQueue((int) arguments[0]);
          default -> null;
        };
      }
    };
  }

  private int openQueue(Kernel real) {
    int number = nextKqueue.getAndIncrement();
    try {
      kqueues.put(number, Kqueues.open(real));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return number;
  }

  private Number closeQueue(int fd) {
    Kqueue kqueue = kqueues.remove(fd);
    if (kqueue == null) {
      return null;
    }
    kqueue.close();
    return 0;
  }

  private int call(Object... arguments) {
    return kqueues
        .get(arguments[0])
        .kevent(
            (long) arguments[1],
            (int) arguments[2],
            (long) arguments[3],
            (int) arguments[4],
            (long) arguments[5]);
  }

  @Test
  void findsWhatTheKqueuePromisesAndLeavesNothingBehind() throws IOException {
    long memory = NativeMemory.live();
    Kernel kernel = kernel();
    long start = System.nanoTime();
    Probes probes = new Probes(kernel, new KqueueConstants(kernel.platform()));
    Wakeup.Kind best = probes.bestWakeup();
    assertThat(best == Wakeup.Kind.TIMER).isEqualTo(SystemPromise.TIMER_WAKEUP.isKept());
    assertThat(probes.lowatHolds()).isTrue();
    assertThat(System.nanoTime() - start).isLessThan(2_000_000_000L);
    if (SystemPromise.EPOLL.isKept()) {
      // Taken for libkqueue, since it is on Linux and has a kqueue: what is chosen is for all of
      // its releases.
      assertThat(Capabilities.of(kernel, null).wakeup().kind()).isEqualTo(Wakeup.Kind.PIPE);
      Capabilities forced = Capabilities.of(kernel, Wakeup.Kind.USER);
      assertThat(forced.wakeup().kind()).isEqualTo(Wakeup.Kind.USER);
    } else {
      assertThat(Capabilities.of(kernel, null).wakeup().kind()).isEqualTo(best);
    }
    assertThat(Capabilities.of(kernel, null).lowat()).isTrue();
    assertThat(kqueues).isEmpty();
    assertThat(NativeMemory.live()).isEqualTo(memory);
  }

  @Test
  void everyFactOfThisMachinesKqueueHolds() throws IOException {
    Kernel system = Kernels.system();
    for (FullProbe.Comparison comparison :
        new FullProbe.Comparison[] {FullProbe.wakeup(system), FullProbe.lowat(system)}) {
      assertThat(!comparison.measured() || comparison.objection() == null)
          .as("%s", comparison)
          .isTrue();
    }
  }

  @Test
  void selectorOpensOnTheProbedKqueue() throws IOException {
    try (Poller poller = Poller.open(kernel(), null, ScriptedPollers::unexpected);
        Events events = new Events(4)) {
      poller.wakeup();
      assertThat(poller.select(events, -1, null)).isZero();
    }
    assertThat(kqueues).isEmpty();
  }
}
