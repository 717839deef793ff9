package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_TIMER;
import static io.github.kqueueffm.abi.Constant.EVFILT_USER;
import static io.github.kqueueffm.abi.Constant.EVFILT_WRITE;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_DISABLE;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static io.github.kqueueffm.abi.Constant.NOTE_LOWAT;
import static io.github.kqueueffm.abi.Constant.NOTE_NSECONDS;
import static io.github.kqueueffm.abi.Constant.NOTE_SECONDS;
import static io.github.kqueueffm.abi.Constant.NOTE_TRIGGER;
import static io.github.kqueueffm.abi.Constant.NOTE_USECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.Room.Event;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where systems differ: what the embedded kqueue does. */
class EmbeddedRulesTest extends EmbeddedTest {

  @Test
  void timerOfZeroExpiresAtOnceAndOnceEachTimeItIsAdded() {
    for (int i = 0; i < 3; i++) {
      room.change(0, EVFILT_TIMER, 7, EV_ADD, EV_ENABLE, EV_CLEAR);
      Event event = room.awaitOne();
      assertThat(event.udata()).isEqualTo(7);
      assertThat(event.data()).isEqualTo(1);
      assertThat(room.await(3, 8)).isEmpty();
    }
  }

  @Test
  void oneShotTimerOfZeroIsGoneAfterwards() {
    room.change(0, EVFILT_TIMER, 7, EV_ADD, EV_ONESHOT);
    room.awaitOne();
    assertThat(room.change(0, EVFILT_TIMER, 7, EV_ENABLE).send())
        .isEqualTo(-room.number(Errno.ENOENT));
  }

  @Test
  void timerUnitsAreTheLibrarys() {
    assertThat(elapsedMicros(room.get(NOTE_USECONDS), 3_000)).isBetween(3_000L, 5_000_000L);
    assertThat(elapsedMicros(room.get(NOTE_NSECONDS), 3_000_000)).isBetween(3_000L, 5_000_000L);
    room.change(1, EVFILT_TIMER, room.flags(EV_ADD), room.get(NOTE_SECONDS), 1, 7).apply();
    assertThat(room.await(100, 8)).isEmpty();
  }

  private long elapsedMicros(int unit, long data) {
    long start = System.nanoTime();
    room.change(1, EVFILT_TIMER, room.flags(EV_ADD, EV_ONESHOT), unit, data, 7);
    room.awaitOne();
    return (System.nanoTime() - start) / 1_000;
  }

  @Test
  void timerOfNonsenseIsRefused() {
    int flags = room.flags(EV_ADD);
    assertThat(room.change(1, EVFILT_TIMER, flags, 0, -1, 7).send()).isEqualTo(refused());
    assertThat(room.change(1, EVFILT_TIMER, flags, 0x800, 1, 7).send()).isEqualTo(refused());
  }

  private int refused() {
    return -room.number(Errno.EINVAL);
  }

  @Test
  void timerOfAgesDoesNotOverflow() {
    int flags = room.flags(EV_ADD);
    room.change(1, EVFILT_TIMER, flags, room.get(NOTE_SECONDS), Long.MAX_VALUE, 7).apply();
    assertThat(room.await(5, 8)).isEmpty();
    assertThat(room.call(Long.MAX_VALUE, 0)).isZero();
  }

  @Test
  void timerAddedAgainStartsAnew() {
    int flags = room.flags(EV_ADD, EV_ONESHOT);
    room.change(1, EVFILT_TIMER, flags, 0, 1, 7).apply();
    room.change(1, EVFILT_TIMER, flags, 0, 10_000, 7);
    assertThat(room.await(20, 8)).isEmpty();
    room.change(1, EVFILT_TIMER, flags, 0, 0, 7);
    assertThat(room.awaitOne().ident()).isEqualTo(1);
  }

  @Test
  void disabledTimerIsReportedOnceItIsEnabled() {
    room.change(1, EVFILT_TIMER, room.flags(EV_ADD, EV_ONESHOT, EV_DISABLE), 0, 1, 7).apply();
    assertThat(room.await(10, 8)).isEmpty();
    room.change(1, EVFILT_TIMER, 7, EV_ENABLE);
    assertThat(room.awaitOne().ident()).isEqualTo(1);
  }

  @Test
  void triggerInTheCreatingChangeCounts() {
    room.change(1, EVFILT_USER, room.flags(EV_ADD, EV_CLEAR), room.get(NOTE_TRIGGER), 0, 7);
    assertThat(room.awaitOne().udata()).isEqualTo(7);
  }

  @Test
  void enableTogetherWithDisableIsRefused() {
    int[] pair = room.pair();
    int both = room.flags(EV_ADD, EV_ENABLE, EV_DISABLE);
    for (Constant filter : List.of(EVFILT_READ, EVFILT_WRITE, EVFILT_USER, EVFILT_TIMER)) {
      assertThat(room.change(pair[0], filter, both, 0, 0, 7).send()).isEqualTo(refused());
    }
  }

  @Test
  void lowWaterMarkOfAnyOtherKindIsRefused() {
    int[] pair = room.pair();
    int add = room.flags(EV_ADD);
    int clear = room.flags(EV_ADD, EV_CLEAR);
    int lowat = room.get(NOTE_LOWAT);
    assertThat(room.change(pair[0], EVFILT_READ, clear, lowat, 100, 7).send()).isEqualTo(refused());
    assertThat(room.change(pair[0], EVFILT_READ, add, lowat, 0x7fffffff, 7).send())
        .isEqualTo(refused());
    assertThat(room.change(pair[0], EVFILT_WRITE, clear, lowat, 0x7fffffff, 7).send())
        .isEqualTo(refused());
    room.write(pair[1], 1);
    assertThat(room.await(3, 8)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void littleRoomStarvesNobody(int most) {
    int[][] pairs = {room.pair(), room.pair(), room.pair()};
    long next = 0;
    for (int[] pair : pairs) {
      room.write(pair[1], 1);
      room.change(pair[0], EVFILT_READ, next++, EV_ADD);
      room.change(pair[0], EVFILT_WRITE, next++, EV_ADD);
    }
    int[] cleared = room.pair();
    room.change(cleared[0], EVFILT_READ, next++, EV_ADD, EV_CLEAR);
    room.change(1, EVFILT_USER, next, EV_ADD).apply();
    room.change(1, EVFILT_USER, 0, room.get(NOTE_TRIGGER), 0, next++).apply();
    Map<Long, Integer> seen = new HashMap<>();
    for (int turn = 0; turn < 120; turn++) {
      room.write(cleared[1], 1);
      List<Event> found = room.await(1_000, most);
      assertThat(found).isNotEmpty().hasSizeLessThanOrEqualTo(most);
      found.forEach(event -> seen.merge(event.udata(), 1, Integer::sum));
    }
    assertThat(seen).hasSize((int) next);
    assertThat(seen.values()).allMatch(times -> times >= 4);
  }

  @Test
  void pollFindsWhatIsHiddenBehindReportsOfWhatIsNotArmed() {
    int[][] pairs = new int[10][];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = room.pair();
      room.change(pairs[i][0], EVFILT_READ, i, EV_ADD, EV_ONESHOT);
    }
    room.apply();
    for (int[] pair : pairs) {
      room.write(pair[1], 1);
    }
    assertThat(room.poll()).hasSize(pairs.length);
    room.change(pairs[9][0], EVFILT_READ, 9, EV_ADD, EV_ONESHOT);
    List<Event> found = room.await(0, 1);
    assertThat(found).extracting(Event::udata).containsExactly(9L);
  }

  @Test
  void moreEventsThanReportsFitAreReportedInTurn() {
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < 60; i++) {
      int[] pair = room.pair();
      room.write(pair[0], 1);
      room.write(pair[1], 1);
      room.change(pair[0], EVFILT_READ, 2L * i, EV_ADD, EV_ONESHOT);
      room.change(pair[1], EVFILT_READ, 2L * i + 1, EV_ADD, EV_ONESHOT);
    }
    room.apply();
    while (seen.size() < 120) {
      List<Event> found = room.await(1_000, 7);
      assertThat(found).isNotEmpty();
      found.forEach(event -> assertThat(seen.add(event.udata())).isTrue());
    }
  }

  @Test
  void addingAgainKeepsTheFlagsOfTheCreation() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    room.change(pair[0], EVFILT_READ, 2, EV_ADD).apply();
    room.write(pair[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(2);
    assertThat(room.poll()).isEmpty();
  }

  @Test
  void interruptedWaitSaysSoAfterItsChangesWereApplied() {
    int[] pair = room.pair();
    calls.fail("epollPwait2", Errno.EINTR);
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    assertThat(room.call(1_000_000_000, 8)).isEqualTo(-room.number(Errno.EINTR));
    calls.restore("epollPwait2");
    room.write(pair[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(1);
  }

  @Test
  void closedKqueueRefusesAndForgetsNothing() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD).apply();
    room.kqueue.close();
    calls.reset();
    room.kqueue.close();
    room.kqueue.forget(pair[0]);
    assertThat(room.change(pair[0], EVFILT_READ, 1, EV_ADD).send())
        .isEqualTo(-room.number(Errno.EBADF));
    assertThat(calls.count("close") + calls.count("epollCtl")).isZero();
  }
}
