package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_TIMER;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import io.github.kqueueffm.syscall.Kernels;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Waits without epoll_pwait2, which a timerfd ends. */
class VirtualTimerFdTest extends VirtualTimeTest {
  private static final long HOUR = 3_600_000 * VirtualTime.MILLI;
  private static final long SOON_OVER = Long.MAX_VALUE - 20 * VirtualTime.MILLI;

  private final AtomicInteger timerfd = new AtomicInteger();

  @BeforeEach
  void forbidPreciseWaits() {
    calls.fail("epollPwait2", Errno.ENOSYS);
    calls.on(
        "timerfdCreate",
        arguments -> {
          timerfd.set(Kernels.system().timerfdCreate((int) arguments[0], (int) arguments[1]));
          return timerfd.get();
        });
    calls.reset();
  }

  private static Long[] nanos(double... millis) {
    Long[] nanos = new Long[millis.length];
    for (int i = 0; i < millis.length; i++) {
      nanos[i] = Math.round(millis[i] * VirtualTime.MILLI);
    }
    return nanos;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -HOUR, HOUR, SOON_OVER})
  void timerfdEndsAWaitOfAPartOfAMillisecond(long start) {
    time.now(start);
    assertThat(fixture.awaitNanos(700_001, 8)).isEmpty();
    assertThat(time.now() - start).isEqualTo(700_001);
    assertThat(time.settings).containsExactly(700_001L, 0L);
    assertThat(time.sleeps).containsExactly(VirtualTime.MILLI);
  }

  @Test
  void timerfdDoesNotOutliveAnExecAndDoesNotBlock() {
    calls.on(
        "timerfdCreate",
        arguments -> {
          assertThat(arguments[1])
              .isEqualTo(fixture.flags(Constant.TFD_NONBLOCK, Constant.TFD_CLOEXEC));
          return null;
        });
    assertThat(fixture.await(10, 8)).isEmpty();
    assertThat(calls.count("timerfdCreate")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -HOUR, HOUR, SOON_OVER})
  void timerfdIsSetForTheNextOfThoseThatStillSleep(long start) {
    time.now(start);
    KqueueFixture second = other();
    KqueueFixture third = other();
    time.during(() -> assertThat(second.await(70, 8)).isEmpty());
    time.during(() -> assertThat(third.await(40, 8)).isEmpty());
    assertThat(fixture.await(100, 8)).isEmpty();
    assertThat(time.settings).containsExactly(nanos(100, 70, 40, 0, 30, 0, 30, 0));
    assertThat(time.now() - start).isEqualTo(millis(100));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -HOUR, HOUR, SOON_OVER})
  void timerfdIsSetAtOnceForOneWhoseTimeIsOverToo(long start) {
    time.now(start);
    KqueueFixture second = other();
    KqueueFixture third = other();
    time.during(() -> assertThat(second.await(40, 8)).isEmpty());
    time.during(() -> assertThat(third.await(40, 8)).isEmpty());
    assertThat(fixture.await(100, 8)).isEmpty();
    assertThat(time.settings).containsExactly(nanos(100, 40, 0, 1e-6, 0, 60 - 1e-6, 0));
    assertThat(time.now() - start).isEqualTo(millis(100));
  }

  @Test
  void timerfdIsNotSetForOneThatSleepsForEver() {
    KqueueFixture second = other();
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    time.during(() -> {
      assertThat(second.await(40, 8)).isEmpty();
      fixture.write(pair[1], 1);
    });
    assertThat(fixture.awaitForEver()).hasSize(1);
    assertThat(time.settings).containsExactly(nanos(40, 0));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -HOUR, HOUR, SOON_OVER})
  void timerfdThatExpiresEarlyEnoughIsNotSetAgain(long start) {
    time.now(start);
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    time.during(() -> fixture.write(pair[1], 1));
    assertThat(fixture.await(40, 8)).hasSize(1);
    fixture.drain(pair[0]);
    assertThat(time.settings).containsExactly(nanos(40));

    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    time.during(() -> fixture.write(pair[1], 1));
    assertThat(fixture.await(40, 8)).hasSize(1);
    assertThat(time.settings).as("for the same time").containsExactly(nanos(40));
    assertThat(fixture.await(100, 8)).isEmpty();
    assertThat(time.settings).containsExactly(nanos(40, 0, 60, 0));
    assertThat(time.now() - start).isEqualTo(millis(100));
  }

  @Test
  void timerfdThatExpiresTooLateIsSetAgain() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    time.during(() -> fixture.write(pair[1], 1));
    assertThat(fixture.await(40, 8)).hasSize(1);
    assertThat(fixture.awaitNanos(1_500_000, 8)).isEmpty();
    assertThat(time.now()).isEqualTo(1_500_000);
  }

  @Test
  void timerOfTheKqueueExpiresWhileItSleepsByTheTimerfd() {
    fixture.change(1, EVFILT_TIMER, fixture.flags(EV_ADD, EV_ONESHOT), 0, 30, 9).apply();
    assertThat(fixture.awaitForEver()).extracting(Event::udata).containsExactly(9L);
    assertThat(time.settings).containsExactly(nanos(30, 0));
    assertThat(time.now()).isEqualTo(millis(30));
  }

  @Test
  void waitTakesWholeMillisecondsWhereNoTimerfdCanBeMade() {
    calls.fail("timerfdCreate", Errno.EMFILE);
    for (int i = 0; i < 5; i++) {
      time.now(0);
      assertThat(fixture.awaitNanos(1_500_000, 8)).isEmpty();
      assertThat(time.now()).isEqualTo(millis(2));
      assertThat(fixture.awaitNanos(2_000_000, 8)).isEmpty();
      assertThat(time.now()).isEqualTo(millis(4));
    }
    assertThat(calls.count("timerfdCreate")).as("EMFILE passes").isEqualTo(10);
    assertThat(calls.calls()).doesNotContain("epollCtl", "timerfdSettime", "close");
  }

  @Test
  void timerfdThatTheEpollRefusesIsClosed() {
    calls.on(
        "epollCtl",
        arguments -> (int) arguments[2] == timerfd.get() ? -fixture.number(Errno.ENOSPC) : null);
    assertThat(fixture.awaitNanos(1_500_000, 8)).isEmpty();
    assertThat(time.now()).isEqualTo(millis(2));
    assertThat(calls.calls()).doesNotContain("timerfdSettime");
    assertThat(calls.count("close")).isEqualTo(calls.count("timerfdCreate")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"EPERM", "EACCES", "EINVAL"})
  void timerfdIsGivenUpAfterThreeRefusals(Errno errno) {
    calls.fail("timerfdSettime", errno);
    for (int i = 0; i < 5; i++) {
      assertThat(fixture.await(10, 8)).isEmpty();
    }
    assertThat(calls.count("timerfdCreate")).isEqualTo(3);
    assertThat(calls.count("close")).isEqualTo(3);
    assertThat(time.now()).isEqualTo(millis(50));
  }

  @Test
  void timerfdThatIsSetMakesEarlierRefusalsForgotten() {
    AtomicInteger call = new AtomicInteger();
    calls.on(
        "timerfdSettime",
        arguments ->
            call.getAndIncrement() % 4 < 2 ? -fixture.number(Errno.EPERM) : time.set(arguments));
    for (int i = 0; i < 9; i++) {
      assertThat(fixture.await(10, 8)).isEmpty();
    }
    assertThat(calls.count("timerfdSettime")).isEqualTo(12);
  }

  @Test
  void timerfdThatCannotBeStoppedIsClosed() {
    calls.on(
        "timerfdSettime",
        arguments -> {
          Number result = time.set(arguments);
          boolean stops = time.settings.get(time.settings.size() - 1) == 0;
          return stops ? -fixture.number(Errno.EPERM) : result;
        });
    assertThat(fixture.await(10, 8)).isEmpty();
    assertThat(calls.count("close")).isEqualTo(1);
    assertThat(fixture.await(10, 8)).isEmpty();
    assertThat(calls.count("timerfdCreate")).isEqualTo(2);
  }

  /** The number was a descriptor's that was closed without forget, and then the timerfd's. */
  @Test
  void numberOfATimerfdThatWasClosedIsAUsersAgain() {
    int[] lost = fixture.pair();
    fixture.change(lost[0], EVFILT_READ, 7, EV_ADD).apply();
    fixture.closeBehind(lost[0]);
    calls.fail("timerfdSettime", Errno.EPERM);
    assertThat(fixture.await(10, 8)).isEmpty();
    assertThat(timerfd.get()).isEqualTo(lost[0]);
    int[] pair = fixture.pair();
    assertThat(pair).contains(lost[0]);
    assertThat(fixture.change(lost[0], EVFILT_READ, 7, EV_DELETE).send())
        .isEqualTo(-fixture.number(Errno.ENOENT));
    fixture.write(pair[0], 1);
    fixture.write(pair[1], 1);
    fixture.change(lost[0], EVFILT_READ, 8, EV_ADD, EV_ONESHOT);
    assertThat(fixture.poll()).extracting(Event::udata).containsExactly(8L);
  }

  @Test
  void numberOfTheTimerfdIsNoUsers() {
    assertThat(fixture.await(10, 8)).isEmpty();
    assertThat(fixture.change(timerfd.get(), EVFILT_READ, 7, EV_ADD).send())
        .isEqualTo(-fixture.number(Errno.EBADF));
  }
}
