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
import io.github.kqueueffm.kqueue.Room.Event;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UserFilterTest extends ProviderTest {

  @BeforeEach
  void needTheFilter() {
    // NetBSD has it from 10 on, OpenBSD from 7.8 on, and both have the constant before.
    int answer = room.change(0, EVFILT_USER, 0, EV_ADD).send();
    assumeThat(answer).as("EVFILT_USER").isNotEqualTo(-room.number(Errno.EINVAL));
    room.change(0, EVFILT_USER, 0, EV_DELETE).apply();
  }

  private void trigger(long ident) {
    room.change(ident, EVFILT_USER, 0, room.get(NOTE_TRIGGER), 0, 7).apply();
  }

  @Test
  void isSilentUntilTriggered() {
    room.change(1, EVFILT_USER, 7, EV_ADD, EV_CLEAR).apply();
    assertThat(room.poll()).isEmpty();
    trigger(1);
    Event event = room.awaitOne();
    assertThat(event.ident()).isEqualTo(1);
    assertThat(event.filter()).isEqualTo(room.get(EVFILT_USER));
    assertThat(event.udata()).isEqualTo(7);
    assertThat(room.poll()).isEmpty();
  }

  @Test
  void severalTriggersAreOneEvent() {
    room.change(1, EVFILT_USER, 7, EV_ADD, EV_CLEAR).apply();
    trigger(1);
    trigger(1);
    trigger(1);
    assertThat(room.awaitOne().ident()).isEqualTo(1);
    assertThat(room.poll()).isEmpty();
    trigger(1);
    assertThat(room.awaitOne().ident()).isEqualTo(1);
  }

  @Test
  void withoutClearItIsReportedUntilDeleted() {
    room.change(1, EVFILT_USER, 7, EV_ADD).apply();
    trigger(1);
    for (int i = 0; i < 3; i++) {
      assertThat(room.awaitOne().ident()).isEqualTo(1);
    }
    room.change(1, EVFILT_USER, 7, EV_DELETE).apply();
    assertThat(room.poll()).isEmpty();
  }

  @Test
  void oneShotIsGoneAfterItsReport() {
    room.change(1, EVFILT_USER, 7, EV_ADD, EV_ONESHOT).apply();
    trigger(1);
    assertThat(room.awaitOne().ident()).isEqualTo(1);
    assertThat(room.change(1, EVFILT_USER, 0, room.get(NOTE_TRIGGER), 0, 7).send())
        .isEqualTo(-room.number(Errno.ENOENT));
  }

  @Test
  void dispatchedIsDisabledByItsReport() {
    room.change(1, EVFILT_USER, 7, EV_ADD, EV_CLEAR, EV_DISPATCH).apply();
    trigger(1);
    assertThat(room.awaitOne().ident()).isEqualTo(1);
    trigger(1);
    assertThat(room.poll()).isEmpty();
    room.change(1, EVFILT_USER, 7, EV_ENABLE);
    assertThat(room.awaitOne().ident()).isEqualTo(1);
  }

  @Test
  void triggerOfADisabledOneIsKept() {
    room.change(1, EVFILT_USER, 7, EV_ADD, EV_CLEAR, EV_DISABLE).apply();
    trigger(1);
    assertThat(room.poll()).isEmpty();
    room.change(1, EVFILT_USER, 7, EV_ENABLE);
    assertThat(room.awaitOne().ident()).isEqualTo(1);
  }

  @Test
  void absentIdentIsRefused() {
    room.change(1, EVFILT_USER, 7, EV_ADD, EV_CLEAR).apply();
    assertThat(room.change(2, EVFILT_USER, 0, room.get(NOTE_TRIGGER), 0, 7).send())
        .isEqualTo(-room.number(Errno.ENOENT));
    assertThat(room.change(2, EVFILT_USER, 7, EV_DELETE).send())
        .isEqualTo(-room.number(Errno.ENOENT));
  }

  @Test
  void userFlagsAreCombinedAsTheChangeSays() {
    room.change(1, EVFILT_USER, room.flags(EV_ADD, EV_CLEAR), 0b1100, 0, 7).apply();
    assertThat(userFlags(NOTE_FFNOP, 0b0001)).isEqualTo(0b1100);
    assertThat(userFlags(NOTE_FFOR, 0b0001)).isEqualTo(0b1101);
    assertThat(userFlags(NOTE_FFAND, 0b0101)).isEqualTo(0b0101);
    assertThat(userFlags(NOTE_FFCOPY, 0b1010)).isEqualTo(0b1010);
  }

  private int userFlags(Constant operation, int bits) {
    int fflags = room.get(operation) | bits | room.get(NOTE_TRIGGER);
    room.change(1, EVFILT_USER, 0, fflags, 0, 7).apply();
    return room.awaitOne().fflags() & room.get(NOTE_FFLAGSMASK);
  }

  @Test
  void manyIdentsAreToldApart() {
    for (int i = 0; i < 100; i++) {
      room.change(1000L * i, EVFILT_USER, i, EV_ADD, EV_CLEAR);
    }
    room.apply();
    for (int i = 0; i < 100; i += 2) {
      room.change(1000L * i, EVFILT_USER, i, EV_DELETE);
    }
    room.apply();
    for (int i = 1; i < 100; i += 2) {
      room.change(1000L * i, EVFILT_USER, 0, room.get(NOTE_TRIGGER), 0, i).apply();
    }
    assertThat(room.await())
        .hasSize(50)
        .allMatch(event -> event.ident() == 1000 * event.udata() && event.udata() % 2 == 1);
  }
}
