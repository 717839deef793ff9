package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_TIMER;
import static io.github.kqueueffm.abi.Constant.EVFILT_WRITE;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.abi.Constant.EV_ERROR;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import io.github.kqueueffm.kqueue.epoll.EpollKqueue;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The epoll is replaced, since it reports a descriptor that can no longer be named. */
class ReplacedEpollTest extends VirtualTimeTest {
  private final List<Integer> epolls = new ArrayList<>();

  @Override
  EpollKqueue openKqueue(Kernel kernel) throws IOException {
    restoreEpolls();
    return super.openKqueue(kernel);
  }

  private void restoreEpolls() {
    calls.on(
        "epollCreate1",
        arguments -> {
          int made = Kernels.system().epollCreate1((int) arguments[0]);
          epolls.add(made);
          return made;
        });
  }

  /** Has epoll report a descriptor without a number from now on: the third report replaces it. */
  private void leaveAnOrphan() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    fixture.dup(pair[0]);
    fixture.closeBehind(pair[0]);
    assertThat(fixture.change(pair[0], EVFILT_READ, 2, EV_ADD).send())
        .isEqualTo(-fixture.number(Errno.EBADF));
    fixture.write(pair[1], 1);
    calls.reset();
    time.sleeps.clear();
  }

  /** Refuses an operation of epoll_ctl on that descriptor. */
  private void refuse(Constant operation, Errno errno, int... descriptors) {
    calls.on(
        "epollCtl",
        arguments -> {
          for (int fd : descriptors) {
            if ((int) arguments[1] == fixture.get(operation) && (int) arguments[2] == fd) {
              return -fixture.number(errno);
            }
          }
          return null;
        });
  }

  @Test
  void thirdReportInARowReplacesTheEpollWhichThenSleeps() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 3, EV_ADD).apply();
    leaveAnOrphan();
    assertThat(fixture.await(100, 8)).isEmpty();
    assertThat(calls.calls())
        .containsExactly(
            "epollPwait2",
            "epollPwait2",
            "epollPwait2",
            "epollCreate1",
            "epollCtl",
            "epollCtl",
            "epollCtl",
            "close",
            "epollPwait2");
    assertThat(time.now()).isEqualTo(millis(100));
    fixture.write(pair[1], 1);
    assertThat(fixture.await(10, 8)).extracting(Event::udata).containsExactly(3L);
  }

  @Test
  void epollThatCannotBeMadeIsTheWaitsFailureAndIsTriedAgain() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 3, EV_ADD).apply();
    leaveAnOrphan();
    calls.fail("epollCreate1", Errno.EMFILE);
    assertThat(fixture.call(millis(100), 8)).isEqualTo(-fixture.number(Errno.EMFILE));
    assertThat(calls.calls()).doesNotContain("epollCtl", "close");
    fixture.write(pair[1], 1);
    assertThat(fixture.await(10, 8)).extracting(Event::udata).containsExactly(3L);
    fixture.drain(pair[0]);
    restoreEpolls();
    assertThat(fixture.await(100, 8)).isEmpty();
    assertThat(epolls).hasSize(2);
    assertThat(time.now()).isEqualTo(millis(100));
  }

  @Test
  void epollThatDoesNotTakeTheEventfdIsClosed() {
    leaveAnOrphan();
    calls.on(
        "epollCtl",
        arguments ->
            (int) arguments[0] == epolls.get(epolls.size() - 1) && epolls.size() == 2
                ? -fixture.number(Errno.ENOSPC)
                : null);
    assertThat(fixture.call(millis(100), 8)).isEqualTo(-fixture.number(Errno.ENOSPC));
    assertThat(calls.count("close")).isEqualTo(1);
    assertThat(fixture.await(100, 8)).isEmpty();
    assertThat(epolls).hasSize(3);
    assertThat(time.now()).isEqualTo(millis(100));
  }

  @Test
  void numberOfTheNewEpollIsNoUsersAndThatOfTheOldOneIsAgain() {
    leaveAnOrphan();
    assertThat(fixture.await(100, 8)).isEmpty();
    assertThat(fixture.change(epolls.get(1), EVFILT_READ, 5, EV_ADD).send())
        .isEqualTo(-fixture.number(Errno.EBADF));
    assertThat(fixture.change(epolls.get(1), EVFILT_READ, 5, EV_DELETE).send())
        .isEqualTo(-fixture.number(Errno.ENOENT));
    int[] pair = {-1, -1};
    while (pair[0] != epolls.get(0) && pair[1] != epolls.get(0)) {
      pair = fixture.pair();
    }
    fixture.write(pair[0], 1);
    fixture.write(pair[1], 1);
    fixture.change(epolls.get(0), EVFILT_READ, 5, EV_ADD);
    assertThat(fixture.await(10, 8)).extracting(Event::udata).containsExactly(5L);
  }

  @Test
  void sleeperInTheOldEpollIsWokenAndMovesToTheNewOne() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 3, EV_ADD).apply();
    KqueueFixture other = other();
    time.during(() -> {
      leaveAnOrphan();
      assertThat(other.await(10, 8)).isEmpty();
      assertThat(calls.count("close")).as("one is still in it").isZero();
      assertThat(calls.count("write")).isEqualTo(1);
      fixture.write(pair[1], 1);
    });
    assertThat(fixture.await(100, 8)).extracting(Event::udata).containsExactly(3L);
    assertThat(calls.count("close")).isEqualTo(1);
  }

  @Test
  void sleeperInTheOldEpollThatCannotBeWokenIsTheAnswer() {
    KqueueFixture other = other();
    time.during(() -> {
      leaveAnOrphan();
      calls.fail("write", Errno.EPERM);
      assertThat(other.call(millis(10), 8)).isEqualTo(-fixture.number(Errno.EPERM));
    });
    assertThat(fixture.await(100, 8)).isEmpty();
    assertThat(calls.count("close")).isEqualTo(1);
    assertThat(time.now()).isEqualTo(millis(100));
  }

  /** The second one was woken and is to wake the first. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nextSleeperInTheOldEpollThatCannotBeWokenIsTheAnswer(boolean timer) {
    if (timer) {
      int flags = fixture.flags(EV_ADD, EV_ONESHOT);
      fixture.change(1, EVFILT_TIMER, flags, 0, 1_000_000, 7).apply();
    }
    KqueueFixture second = other();
    KqueueFixture third = other();
    time.during(
        () -> assertThat(second.call(millis(50), 8)).isEqualTo(-fixture.number(Errno.EPERM)));
    time.during(() -> {
      leaveAnOrphan();
      assertThat(third.await(10, 8)).isEmpty();
      calls.fail("write", Errno.EPERM);
    });
    assertThat(fixture.await(100, 8)).isEmpty();
    assertThat(calls.count("close")).isEqualTo(1);
  }

  /** Else a knote of the same udata would be taken for one that epoll has. */
  @Test
  void descriptorWhoseNumberIsUsedAgainIsForgotten() {
    int[] lost = fixture.pair();
    fixture.change(lost[0], EVFILT_READ, 3, EV_ADD).apply();
    leaveAnOrphan();
    fixture.closeBehind(lost[0]);
    int[] pair = fixture.pair();
    assertThat(pair).contains(lost[0]);
    fixture.write(pair[0], 1);
    fixture.write(pair[1], 1);
    assertThat(fixture.await(100, 8)).isEmpty();
    assertThat(epolls).hasSize(2);
    assertThat(fixture.change(lost[0], EVFILT_READ, 3, EV_DELETE).send())
        .isEqualTo(-fixture.number(Errno.ENOENT));
    fixture.change(lost[0], EVFILT_READ, 3, EV_ADD);
    assertThat(fixture.await(10, 8)).extracting(Event::udata).containsExactly(3L);
  }

  @Test
  void knotesThatTheNewEpollRefusesFailAsThereIsRoom() {
    int[] refused = fixture.pair();
    int[] alsoRefused = fixture.pair();
    fixture.fill(refused[0]);
    fixture.fill(alsoRefused[0]);
    fixture.change(refused[0], EVFILT_READ, 3, EV_ADD);
    fixture.change(refused[0], EVFILT_WRITE, 4, EV_ADD);
    fixture.change(alsoRefused[0], EVFILT_READ, 5, EV_ADD);
    fixture.change(alsoRefused[0], EVFILT_WRITE, 6, EV_ADD).apply();
    leaveAnOrphan();
    refuse(Constant.EPOLL_CTL_ADD, Errno.ENOSPC, refused[0], alsoRefused[0]);
    List<Event> found = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      List<Event> one = fixture.await(100, 1);
      assertThat(one).hasSize(1);
      found.addAll(one);
    }
    assertThat(time.now()).as("nothing has slept").isZero();
    assertThat(found)
        .allMatch(event -> fixture.is(event, EV_ERROR))
        .allMatch(event -> event.data() == fixture.number(Errno.ENOSPC))
        .extracting(Event::udata)
        .containsExactlyInAnyOrder(3L, 4L, 5L, 6L);
    assertThat(found)
        .allMatch(event ->
            event.filter() == fixture.get(event.udata() % 2 == 1 ? EVFILT_READ : EVFILT_WRITE));
    assertThat(fixture.await(100, 8)).isEmpty();
    assertThat(time.now()).isEqualTo(millis(100));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void refusedKnotesAndWhatIsReadyShareTheRoom(int room) {
    int[][] refused = {fixture.pair(), fixture.pair(), fixture.pair(), fixture.pair()};
    int[][] ready = {fixture.pair(), fixture.pair(), fixture.pair()};
    for (int i = 0; i < refused.length; i++) {
      fixture.change(refused[i][0], EVFILT_READ, 10 + i, EV_ADD);
    }
    for (int i = 0; i < ready.length; i++) {
      fixture.change(ready[i][0], EVFILT_READ, 20 + i, EV_ADD, EV_ONESHOT);
    }
    fixture.apply();
    leaveAnOrphan();
    refuse(Constant.EPOLL_CTL_ADD, Errno.ENOSPC, Stream.of(refused).mapToInt(p -> p[0]).toArray());
    List<Event> found = new ArrayList<>(fixture.await(100, 1));
    for (int[] pair : ready) {
      fixture.write(pair[1], 1);
    }
    while (found.size() < 7) {
      List<Event> some = fixture.await(100, room);
      assertThat(some).hasSizeBetween(1, room);
      found.addAll(some);
    }
    assertThat(found)
        .extracting(Event::udata)
        .containsExactlyInAnyOrder(10L, 11L, 12L, 13L, 20L, 21L, 22L);
    assertThat(time.now()).isZero();
  }

  /** EPOLL_CTL_DEL fails too, so the epoll goes on to report what it should not have. */
  @Test
  void descriptorThatCannotBeTakenOutReplacesTheEpoll() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 3, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);
    assertThat(fixture.await(10, 8)).hasSize(1);
    calls.reset();
    calls.on(
        "epollCtl",
        arguments ->
            (int) arguments[2] == pair[0] && (int) arguments[0] == epolls.get(0)
                ? -fixture.number(Errno.ENOMEM)
                : null);
    assertThat(fixture.await(100, 8)).isEmpty();
    assertThat(epolls).hasSize(2);
    assertThat(time.now()).isEqualTo(millis(100));
    fixture.change(pair[0], EVFILT_READ, 4, EV_ADD, EV_ONESHOT);
    assertThat(fixture.await(10, 8)).extracting(Event::udata).containsExactly(4L);
  }

  /** The timerfd was given up and closed; the new epoll must not be asked to take it. */
  @Test
  void timerfdThatWasClosedDoesNotMoveToTheNewEpoll() {
    calls.fail("epollPwait2", Errno.ENOSYS).fail("timerfdSettime", Errno.EPERM);
    for (int i = 0; i < 3; i++) {
      assertThat(fixture.await(10, 8)).isEmpty();
    }
    leaveAnOrphan();
    assertThat(fixture.await(100, 8)).isEmpty();
    assertThat(epolls).hasSize(2);
    assertThat(time.now()).isEqualTo(millis(130));
  }

  @Test
  void timerfdThatIsSetMovesToTheNewEpoll() {
    calls.fail("epollPwait2", Errno.ENOSYS);
    assertThat(fixture.awaitNanos(1_500_000, 8)).isEmpty();
    leaveAnOrphan();
    time.now(0);
    assertThat(fixture.awaitNanos(1_500_000, 8)).isEmpty();
    assertThat(epolls).hasSize(2);
    assertThat(time.now()).isEqualTo(1_500_000);
  }
}
