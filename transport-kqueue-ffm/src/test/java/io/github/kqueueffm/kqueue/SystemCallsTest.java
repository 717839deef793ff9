package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_WRITE;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What the embedded kqueue costs in system calls and in objects. */
class SystemCallsTest extends AbstractEpollKqueueTest {

  @Test
  void armingAOneShotReadAgainIsNoSystemCall() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    calls.reset();
    for (int i = 0; i < 100; i++) {
      fixture.write(pair[1], 1);
      assertThat(fixture.awaitOne().udata()).isEqualTo(7);
      fixture.drain(pair[0]);
      fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT);
    }
    assertThat(fixture.poll()).isEmpty();
    assertThat(calls.count("epollCtl")).isZero();
    assertThat(calls.count("epollPwait2") + calls.count("epollWait")).isEqualTo(101);
  }

  @Test
  void connectionCostsOneAdditionAndOneRemoval() {
    calls.reset();
    for (int i = 0; i < 20; i++) {
      int[] pair = fixture.pair();
      fixture.change(pair[0], EVFILT_READ, i, EV_ADD, EV_ONESHOT);
      assertThat(fixture.poll()).isEmpty();
      fixture.write(pair[1], 1);
      assertThat(fixture.awaitOne().udata()).isEqualTo(i);
      fixture.drain(pair[0]);
      fixture.change(pair[0], EVFILT_READ, i, EV_ADD, EV_ONESHOT);
      fixture.close(pair[1]);
      assertThat(fixture.awaitOne().udata()).isEqualTo(i);
      fixture.close(pair[0]);
    }
    assertThat(calls.count("epollCtl")).isEqualTo(2 * 20);
  }

  @Test
  void armingAOneShotWriteAgainWithTheWaitIsNoSystemCall() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_WRITE, 7, EV_ADD, EV_ONESHOT).apply();
    calls.reset();
    for (int i = 0; i < 10; i++) {
      assertThat(fixture.awaitOne().udata()).isEqualTo(7);
      fixture.change(pair[0], EVFILT_WRITE, 7, EV_ADD, EV_ONESHOT);
    }
    assertThat(calls.count("epollCtl")).isZero();
  }

  @Test
  void writeThatIsNotArmedAgainIsOneSystemCall() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_WRITE, 7, EV_ADD, EV_ONESHOT);
    fixture.awaitOne();
    calls.reset();
    assertThat(fixture.await(5, 8)).isEmpty();
    assertThat(fixture.await(5, 8)).isEmpty();
    assertThat(calls.count("epollCtl")).isEqualTo(1);
    assertThat(calls.count("epollPwait2") + calls.count("epollWait")).isEqualTo(2);
  }

  @Test
  void dataThatNobodyWaitsForIsReportedToTheProviderOnceOnly() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);
    fixture.awaitOne();
    assertThat(fixture.await(5, 8)).isEmpty();
    calls.reset();
    fixture.write(pair[1], 1);
    assertThat(fixture.await(5, 8)).isEmpty();
    assertThat(calls.count("epollPwait2") + calls.count("epollWait")).isEqualTo(1);
    assertThat(calls.count("epollCtl")).isZero();
  }

  @Test
  void hangUpThatNobodyWaitsForDoesNotSpin() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD);
    fixture.change(pair[0], EVFILT_READ, 7, EV_DELETE).apply();
    fixture.close(pair[1]);
    assertThat(fixture.await(5, 8)).isEmpty();
    calls.reset();
    assertThat(fixture.await(20, 8)).isEmpty();
    assertThat(calls.count("epollPwait2") + calls.count("epollWait")).isEqualTo(1);

    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD);
    assertThat(fixture.is(fixture.awaitOne(), Constant.EV_EOF)).isTrue();
  }

  @Test
  void shortWaitIsNotRoundedDownToASpin() {
    for (int i = 0; i < 10; i++) {
      calls.reset();
      long start = System.nanoTime();
      assertThat(fixture.awaitNanos(700_000, 8)).isEmpty();
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(700_000);
      assertThat(calls.count("epollPwait2") + calls.count("epollWait")).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void errorOfASocketIsLeftForWhoeverReadsIt() throws Exception {
    int[] pair = fixture.tcpPair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    calls.on("getsockopt", arguments -> refuseErrorOption((int) arguments[2]));
    fixture.reset(pair[1]);
    Event event = fixture.awaitOne();
    assertThat(fixture.is(event, Constant.EV_EOF)).isTrue();
    assertThat(event.fflags()).isZero();
  }

  private Number refuseErrorOption(int option) {
    assertThat(option).isNotEqualTo(fixture.get(Constant.SO_ERROR));
    return null;
  }

  @Test
  void steadyStateMakesNoObjectPerEvent() {
    Kernel kernel = Kernels.system();
    int pairs = 16;
    int turns = 1_000;
    // Capturing errno can cost 40 bytes a call, depending on how the JIT compiled it; the three
    // calls of an event in this loop are not the provider's.
    long limit = 16L * pairs * turns;
    try (EmbeddedRoom plain = EmbeddedRoom.open(kernel, pairs)) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long allocated = Long.MAX_VALUE;
      // It takes the JIT a while, on a busy machine a long one.
      for (int window = 0; window < 40 && allocated >= limit; window++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        plain.turns(turns);
        allocated = threads.getCurrentThreadAllocatedBytes() - before;
      }
      assertThat(allocated).isLessThan(limit);
    }
  }

  /** Pairs of sockets whose one end is always armed, without objects of the test's own. */
  private record EmbeddedRoom(
      Kernel kernel, Kqueue kqueue, int[] near, int[] far, long changes, long events, long buffer)
      implements AutoCloseable {

    static EmbeddedRoom open(Kernel kernel, int pairs) {
      Kqueue kqueue;
      try {
        kqueue = Kqueues.open(kernel);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      long bytes = (long) pairs * kqueue.layout().size();
      EmbeddedRoom made =
          new EmbeddedRoom(
              kernel.forThread(),
              kqueue,
              new int[pairs],
              new int[pairs],
              NativeMemory.allocate(bytes),
              NativeMemory.allocate(bytes),
              NativeMemory.allocate(64));
      for (int i = 0; i < pairs; i++) {
        made.connect(i);
      }
      return made;
    }

    private void connect(int i) {
      int unix = kernel.platform().get(Constant.AF_UNIX);
      int stream = kernel.platform().get(Constant.SOCK_STREAM);
      assertThat(kernel.socketpair(unix, stream, 0, buffer)).isZero();
      near[i] = Memory.getInt(buffer);
      far[i] = Memory.getInt(buffer + Integer.BYTES);
    }

    void turns(int turns) {
      KeventLayout layout = kqueue.layout();
      int read = kernel.platform().get(EVFILT_READ);
      int flags = kernel.platform().get(EV_ADD) | kernel.platform().get(EV_ONESHOT);
      for (int turn = 0; turn < turns; turn++) {
        for (int i = 0; i < near.length; i++) {
          layout.put(changes + (long) i * layout.size(), near[i], read, flags, 0, 0, i);
          kernel.write(far[i], buffer, 1);
        }
        int count = kqueue.kevent(changes, near.length, events, near.length, 0);
        for (int i = 0; i < count; i++) {
          long fd = layout.ident(events + (long) i * layout.size());
          kernel.read((int) fd, buffer, 64);
        }
        if (count != near.length) {
          throw new AssertionError("got " + count);
        }
      }
    }

    @Override
    public void close() {
      kqueue.close();
      for (int i = 0; i < near.length; i++) {
        kernel.close(near[i]);
        kernel.close(far[i]);
      }
      NativeMemory.free(changes);
      NativeMemory.free(events);
      NativeMemory.free(buffer);
      kernel.release();
    }
  }
}
