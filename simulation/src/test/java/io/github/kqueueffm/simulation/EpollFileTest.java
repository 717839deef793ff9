package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** epoll, eventfd and timerfd of the simulated Linux. */
class EpollFileTest {
  private static final Platform LINUX = SimulatedSystem.LINUX.platform();
  private static final Struct EVENT = LINUX.struct("epoll_event");
  private static final int IN = LINUX.get(Constant.EPOLLIN);
  private static final int OUT = LINUX.get(Constant.EPOLLOUT);
  private static final int HUP = LINUX.get(Constant.EPOLLHUP);
  private static final int ERR = LINUX.get(Constant.EPOLLERR);
  private static final int ET = LINUX.get(Constant.EPOLLET);
  private static final int ADD = LINUX.get(Constant.EPOLL_CTL_ADD);
  private static final int MOD = LINUX.get(Constant.EPOLL_CTL_MOD);
  private static final int DEL = LINUX.get(Constant.EPOLL_CTL_DEL);
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final KernelBench bench = KernelBench.stepped(SimulatedSystem.LINUX);
  private final int epoll = bench.kernel.epollCreate1(0);
  private final int[] pipe = bench.pipe();

  /** An event: its bits and its data. */
  private record Event(int bits, long data) {}

  @AfterEach
  void free() {
    bench.simulation.end();
    bench.close();
  }

  private int control(int operation, int fd, int events) {
    return control(epoll, operation, fd, events);
  }

  private int control(int target, int operation, int fd, int events) {
    Memory.putInt(bench.scratch() + EVENT.offset("events"), events);
    Memory.putLong(bench.scratch() + EVENT.offset("data"), fd);
    return bench.kernel.epollCtl(target, operation, fd, bench.scratch());
  }

  private List<Event> poll() {
    return await(epoll, 16, 0);
  }

  private List<Event> await(int target, int max, int millis) {
    int found = bench.kernel.epollWait(target, bench.scratch(), max, millis);
    assertThat(found).isNotNegative();
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < found; i++) {
      long at = bench.scratch() + (long) i * EVENT.size();
      events.add(
          new Event(
              Memory.getInt(at + EVENT.offset("events")),
              Memory.getLong(at + EVENT.offset("data"))));
    }
    return events;
  }

  @Test
  void levelItemIsReportedUntilTheBytesAreRead() {
    assertThat(control(ADD, pipe[0], IN)).isZero();
    assertThat(poll()).isEmpty();
    bench.write(pipe[1], "x");
    assertThat(poll()).containsExactly(new Event(IN, pipe[0]));
    assertThat(poll()).containsExactly(new Event(IN, pipe[0]));
    bench.read(pipe[0]);
    assertThat(poll()).isEmpty();
  }

  @Test
  void edgeIsReportedOnceForEachArrival() {
    control(ADD, pipe[0], IN | ET);
    bench.write(pipe[1], "x");
    assertThat(poll()).hasSize(1);
    assertThat(poll()).isEmpty();
    bench.write(pipe[1], "y");
    assertThat(poll()).hasSize(1);
    assertThat(poll()).isEmpty();
    assertThat(control(MOD, pipe[0], IN | ET)).isZero();
    assertThat(poll()).hasSize(1);
  }

  @Test
  void hangUpAndErrorAreAlwaysReported() {
    control(ADD, pipe[0], 0);
    bench.kernel.close(pipe[1]);
    assertThat(poll()).containsExactly(new Event(HUP, pipe[0]));
    int[] other = bench.pipe();
    control(ADD, other[1], OUT);
    bench.kernel.close(other[0]);
    assertThat(poll()).contains(new Event(OUT | ERR, other[1]));
  }

  @Test
  void wrongOperationsAreRefused() {
    assertThat(control(ADD, pipe[0], IN)).isZero();
    assertThat(control(ADD, pipe[0], IN)).isEqualTo(bench.error(Errno.EEXIST));
    assertThat(control(MOD, pipe[1], IN)).isEqualTo(bench.error(Errno.ENOENT));
    assertThat(control(DEL, pipe[1], IN)).isEqualTo(bench.error(Errno.ENOENT));
    assertThat(control(ADD, 99, IN)).isEqualTo(bench.error(Errno.EBADF));
    assertThat(control(ADD, epoll, IN)).isEqualTo(bench.error(Errno.EINVAL));
    assertThat(control(pipe[0], ADD, pipe[1], IN)).isEqualTo(bench.error(Errno.EINVAL));
    assertThat(control(DEL, pipe[0], 0)).isZero();
    assertThat(bench.kernel.epollWait(epoll, bench.scratch(), 0, 0))
        .isEqualTo(bench.error(Errno.EINVAL));
  }

  @Test
  void itemLivesAsLongAsItsFile() {
    control(ADD, pipe[0], IN);
    int duplicate = bench.kernel.dup(pipe[0]);
    bench.kernel.close(pipe[0]);
    bench.write(pipe[1], "x");
    assertThat(poll()).containsExactly(new Event(IN, pipe[0]));
    assertThat(control(DEL, pipe[0], 0)).isEqualTo(bench.error(Errno.EBADF));
    int[] next = bench.pipe();
    assertThat(next[0]).isEqualTo(pipe[0]);
    assertThat(control(MOD, next[0], IN)).isEqualTo(bench.error(Errno.ENOENT));
    assertThat(control(ADD, next[0], IN)).isZero();
    assertThat(poll()).hasSize(1);
    bench.write(next[1], "y");
    assertThat(poll()).hasSize(2);
    bench.kernel.close(duplicate);
    assertThat(poll()).hasSize(1);
  }

  @Test
  void nestedEpollReportsTheEdgesOfTheInnerOne() {
    int inner = bench.kernel.epollCreate1(0);
    assertThat(control(ADD, inner, IN)).isZero();
    assertThat(control(inner, ADD, pipe[0], IN | ET)).isZero();
    assertThat(poll()).isEmpty();
    bench.write(pipe[1], "x");
    assertThat(poll()).containsExactly(new Event(IN, inner));
    assertThat(await(inner, 4, 0)).hasSize(1);
    assertThat(poll()).isEmpty();
    assertThat(control(inner, ADD, epoll, IN)).isEqualTo(bench.error(Errno.ELOOP));
  }

  @Test
  void eventfdReportsAnEdgeForEachWriteThoughItIsNeverRead() {
    int eventfd = bench.kernel.eventfd(0, LINUX.get(Constant.EFD_NONBLOCK));
    control(ADD, eventfd, IN | ET);
    assertThat(poll()).isEmpty();
    Memory.putLong(bench.scratch(), 1);
    for (int i = 0; i < 3; i++) {
      Memory.putLong(bench.scratch(), 1);
      assertThat(bench.kernel.write(eventfd, bench.scratch(), Long.BYTES)).isEqualTo(Long.BYTES);
      assertThat(poll()).hasSize(1);
      assertThat(poll()).isEmpty();
    }
    assertThat(bench.kernel.read(eventfd, bench.scratch(), Long.BYTES)).isEqualTo(Long.BYTES);
    assertThat(Memory.getLong(bench.scratch())).isEqualTo(3);
    assertThat(bench.kernel.read(eventfd, bench.scratch(), Long.BYTES))
        .isEqualTo(bench.error(Errno.EAGAIN));
  }

  @Test
  void timerfdEndsAWait() {
    int timer =
        bench.kernel.timerfdCreate(
            LINUX.get(Constant.CLOCK_MONOTONIC), LINUX.get(Constant.TFD_NONBLOCK));
    control(ADD, timer, IN);
    long value = bench.scratch() + LINUX.struct("itimerspec").offset("it_value");
    Memory.clear(bench.scratch(), LINUX.struct("itimerspec").size());
    Memory.putLong(value + Long.BYTES, 7 * MILLI);
    assertThat(bench.kernel.timerfdSettime(timer, 0, bench.scratch())).isZero();
    long start = bench.kernel.nanoTime();
    assertThat(await(epoll, 4, -1)).containsExactly(new Event(IN, timer));
    assertThat(bench.kernel.nanoTime() - start).isEqualTo(7 * MILLI);
    Memory.clear(bench.scratch(), LINUX.struct("itimerspec").size());
    assertThat(bench.kernel.timerfdSettime(timer, 0, bench.scratch())).isZero();
    assertThat(poll()).isEmpty();
  }

  @Test
  void waitsEndAtTheirTimeouts() {
    long start = bench.kernel.nanoTime();
    assertThat(await(epoll, 4, 30)).isEmpty();
    assertThat(bench.kernel.nanoTime() - start).isEqualTo(30 * MILLI);
    bench.timespec(1, 500);
    assertThat(bench.kernel.epollPwait2(epoll, bench.scratch(), 4, bench.timespec())).isZero();
    assertThat(bench.kernel.nanoTime() - start).isEqualTo(1030 * MILLI + 500);
  }

  @Test
  void fileThatIsAlwaysReadyIsRefused(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");
    int fd = bench.kernel.open(bench.path(file), bench.number(Constant.O_RDONLY), 0);
    assertThat(fd).isNotNegative();
    assertThat(control(ADD, fd, IN)).isEqualTo(bench.error(Errno.EPERM));
    assertThat(control(DEL, fd, IN)).isEqualTo(bench.error(Errno.EPERM));
    bench.kernel.close(fd);
  }

  @Test
  void faultsOfAWait() {
    Faults.Fault[] next = {Faults.Fault.NONE};
    Faults faults = (number, call, fd) -> call == Call.EPOLL_WAIT ? next[0] : Faults.Fault.NONE;
    try (KernelBench faulty = new KernelBench(SimulatedSystem.LINUX, faults)) {
      int queue = faulty.kernel.epollCreate1(0);
      int[] ends = faulty.pipe();
      long event = faulty.scratch();
      Memory.putInt(event + EVENT.offset("events"), IN);
      assertThat(faulty.kernel.epollCtl(queue, ADD, ends[0], event)).isZero();
      next[0] = new Faults.Fault.SpuriousEvent();
      assertThat(faulty.kernel.epollWait(queue, event, 4, 0)).isEqualTo(1);
      assertThat(Memory.getInt(event + EVENT.offset("events"))).isEqualTo(IN);
      next[0] = Faults.Fault.NONE;
      assertThat(faulty.kernel.epollWait(queue, event, 4, 0)).isZero();
      Memory.putInt(event + EVENT.offset("events"), OUT);
      assertThat(faulty.kernel.epollCtl(queue, ADD, ends[1], event)).isZero();
      faulty.write(ends[1], "x");
      next[0] = new Faults.Fault.Part(1);
      assertThat(faulty.kernel.epollWait(queue, event, 4, 0)).isEqualTo(1);
      next[0] = new Faults.Fault.LateEvents();
      assertThat(faulty.kernel.epollWait(queue, event, 4, 0)).isZero();
      assertThat(faulty.kernel.epollWait(queue, event, 4, -1)).isEqualTo(2);
      next[0] = new Faults.Fault.Fails(LINUX.number(Errno.EINTR));
      assertThat(faulty.kernel.epollWait(queue, event, 4, -1)).isEqualTo(faulty.error(Errno.EINTR));
    }
  }

  @Test
  void thereIsNoKqueue() {
    assertThat(bench.kernel.has(Call.KQUEUE)).isFalse();
    assertThat(bench.kernel.kqueue()).isEqualTo(bench.error(Errno.ENOSYS));
  }

  @Test
  void nothingIsLeftOfAnEpollThatIsClosed() {
    control(ADD, pipe[0], IN);
    control(ADD, pipe[1], OUT);
    assertThat(bench.simulation.left()).contains("epoll with 2 items");
    for (int fd : List.of(epoll, pipe[0], pipe[1])) {
      bench.kernel.close(fd);
    }
    assertThat(bench.simulation.left()).isEmpty();
  }
}
