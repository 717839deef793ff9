package io.github.kqueueffm.simulation;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_TIMER;
import static io.github.kqueueffm.abi.Constant.EVFILT_WRITE;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.abi.Constant.EV_DISABLE;
import static io.github.kqueueffm.abi.Constant.EV_DISPATCH;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static io.github.kqueueffm.abi.Constant.EV_EOF;
import static io.github.kqueueffm.abi.Constant.EV_ERROR;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static io.github.kqueueffm.abi.Constant.EV_RECEIPT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What all simulated kqueues have in common. */
class KqueueFileTest {
  private static final String BSDS = "io.github.kqueueffm.simulation.KernelBench#bsds";
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  @ParameterizedTest
  @MethodSource(BSDS)
  void oneShotFiresOnceAndIsGone(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      bench.write(pipe[1], "four");
      KernelBench.Event event = bench.add(pipe[0], EVFILT_READ, EV_ONESHOT).one(kqueue);
      assertThat(event.ident()).isEqualTo(pipe[0]);
      assertThat(event.data()).isEqualTo(4);
      assertThat(event.udata()).isEqualTo(7);
      bench.silent(kqueue);
      assertThat(bench.change(pipe[0], EVFILT_READ, EV_DELETE).apply(kqueue))
          .isEqualTo(bench.error(Errno.ENOENT));
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void oneShotAddedAgainWhileItIsQueuedFiresOnceWithTheNewUdata(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      bench.write(pipe[1], "x");
      bench.add(pipe[0], EVFILT_READ, EV_ONESHOT).apply(kqueue);
      int flags = bench.flags(EV_ADD, EV_ENABLE, EV_ONESHOT);
      assertThat(bench.change(pipe[0], EVFILT_READ, flags, 0, 0, -3).one(kqueue).udata())
          .isEqualTo(-3);
      bench.silent(kqueue);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void levelKnoteIsReportedUntilTheBytesAreRead(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      bench.write(pipe[1], "x");
      bench.add(pipe[0], EVFILT_READ).one(kqueue);
      bench.one(kqueue);
      assertThat(bench.read(pipe[0])).isEqualTo("x");
      bench.silent(kqueue);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void clearKnoteIsReportedAgainWhenMoreComes(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      bench.write(pipe[1], "x");
      bench.add(pipe[0], EVFILT_READ, EV_CLEAR).one(kqueue);
      bench.silent(kqueue);
      bench.write(pipe[1], "y");
      assertThat(bench.one(kqueue).data()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void endOfAPipeIsReportedWithTheBytesThatAreLeft(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      bench.add(pipe[0], EVFILT_READ, EV_ONESHOT).apply(kqueue);
      bench.write(pipe[1], "end");
      bench.kernel.close(pipe[1]);
      KernelBench.Event event = bench.one(kqueue);
      assertThat(event.data()).isEqualTo(3);
      assertThat(bench.has(event, EV_EOF)).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void endOfASocketIsNotTakenBack(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pair = bench.localPair();
      bench.write(pair[1], "end");
      bench.add(pair[0], EVFILT_READ).one(kqueue);
      bench.kernel.close(pair[1]);
      for (String expected : List.of("end", "", "")) {
        KernelBench.Event event = bench.one(kqueue);
        assertThat(bench.has(event, EV_EOF)).isTrue();
        assertThat(event.data()).isEqualTo(expected.length());
        assertThat(bench.read(pair[0])).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void disabledKnoteIsSilentUntilItIsEnabled(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      bench.write(pipe[1], "x");
      bench.change(pipe[0], EVFILT_READ, EV_ADD, EV_DISABLE).silent(kqueue);
      bench.change(pipe[0], EVFILT_READ, EV_ADD).silent(kqueue);
      bench.change(pipe[0], EVFILT_READ, EV_ENABLE).one(kqueue);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void dispatchKnoteIsReportedAgainAfterAddWithEnable(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      bench.write(pipe[1], "x");
      bench.add(pipe[0], EVFILT_READ, EV_DISPATCH).one(kqueue);
      bench.silent(kqueue);
      bench.add(pipe[0], EVFILT_READ, EV_DISPATCH).one(kqueue);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void failedChangeIsAnsweredAndTheRestIsMade(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      KernelBench.Event answer =
          bench.add(99, EVFILT_READ).add(pipe[1], EVFILT_WRITE, EV_ONESHOT).one(kqueue);
      assertThat(bench.has(answer, EV_ERROR)).isTrue();
      assertThat(answer.data()).isEqualTo(-bench.error(Errno.EBADF));
      assertThat(bench.one(kqueue).ident()).isEqualTo(pipe[1]);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void changesEndAtAFailureWithoutRoom(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      bench.write(pipe[1], "x");
      bench.add(pipe[1], EVFILT_WRITE).add(99, EVFILT_READ).add(pipe[0], EVFILT_READ);
      assertThat(bench.apply(kqueue)).isEqualTo(bench.error(Errno.EBADF));
      assertThat(bench.one(kqueue).ident()).isEqualTo(pipe[1]);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void receiptIsAnsweredAtOnce(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      KernelBench.Event answer = bench.add(pipe[1], EVFILT_WRITE, EV_RECEIPT).one(kqueue);
      assertThat(bench.has(answer, EV_ERROR)).isTrue();
      assertThat(answer.data()).isZero();
      assertThat(bench.has(bench.one(kqueue), EV_RECEIPT)).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void closingADescriptorRemovesItsKnotesAndNoneOfADuplicate(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      int duplicate = bench.kernel.dup(pipe[0]);
      bench.write(pipe[1], "x");
      bench.add(pipe[0], EVFILT_READ).add(duplicate, EVFILT_READ).apply(kqueue);
      bench.kernel.close(pipe[0]);
      assertThat(bench.one(kqueue).ident()).isEqualTo(duplicate);
      bench.kernel.close(duplicate);
      bench.silent(kqueue);
      assertThat(bench.pipe()[0]).isEqualTo(pipe[0]);
      bench.silent(kqueue);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void kqueueInAKqueueIsReadableWhileItHasEvents(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int outer = bench.kqueue();
      int inner = bench.kqueue();
      int[] pipe = bench.pipe();
      bench.add(inner, EVFILT_READ).silent(outer);
      bench.add(pipe[1], EVFILT_WRITE, EV_ONESHOT).apply(inner);
      assertThat(bench.one(outer).ident()).isEqualTo(inner);
      bench.one(inner);
      bench.silent(outer);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void timerRepeatsAndCounts(SimulatedSystem system) {
    try (KernelBench bench = KernelBench.stepped(system)) {
      int kqueue = bench.kqueue();
      int flags = bench.flags(EV_ADD, EV_ENABLE);
      bench.change(5, EVFILT_TIMER, flags, 0, 20, 1).apply(kqueue);
      long start = bench.kernel.nanoTime();
      assertThat(bench.one(kqueue).data()).isEqualTo(1);
      assertThat(bench.kernel.nanoTime() - start).isBetween(10 * MILLI, 20 * MILLI);
      bench.simulation.sleep(61 * MILLI);
      assertThat(bench.one(kqueue).data()).isEqualTo(3);
      assertThat(bench.change(5, EVFILT_TIMER, EV_DELETE).apply(kqueue)).isZero();
      assertThat(bench.await(kqueue, 100)).isEmpty();
      bench.simulation.end();
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void waitEndsAtItsTimeout(SimulatedSystem system) {
    try (KernelBench bench = KernelBench.stepped(system)) {
      int kqueue = bench.kqueue();
      long start = bench.kernel.nanoTime();
      assertThat(bench.await(kqueue, 30)).isEmpty();
      assertThat(bench.kernel.nanoTime() - start).isEqualTo(30 * MILLI);
      bench.simulation.end();
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void interruptedCallHasMadeItsChanges(SimulatedSystem system) {
    int eintr = system.platform().number(Errno.EINTR);
    try (KernelBench bench = new KernelBench(system, once(new Faults.Fault.Fails(eintr)))) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      assertThat(bench.add(pipe[1], EVFILT_WRITE).call(kqueue, 4, KernelBench.SOON))
          .isEqualTo(-eintr);
      bench.one(kqueue);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void failedCallHasMadeNoChanges(SimulatedSystem system) {
    int enomem = system.platform().number(Errno.ENOMEM);
    try (KernelBench bench = new KernelBench(system, once(new Faults.Fault.Fails(enomem)))) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      assertThat(bench.add(pipe[1], EVFILT_WRITE).call(kqueue, 4, KernelBench.SOON))
          .isEqualTo(-enomem);
      bench.silent(kqueue);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void shortCountLimitsTheEvents(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system, once(new Faults.Fault.Part(1)))) {
      int kqueue = bench.kqueue();
      int[] one = bench.pipe();
      int[] other = bench.pipe();
      bench.add(one[1], EVFILT_WRITE).add(other[1], EVFILT_WRITE);
      assertThat(bench.await(kqueue, KernelBench.SOON)).hasSize(1);
      assertThat(bench.await(kqueue, KernelBench.SOON)).hasSize(2);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void spuriousEventSpendsAOneShot(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system, once(new Faults.Fault.SpuriousEvent()))) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      KernelBench.Event event = bench.add(pipe[0], EVFILT_READ, EV_ONESHOT).one(kqueue);
      assertThat(event.data()).isZero();
      bench.write(pipe[1], "x");
      bench.silent(kqueue);
    }
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void lateEventsComeWithTheNextCall(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system, once(new Faults.Fault.LateEvents()))) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      assertThat(bench.add(pipe[1], EVFILT_WRITE).await(kqueue, KernelBench.SOON)).isEmpty();
      bench.one(kqueue);
    }
  }

  /** A fault of the first call of kevent. */
  private static Faults once(Faults.Fault fault) {
    boolean[] done = new boolean[1];
    return (number, call, fd) -> {
      boolean now = call == Call.KEVENT && !done[0];
      done[0] |= now;
      return now ? fault : Faults.Fault.NONE;
    };
  }

  @ParameterizedTest
  @MethodSource(BSDS)
  void nothingIsLeftOfAKqueueThatIsClosed(SimulatedSystem system) {
    try (KernelBench bench = new KernelBench(system)) {
      int kqueue = bench.kqueue();
      int[] pipe = bench.pipe();
      bench.add(pipe[0], EVFILT_READ).add(pipe[1], EVFILT_WRITE);
      int flags = bench.flags(EV_ADD, EV_ENABLE);
      bench.change(1, EVFILT_TIMER, flags, 0, 1000, 0).apply(kqueue);
      assertThat(bench.simulation.left()).contains("kqueue with 3 knotes");
      for (int fd : List.of(kqueue, pipe[0], pipe[1])) {
        assertThat(bench.kernel.close(fd)).isZero();
      }
      assertThat(bench.simulation.left()).isEmpty();
      assertThat(bench.simulation.world().agenda.size()).isZero();
    }
  }
}
