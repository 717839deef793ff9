package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_TIMER;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Waits of less than a millisecond, with epoll_pwait2 and without. */
@Tag("real")
class PreciseWaitTest extends AbstractEpollKqueueTest {

  @Test
  void pollAndWaitForEverNeedNoTimer() {
    calls.fail("epollPwait2", Errno.ENOSYS);
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD).apply();
    assertThat(fixture.poll()).isEmpty();
    fixture.write(pair[1], 1);
    assertThat(fixture.poll()).hasSize(1);
    assertThat(calls.count("timerfdCreate")).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"ENOSYS", "EPERM", "EACCES", "EINVAL", "EOPNOTSUPP", "ENOMEM"})
  void timerfdServesWhereTheCallIsMissingOrForbidden(Errno errno) {
    calls.fail("epollPwait2", errno);
    for (int i = 0; i < 5; i++) {
      long start = System.nanoTime();
      assertThat(fixture.awaitNanos(700_000, 8)).isEmpty();
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(700_000);
    }
    assertThat(calls.count("epollPwait2")).isEqualTo(most(errno));
    assertThat(calls.count("timerfdCreate")).isEqualTo(1);
    assertThat(calls.count("epollWait")).isLessThanOrEqualTo(10);
  }

  @ParameterizedTest
  @EnumSource(names = {"EPERM", "EACCES", "EINVAL", "EOPNOTSUPP", "ENOMEM"})
  void preciseWaitsComeBackAfterARefusalThatPasses(Errno errno) {
    for (int round = 0; round < 3; round++) {
      calls.fail("epollPwait2", errno, 2);
      awaitUntilCalled("epollPwait2", 3);
      calls.reset();
    }
    assertThat(calls.count("timerfdCreate")).isZero();
    awaitUntilCalled("epollPwait2");
  }

  @Test
  void timerfdComesBackAfterARefusalThatPasses() {
    calls.fail("epollPwait2", Errno.ENOSYS).fail("timerfdCreate", Errno.EPERM, 2);
    awaitUntilCalled("timerfdSettime");
    assertThat(calls.count("timerfdCreate")).isEqualTo(3);
  }

  @Test
  void timerfdThatIsSetEarlyEnoughIsNotSetAgain() {
    calls.fail("epollPwait2", Errno.ENOSYS);
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT);
    fixture.change(1, EVFILT_TIMER, fixture.flags(EV_ADD, EV_ONESHOT), 0, 100, 8).apply();
    assertThat(fixture.await(1, 8)).isEmpty();
    calls.reset();
    for (int i = 0; i < 10; i++) {
      fixture.write(pair[1], 1);
      fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT);
      assertThat(fixture.awaitOne().udata()).isEqualTo(7);
    }
    assertThat(calls.count("timerfdSettime")).isLessThanOrEqualTo(2);
    assertThat(fixture.awaitOne().udata()).isEqualTo(8);
  }

  @Test
  void dataEndsAWaitThatATimerfdLimits() {
    calls.fail("epollPwait2", Errno.ENOSYS);
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD).apply();
    fixture.write(pair[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
  }

  @Test
  void timerfdThatCannotBeMadeForNowIsMadeForALaterWait() {
    calls.fail("epollPwait2", Errno.ENOSYS).fail("timerfdCreate", Errno.EMFILE);
    assertThat(awaitsInWholeMillis(3)).isLessThanOrEqualTo(2);
    calls.restore("timerfdCreate");
    calls.reset();
    awaitUntilCalled("timerfdSettime");
    assertThat(calls.count("timerfdCreate")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"ENOSYS", "EPERM", "EACCES", "EINVAL", "EOPNOTSUPP"})
  void waitsTakeWholeMillisecondsWhereATimerfdIsForbiddenToo(Errno errno) {
    calls.fail("epollPwait2", errno).fail("timerfdCreate", errno);
    awaitUntilCalled("timerfdCreate", most(errno));
    assertThat(awaitsInWholeMillis(5)).isEqualTo(1);
    assertThat(calls.count("timerfdCreate")).as("once forbidden, not asked for again").isZero();
    assertTimersExpire();
  }

  @ParameterizedTest
  @EnumSource(names = {"ENOSYS", "EPERM", "EACCES", "EINVAL", "EOPNOTSUPP"})
  void timerfdThatMustNotBeSetIsClosed(Errno errno) {
    calls.fail("epollPwait2", errno).fail("timerfdSettime", errno);
    awaitUntilCalled("timerfdSettime", most(errno));
    assertThat(calls.count("close")).isEqualTo(most(errno));
    assertThat(awaitsInWholeMillis(5)).isEqualTo(1);
    assertThat(calls.count("timerfdCreate")).as("once forbidden, not asked for again").isZero();
    assertTimersExpire();
  }

  @Test
  void timerfdThatMustNotBeStoppedDoesNotEndEveryWait() {
    calls.fail("epollPwait2", Errno.EPERM);
    AtomicBoolean stopped = new AtomicBoolean();
    calls.on("timerfdSettime", arguments -> forbidStopping(arguments, stopped));
    do {
      fixture.change(1, EVFILT_TIMER, fixture.flags(EV_ADD, EV_ONESHOT), 0, 5, 8).apply();
      assertThat(fixture.awaitOne().udata()).isEqualTo(8);
    } while (!stopped.get());
    calls.fail("timerfdSettime", Errno.EPERM);
    assertThat(awaitsInWholeMillis(5)).isEqualTo(1);
  }

  private Integer forbidStopping(Object[] arguments, AtomicBoolean stopped) {
    int seconds = fixture.platform.struct("itimerspec").offset("it_value");
    long value = (long) arguments[2] + seconds;
    boolean stops = Memory.getLong(value) == 0 && Memory.getLong(value + Long.BYTES) == 0;
    if (!stops) {
      return null;
    }
    stopped.set(true);
    return -fixture.number(Errno.EPERM);
  }

  /** A wait that comes to an end before it begins, on a busy machine, makes no such call. */
  private void awaitUntilCalled(String method) {
    awaitUntilCalled(method, 1);
  }

  private void awaitUntilCalled(String method, int times) {
    for (int i = 0; i == 0 || calls.count(method) < times; i++) {
      assertThat(i).as("waits without %s", method).isLessThan(500);
      assertThat(fixture.await(2, 8)).isEmpty();
    }
  }

  /** How often a call is tried that is always refused so. */
  private static int most(Errno errno) {
    return errno == Errno.ENOSYS ? 1 : 3;
  }

  /** How many calls a wait takes, which has to be as long as it should be. */
  private long awaitsInWholeMillis(long millis) {
    calls.reset();
    long start = System.nanoTime();
    assertThat(fixture.await(millis, 8)).isEmpty();
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(millis * 1_000_000);
    return calls.count("epollWait");
  }

  private void assertTimersExpire() {
    fixture.change(1, EVFILT_TIMER, fixture.flags(EV_ADD, EV_ONESHOT), 0, 3, 8).apply();
    assertThat(fixture.awaitOne().udata()).isEqualTo(8);
  }

  @Test
  void longWaitIsSleptInTwoSinceTheKernelIsLateByAThousandth() {
    List<Long> slept = new ArrayList<>();
    int nanos = fixture.platform.struct("timespec").offset("tv_nsec");
    calls.on(
        "epollPwait2",
        arguments -> {
          slept.add(Memory.getLong((long) arguments[3] + nanos));
          return null;
        });
    long start = System.nanoTime();
    assertThat(fixture.await(300, 8)).isEmpty();
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(300_000_000);
    assertThat(slept.get(0)).isBetween(290_000_000L, 299_500_000L);
    assertThat(slept.subList(1, slept.size())).allMatch(rest -> rest < 10_000_000);
  }
}
