package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_USER;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.abi.Constant.EV_DISABLE;
import static io.github.kqueueffm.abi.Constant.EV_DISPATCH;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static io.github.kqueueffm.abi.Constant.NOTE_FFAND;
import static io.github.kqueueffm.abi.Constant.NOTE_FFCOPY;
import static io.github.kqueueffm.abi.Constant.NOTE_FFLAGSMASK;
import static io.github.kqueueffm.abi.Constant.NOTE_FFNOP;
import static io.github.kqueueffm.abi.Constant.NOTE_FFOR;
import static io.github.kqueueffm.abi.Constant.NOTE_TRIGGER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UserFilterTest extends ProviderTest {

  @BeforeEach
  void needTheFilter() {
    // NetBSD has it from 10 on, OpenBSD from 7.8 on, and both have the constant before.
    int answer = fixture.change(0, EVFILT_USER, 0, EV_ADD).send();
    assumeThat(answer).as("EVFILT_USER").isNotEqualTo(-fixture.number(Errno.EINVAL));
    fixture.change(0, EVFILT_USER, 0, EV_DELETE).apply();
  }

  private void trigger(long ident) {
    fixture.change(ident, EVFILT_USER, 0, fixture.get(NOTE_TRIGGER), 0, 7).apply();
  }

  @Test
  void isSilentUntilTriggered() {
    fixture.change(1, EVFILT_USER, 7, EV_ADD, EV_CLEAR).apply();
    assertThat(fixture.poll()).isEmpty();
    trigger(1);
    Event event = fixture.awaitOne();
    assertThat(event.ident()).isEqualTo(1);
    assertThat(event.filter()).isEqualTo(fixture.get(EVFILT_USER));
    assertThat(event.udata()).isEqualTo(7);
    assertThat(fixture.poll()).isEmpty();
  }

  @Test
  void severalTriggersAreOneEvent() {
    fixture.change(1, EVFILT_USER, 7, EV_ADD, EV_CLEAR).apply();
    trigger(1);
    trigger(1);
    trigger(1);
    assertThat(fixture.awaitOne().ident()).isEqualTo(1);
    assertThat(fixture.poll()).isEmpty();
    trigger(1);
    assertThat(fixture.awaitOne().ident()).isEqualTo(1);
  }

  @Test
  void withoutClearItIsReportedUntilDeleted() {
    fixture.change(1, EVFILT_USER, 7, EV_ADD).apply();
    trigger(1);
    for (int i = 0; i < 3; i++) {
      assertThat(fixture.awaitOne().ident()).isEqualTo(1);
    }
    fixture.change(1, EVFILT_USER, 7, EV_DELETE).apply();
    assertThat(fixture.poll()).isEmpty();
  }

  @Test
  void oneShotIsGoneAfterItsReport() {
    fixture.change(1, EVFILT_USER, 7, EV_ADD, EV_ONESHOT).apply();
    trigger(1);
    assertThat(fixture.awaitOne().ident()).isEqualTo(1);
    assertThat(fixture.change(1, EVFILT_USER, 0, fixture.get(NOTE_TRIGGER), 0, 7).send())
        .isEqualTo(-fixture.number(Errno.ENOENT));
  }

  @Test
  void dispatchedIsDisabledByItsReport() {
    fixture.change(1, EVFILT_USER, 7, EV_ADD, EV_CLEAR, EV_DISPATCH).apply();
    trigger(1);
    assertThat(fixture.awaitOne().ident()).isEqualTo(1);
    trigger(1);
    assertThat(fixture.poll()).isEmpty();
    fixture.change(1, EVFILT_USER, 7, EV_ENABLE);
    assertThat(fixture.awaitOne().ident()).isEqualTo(1);
  }

  @Test
  void triggerOfADisabledOneIsKept() {
    fixture.change(1, EVFILT_USER, 7, EV_ADD, EV_CLEAR, EV_DISABLE).apply();
    trigger(1);
    assertThat(fixture.poll()).isEmpty();
    fixture.change(1, EVFILT_USER, 7, EV_ENABLE);
    assertThat(fixture.awaitOne().ident()).isEqualTo(1);
  }

  @Test
  void absentIdentIsRefused() {
    fixture.change(1, EVFILT_USER, 7, EV_ADD, EV_CLEAR).apply();
    assertThat(fixture.change(2, EVFILT_USER, 0, fixture.get(NOTE_TRIGGER), 0, 7).send())
        .isEqualTo(-fixture.number(Errno.ENOENT));
    assertThat(fixture.change(2, EVFILT_USER, 7, EV_DELETE).send())
        .isEqualTo(-fixture.number(Errno.ENOENT));
  }

  @Test
  void userFlagsAreCombinedAsTheChangeSays() {
    fixture.change(1, EVFILT_USER, fixture.flags(EV_ADD, EV_CLEAR), 0b1100, 0, 7).apply();
    assertThat(userFlags(NOTE_FFNOP, 0b0001)).isEqualTo(0b1100);
    assertThat(userFlags(NOTE_FFOR, 0b0001)).isEqualTo(0b1101);
    assertThat(userFlags(NOTE_FFAND, 0b0101)).isEqualTo(0b0101);
    assertThat(userFlags(NOTE_FFCOPY, 0b1010)).isEqualTo(0b1010);
  }

  private int userFlags(Constant operation, int bits) {
    int fflags = fixture.get(operation) | bits | fixture.get(NOTE_TRIGGER);
    fixture.change(1, EVFILT_USER, 0, fflags, 0, 7).apply();
    return fixture.awaitOne().fflags() & fixture.get(NOTE_FFLAGSMASK);
  }

  @Test
  void manyIdentsAreToldApart() {
    for (int i = 0; i < 100; i++) {
      fixture.change(1000L * i, EVFILT_USER, i, EV_ADD, EV_CLEAR);
    }
    fixture.apply();
    for (int i = 0; i < 100; i += 2) {
      fixture.change(1000L * i, EVFILT_USER, i, EV_DELETE);
    }
    fixture.apply();
    for (int i = 1; i < 100; i += 2) {
      fixture.change(1000L * i, EVFILT_USER, 0, fixture.get(NOTE_TRIGGER), 0, i).apply();
    }
    assertThat(fixture.await())
        .hasSize(50)
        .allMatch(event -> event.ident() == 1000 * event.udata() && event.udata() % 2 == 1);
  }
}
