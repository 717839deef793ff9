package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_WRITE;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.abi.Constant.EV_DISABLE;
import static io.github.kqueueffm.abi.Constant.EV_DISPATCH;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static io.github.kqueueffm.abi.Constant.EV_EOF;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static io.github.kqueueffm.abi.Constant.NOTE_LOWAT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the knotes of a descriptor, and which epoll_ctl each change takes. */
class EpollKnotesTest extends VirtualTimeTest {
  private static final long NEVER_REACHED = 0x7fffffff;

  private List<Long> poll() {
    return fixture.await(100, 8).stream().map(Event::udata).toList();
  }

  private void expectOneSleep() {
    calls.reset();
    assertThat(poll()).isEmpty();
    assertThat(calls.calls()).containsExactly("epollPwait2");
  }

  /** Opens pairs until one has a descriptor of that number. */
  private int[] pairWith(int number) {
    int[] pair = {-1, -1};
    while (pair[0] != number && pair[1] != number) {
      pair = fixture.pair();
    }
    return pair;
  }

  private int refusal(Errno errno) {
    return -fixture.number(errno);
  }

  @Test
  void invalidTimeOutIsRefusedAndItsChangesAreNotApplied() {
    int[] pair = fixture.pair();
    for (long nanos : new long[] {-1, -1_000_000_000}) {
      fixture.change(pair[0], EVFILT_READ, 1, EV_ADD);
      assertThat(fixture.call(nanos, 8)).isEqualTo(refusal(Errno.EINVAL));
    }
    assertThat(fixture.change(pair[0], EVFILT_READ, 1, EV_DELETE).send())
        .isEqualTo(refusal(Errno.ENOENT));
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD);
    assertThat(fixture.call(-1, 0)).as("a call that waits for nothing").isZero();
  }

  @Test
  void identThatIsNoDescriptorIsNotTakenForOne() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD).apply();
    for (long ident : new long[] {-1, (1L << 32) | pair[0], Long.MIN_VALUE | pair[0]}) {
      assertThat(fixture.change(ident, EVFILT_READ, 2, EV_ADD).send())
          .isEqualTo(refusal(Errno.EBADF));
      assertThat(fixture.change(ident, EVFILT_READ, 2, EV_DELETE).send())
          .isEqualTo(refusal(Errno.EBADF));
    }
    fixture.write(pair[1], 1);
    assertThat(poll()).containsExactly(1L);
  }

  @Test
  void descriptorsOfHighNumbersHaveKnotes() {
    int[] pair = fixture.pair();
    int high = pair[0];
    while (high < 256) {
      assertThat(fixture.change(256, EVFILT_READ, 1, EV_DELETE).send())
          .isEqualTo(refusal(Errno.ENOENT));
      high = fixture.dup(pair[0]);
    }
    fixture.change(high, EVFILT_READ, high, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);
    assertThat(poll()).containsExactly((long) high);
    assertThat(fixture.change(1_000_000, EVFILT_READ, 1, EV_ADD).send())
        .isEqualTo(refusal(Errno.EBADF));
  }

  @Test
  void callThroughTheCallersKernelIsTheSameCall() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD).apply();
    fixture.write(pair[1], 1);
    long events = NativeMemory.allocate(fixture.kqueue.layout().size());
    assertThat(fixture.kqueue.kevent(fixture.kernel, 0, 0, events, 1, 0)).isEqualTo(1);
    NativeMemory.free(events);
  }

  @Test
  void eventHasTheFlagsOfItsKnote() {
    for (Constant flag : new Constant[] {EV_ONESHOT, EV_CLEAR, EV_DISPATCH}) {
      int[] pair = fixture.pair();
      fixture.write(pair[1], 1);
      fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, flag).apply();
      Event event = fixture.awaitOne();
      assertThat(event.flags()).isEqualTo(fixture.get(flag));
      fixture.close(pair[0]);
    }
  }

  @Test
  void bothFiltersOfSeveralDescriptorsAreReportedAtOnce() {
    for (int i = 0; i < 3; i++) {
      int[] pair = fixture.pair();
      fixture.write(pair[1], 1);
      fixture.change(pair[0], EVFILT_READ, 2L * i, EV_ADD);
      fixture.change(pair[0], EVFILT_WRITE, 2L * i + 1, EV_ADD).apply();
    }
    assertThat(fixture.await(0, 6)).hasSize(6);
    assertThat(fixture.await(0, 5)).hasSize(5);
  }

  /** A duplicate lives, so the epoll reports the descriptor that was forgotten. */
  @Test
  void lateReportOfAForgottenDescriptorIsNotItsSuccessors() {
    int[] first = fixture.pair();
    fixture.change(first[0], EVFILT_READ, 1, EV_ADD).apply();
    fixture.dup(first[0]);
    calls.fail("epollCtl", Errno.ENOMEM);
    fixture.kqueue.forget(first[0]);
    calls.restore("epollCtl");
    fixture.closeBehind(first[0]);
    int[] second = pairWith(first[0]);
    fixture.change(first[0], EVFILT_READ, 2, EV_ADD).apply();
    fixture.write(first[1], 1);
    assertThat(poll()).isEmpty();
    fixture.write(second[0], 1);
    fixture.write(second[1], 1);
    assertThat(poll()).containsExactly(2L);
  }

  @Test
  void reportOfADescriptorClosedBehindTakesOneCall() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);
    assertThat(poll()).containsExactly(1L);
    fixture.dup(pair[0]);
    fixture.closeBehind(pair[0]);
    calls.reset();
    assertThat(fixture.poll()).isEmpty();
    assertThat(calls.calls()).containsExactly("epollWait", "epollCtl");
  }

  /** Its end is reported though the knote is disabled, and it is found to be closed. */
  @Test
  void disabledKnoteOfADescriptorClosedBehindIsGoneOnceItsEndIsReported() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_DISABLE).apply();
    fixture.dup(pair[0]);
    fixture.closeBehind(pair[0]);
    fixture.close(pair[1]);
    assertThat(fixture.poll()).isEmpty();
    int[] second = pairWith(pair[0]);
    assertThat(second).contains(pair[0]);
    assertThat(fixture.change(pair[0], EVFILT_READ, 1, EV_ENABLE).send())
        .isEqualTo(refusal(Errno.ENOENT));
  }

  @Test
  void enablingAKnoteOfADescriptorClosedBehindIsRefused() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_DISABLE).apply();
    fixture.closeBehind(pair[0]);
    assertThat(fixture.change(pair[0], EVFILT_READ, 2, EV_ENABLE).send())
        .isEqualTo(refusal(Errno.ENOENT));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void disarmedWriteOfAnIdleSocketDoesNotEndTheNextWait(boolean delete) {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_WRITE, 1, EV_ADD).apply();
    fixture.change(pair[0], EVFILT_WRITE, 1, delete ? EV_DELETE : EV_DISABLE).apply();
    calls.reset();
    assertThat(poll()).isEmpty();
    assertThat(calls.calls()).containsExactly("epollCtl", "epollPwait2");
  }

  @Test
  void writeThatWasReportedAndForgottenCostsNoCallAfterwards() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_WRITE, 1, EV_ADD, EV_ONESHOT).apply();
    assertThat(poll()).containsExactly(1L);
    fixture.close(pair[0]);
    expectOneSleep();
  }

  @Test
  void pipeIsNoDatagramWhateverTheRefusedOptionHolds() {
    int[] pipe = fixture.pipe();
    fixture.close(pipe[0]);
    fixture.change(pipe[1], EVFILT_WRITE, 1, EV_ADD).apply();
    calls.on(
        "getsockopt",
        arguments -> {
          Memory.putInt((long) arguments[3], fixture.get(Constant.SOCK_DGRAM));
          return refusal(Errno.ENOTSOCK);
        });
    assertThat(fixture.is(fixture.awaitOne(), EV_EOF)).isTrue();
  }

  @Test
  void clearedKnoteIsNotReportedAgainWithAnother() {
    int[] first = fixture.pair();
    int[] second = fixture.pair();
    fixture.change(first[0], EVFILT_READ, 1, EV_ADD, EV_CLEAR);
    fixture.change(second[0], EVFILT_READ, 2, EV_ADD, EV_CLEAR).apply();
    fixture.write(first[1], 1);
    fixture.write(second[1], 1);
    assertThat(poll()).containsExactly(1L, 2L);
    fixture.write(first[1], 1);
    assertThat(poll()).containsExactly(1L);
  }

  @Test
  void clearedAndDispatchedKnoteIsSilentUntilItIsEnabled() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_CLEAR, EV_DISPATCH).apply();
    fixture.write(pair[1], 1);
    assertThat(poll()).containsExactly(1L);
    fixture.write(pair[1], 1);
    expectOneSleep();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ENABLE);
    assertThat(poll()).containsExactly(1L);
  }

  @Test
  void disabledClearedKnoteIsSilentUntilItIsEnabled() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_CLEAR).apply();
    fixture.change(pair[0], EVFILT_READ, 1, EV_DISABLE).apply();
    fixture.write(pair[1], 1);
    expectOneSleep();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ENABLE);
    assertThat(poll()).containsExactly(1L);
  }

  @Test
  void clearedKnoteThatIsAddedDisabledIsOfAnOpenDescriptor() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_CLEAR, EV_DISABLE).apply();
    fixture.write(pair[1], 1);
    assertThat(poll()).isEmpty();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ENABLE);
    assertThat(poll()).containsExactly(1L);
    int closed = fixture.dup(pair[0]);
    fixture.closeBehind(closed);
    assertThat(fixture.change(closed, EVFILT_READ, 1, EV_ADD, EV_CLEAR, EV_DISABLE).send())
        .isEqualTo(refusal(Errno.EBADF));
  }

  @Test
  void clearedKnoteAddedAgainTakesOneCall() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_CLEAR).apply();
    calls.reset();
    fixture.change(pair[0], EVFILT_READ, 2, EV_ADD, EV_CLEAR).apply();
    assertThat(calls.calls()).containsExactly("epollCtl");
  }

  @Test
  void clearedKnotesOfANumberUsedAgainAreAllGone() {
    int[] first = fixture.pair();
    fixture.change(first[0], EVFILT_READ, 1, EV_ADD, EV_CLEAR);
    fixture.change(first[0], EVFILT_WRITE, 1, EV_ADD, EV_CLEAR).apply();
    fixture.closeBehind(first[0]);
    pairWith(first[0]);
    fixture.change(first[0], EVFILT_READ, 2, EV_ADD, EV_CLEAR).apply();
    assertThat(fixture.change(first[0], EVFILT_WRITE, 1, EV_DELETE).send())
        .isEqualTo(refusal(Errno.ENOENT));
  }

  @Test
  void clearedKnotesAreTakenOutOfTheirEpollsWhenForgotten() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_CLEAR);
    fixture.change(pair[0], EVFILT_WRITE, 1, EV_ADD, EV_CLEAR).apply();
    assertThat(poll()).containsExactly(1L);
    fixture.dup(pair[0]);
    calls.reset();
    fixture.close(pair[0]);
    assertThat(calls.calls()).containsExactly("epollCtl", "epollCtl", "close");
    fixture.write(pair[1], 1);
    expectOneSleep();
  }

  @Test
  void epollOfClearedKnotesThatCannotBeMadeIsTheChangesFailure() {
    int[] pair = fixture.pair();
    calls.fail("epollCreate1", Errno.EMFILE);
    calls.reset();
    assertThat(fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_CLEAR).send())
        .isEqualTo(refusal(Errno.EMFILE));
    assertThat(calls.calls()).doesNotContain("epollCtl", "close");
    calls.restore("epollCreate1");

    calls.fail("epollCtl", Errno.ENOSPC, 1);
    calls.reset();
    assertThat(fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_CLEAR).send())
        .isEqualTo(refusal(Errno.ENOSPC));
    assertThat(calls.count("close")).isEqualTo(1);
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_CLEAR).apply();
    fixture.write(pair[1], 1);
    assertThat(poll()).containsExactly(1L);
  }

  @Test
  void epollOfClearedKnotesThatCannotBeAskedIsTheWaitsFailure() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_CLEAR).apply();
    fixture.write(pair[1], 1);
    calls.fail("epollWait", Errno.ENOMEM);
    assertThat(fixture.call(millis(100), 8)).isEqualTo(refusal(Errno.ENOMEM));
    calls.restore("epollWait");
    assertThat(poll()).containsExactly(1L);
  }

  private int[] pairWithSentinel() {
    int[] pair = fixture.pair();
    addSentinel(pair[0], 1);
    return pair;
  }

  private void addSentinel(int fd, long udata) {
    int flags = fixture.flags(EV_ADD, EV_CLEAR);
    fixture.change(fd, EVFILT_READ, flags, fixture.get(NOTE_LOWAT), NEVER_REACHED, udata).apply();
  }

  @Test
  void sentinelStaysOneWhenItIsEnabledAgain() {
    int[] pair = pairWithSentinel();
    fixture.change(pair[0], EVFILT_READ, 1, EV_DISABLE).apply();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ENABLE).apply();
    fixture.write(pair[1], 1);
    assertThat(poll()).isEmpty();
    fixture.shutdownWrite(pair[1]);
    assertThat(fixture.is(fixture.awaitOne(), EV_EOF)).isTrue();
    assertThat(poll()).isEmpty();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ENABLE).apply();
    assertThat(poll()).as("enabled is not added").isEmpty();
    addSentinel(pair[0], 2);
    assertThat(poll()).containsExactly(2L);
  }

  @Test
  void sentinelAddedAgainWithoutItsMarkReportsData() {
    int[] pair = pairWithSentinel();
    fixture.write(pair[1], 1);
    assertThat(poll()).isEmpty();
    fixture.change(pair[0], EVFILT_READ, 2, EV_ADD).apply();
    assertThat(poll()).containsExactly(2L);
    fixture.write(pair[1], 1);
    assertThat(poll()).as("it has EV_CLEAR of its creation").containsExactly(2L);
    assertThat(poll()).isEmpty();
  }

  @Test
  void markOfAChangeThatAddsNothingIsNotLookedAt() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_DISABLE).apply();
    int enable = fixture.get(EV_ENABLE);
    fixture.change(pair[0], EVFILT_READ, enable, fixture.get(NOTE_LOWAT), 100, 1).apply();
    fixture.write(pair[1], 1);
    assertThat(poll()).containsExactly(1L);
  }
}
