package io.github.kqueueffm.selector;

import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.selector.Interest.NONE;
import static io.github.kqueueffm.selector.Interest.ONE_SHOT;
import static io.github.kqueueffm.selector.Interest.PEER_CLOSE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Kevent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedSelectorException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RegistrationTest extends AbstractPollerTest {
  @Test
  void idIsNeverReused() throws IOException {
    Set<Long> ids = new HashSet<>();
    List<Registration> live = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      Registration registration = poller.add(FD, null);
      assertThat(ids.add(registration.id())).isTrue();
      live.add(registration);
      if (i % 3 != 0) {
        live.remove(i % live.size()).forget();
      }
    }
    assertThat(poller.registrations()).isEqualTo(live.size());
    assertThat(ids).noneMatch(id -> id >= 0 && id <= Integer.MAX_VALUE);
  }

  @Test
  void textHasTheStatesOfBothFiltersAndTheIdAsATraceHasIt() throws IOException {
    Registration registration = poller.add(FD, null);
    String start = "registration 0x" + Long.toHexString(registration.id()) + " of " + FD;
    assertThat(registration).hasToString(start + " (read NONE, write NONE)");
    registration.read(PEER_CLOSE);
    registration.write(ONE_SHOT);
    assertThat(registration)
        .hasToString(start + " (read NONE -> PEER_CLOSE, write NONE -> ONE_SHOT)");
    script
        .expectKevent()
        .changes(
            script.read(FD).sentinel().udata(registration.id()),
            script.write(FD).oneShot().udata(registration.id()))
        .returns();
    turn();
    assertThat(registration).hasToString(start + " (read PEER_CLOSE, write ONE_SHOT)");
    registration.forget();
    assertThat(registration).hasToString(start + " (read PEER_CLOSE, write ONE_SHOT, cancelled)");
  }

  @Test
  void textOfThePollerSaysWhetherItSleeps() throws IOException {
    poller.add(FD, null);
    assertThat(poller)
        .hasToString("Poller (kqueue of the system, wakeup user, awake, registrations 1)");
    List<String> asleep = new ArrayList<>();
    script.expectKevent().returns();
    poller.select(events, 1_000_000, () -> asleep.add(poller.toString()));
    assertThat(asleep).singleElement().asString().contains(", asleep, ");
    poller.wakeup();
    assertThat(poller.toString()).contains(", notified, ");
    poller.close();
    assertThat(poller.toString()).contains(", closed, ");
  }

  @Test
  void forgetDropsUnsentChanges() throws IOException {
    Registration gone = poller.add(FD, null);
    Registration stays = poller.add(FD + 1, null);
    Kevent timer = script.timer(3).flags(EV_ADD);
    gone.submit(timer.filter(), timer.flags(), 0, 1);
    stays.submit(timer.filter(), timer.flags(), 0, 2);
    gone.submit(timer.filter(), timer.flags(), 0, 3);
    gone.read(ONE_SHOT);
    stays.read(ONE_SHOT);
    gone.forget();
    script
        .expectKevent()
        .changes(
            script.timer(FD + 1).flags(EV_ADD).data(2).udata(stays.id()),
            script.read(FD + 1).oneShot().udata(stays.id()))
        .returns();
    turn();
    assertThat(gone.isValid()).isFalse();
    assertThat(stays.isValid()).isTrue();
  }

  @Test
  void forgetMakesNoCallOnKernelKqueue() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(PEER_CLOSE);
    script.expectKevent().changes(script.read(FD).sentinel()).returns();
    turn();
    registration.forget();
    registration.forget();
    registration.cancel();
    assertThat(poller.registrations()).isZero();
  }

  @Test
  void cancelDeletesKnotesOfTheKernelAtOnce() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(PEER_CLOSE);
    registration.write(ONE_SHOT);
    script.expectKevent().changes(script.read(FD).sentinel(), script.write(FD).oneShot()).returns();
    turn();
    script.expectKevent().changes(script.read(FD).delete()).withoutSlots();
    script.expectKevent().changes(script.write(FD).delete()).withoutSlots().fails(Errno.ENOENT);
    registration.cancel();
    registration.forget();
    registration.read(ONE_SHOT);
    registration.write(NONE);
    assertThat(registration.write()).isEqualTo(ONE_SHOT);
    script.expectKevent().changes().returns();
    turn();
  }

  @Test
  void cancelDeletesVerbatimKnotes() throws IOException {
    for (Kevent filter :
        List.of(script.timer(FD), script.user(FD), script.read(FD), script.write(FD))) {
      Registration registration = poller.add(FD, null);
      Kevent add = filter.flags(EV_ADD);
      registration.submit(add.filter(), add.flags(), 0, 100);
      script.expectKevent().changes(add.data(100)).returns();
      turn();
      script.expectKevent().changes(filter.delete()).withoutSlots().fails(Errno.EBADF);
      registration.cancel();
    }
  }

  @Test
  void cancelDeletesNothingForVerbatimChangeThatAddsNothing() throws IOException {
    Registration registration = poller.add(FD, null);
    Kevent delete = script.read(FD).delete();
    registration.submit(delete.filter(), delete.flags(), 0, 0);
    script.expectKevent().changes(delete).returns();
    turn();
    registration.cancel();
  }

  @Test
  void cancelKeepsKnotesOfNewDescriptorWithTheSameNumber() throws IOException {
    Registration old = poller.add(FD, null);
    old.read(PEER_CLOSE);
    old.write(ONE_SHOT);
    script.expectKevent().returns();
    turn();
    // The old descriptor was closed without a cancel, and its number was reused.
    Registration young = poller.add(FD, null);
    young.read(ONE_SHOT);
    script.expectKevent().changes(script.read(FD).oneShot().udata(young.id())).returns();
    turn();
    script.expectKevent().changes(script.write(FD).delete()).withoutSlots().fails(Errno.ENOENT);
    old.cancel();
    script.expectKevent().changes().returns(script.read(FD));
    assertThat(turn()).isEqualTo(1);
    assertThat(events.registration(0)).isSameAs(young);
  }

  @Test
  void cancelFailsWithTheKernelsErrno() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(ONE_SHOT);
    script.expectKevent().returns();
    turn();
    script.expectKevent().changes(script.read(FD).delete()).fails(Errno.ENOMEM);
    assertThatThrownBy(registration::cancel)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("EVFILT_READ EV_DELETE of 5")
        .hasMessageContaining("ENOMEM");
  }

  @Test
  void forgetEndsEventsOfTheSameBatch() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(ONE_SHOT);
    registration.write(ONE_SHOT);
    script.expectKevent().returns(script.read(FD), script.write(FD));
    assertThat(turn()).isEqualTo(2);
    assertThat(events.registration(0)).isSameAs(registration);
    registration.forget();
    assertThat(events.registration(1)).isNull();
    assertThat(events.token(1)).isEqualTo(registration.id());
  }

  @Test
  void reusedNumberWithinBatchIsAnotherRegistration() throws IOException {
    Registration old = poller.add(FD, "old");
    old.read(ONE_SHOT);
    old.write(ONE_SHOT);
    script.expectKevent().returns(script.read(FD), script.write(FD));
    turn();
    old.forget();
    Registration young = poller.add(FD, "young");
    young.read(ONE_SHOT);
    assertThat(events.registration(1)).isNull();
    script
        .expectKevent()
        .changes(script.read(FD).oneShot().udata(young.id()))
        .returns(script.read(FD));
    assertThat(turn()).isEqualTo(1);
    assertThat(events.registration(0).attachment()).isEqualTo("young");
  }

  @Test
  void forEachAllowsForget() throws IOException {
    for (int fd = 0; fd < 200; fd++) {
      poller.add(fd, null);
    }
    List<Long> visited = new ArrayList<>();
    poller.forEach(registration -> {
      visited.add(registration.ident());
      registration.forget();
    });
    assertThat(visited).hasSize(200);
    assertThat(poller.registrations()).isZero();
  }

  @Test
  void closedPollerIgnoresItsRegistrationsAndRefusesNewOnes() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(ONE_SHOT);
    poller.close();
    assertThat(registration.isValid()).isFalse();
    poller.close();
    poller.wakeup();
    registration.read(ONE_SHOT);
    registration.submit(script.read(FD).filter(), 1, 0, 0);
    registration.cancel();
    registration.forget();
    assertThat(registration.isValid()).isFalse();
    assertThat(registration.read()).isEqualTo(ONE_SHOT);
    assertThat(registration.write()).isEqualTo(NONE);
    assertThatThrownBy(() -> poller.add(FD, null)).isInstanceOf(ClosedSelectorException.class);
    assertThatThrownBy(() -> turn()).isInstanceOf(ClosedSelectorException.class);
    assertThat(script.calls("close")).isEqualTo(1);
  }

  @Test
  void renewDeletesKnotesOfTheKernelAndAddsThemAgain() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(PEER_CLOSE);
    registration.write(ONE_SHOT);
    script.expectKevent().returns();
    turn();
    Kevent unsent = script.timer(FD).delete();
    registration.submit(unsent.filter(), unsent.flags(), 0, 0);
    script.expectKevent().changes(script.read(FD).delete()).withoutSlots();
    script.expectKevent().changes(script.write(FD).delete()).withoutSlots();
    registration.renew();
    script
        .expectKevent()
        .changes(script.read(FD).sentinel(), script.write(FD).oneShot())
        .returns(script.write(FD));
    assertThat(turn()).isEqualTo(1);
    assertThat(events.registration(0)).isSameAs(registration);
    registration.forget();
    registration.renew();
  }

  @Test
  void registrationsOfOneNumberAreFoundAfterOneIsCancelled() throws IOException {
    Registration idle = poller.add(FD, null);
    Registration reads = poller.add(FD, null);
    Registration alsoReads = poller.add(FD, null);
    Registration far = poller.add(FD + 64, null);
    reads.read(ONE_SHOT);
    alsoReads.read(ONE_SHOT);
    script.expectKevent().returns();
    turn();
    idle.cancel();
    far.cancel();
    // The other registration owns the knote by now.
    alsoReads.cancel();
    script.expectKevent().changes(script.read(FD).delete()).withoutSlots();
    reads.cancel();
  }

  @Test
  void forEachVisitsFullTable() throws IOException {
    List<Registration> added = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      added.add(poller.add(i, null));
    }
    List<Registration> visited = new ArrayList<>();
    poller.forEach(visited::add);
    assertThat(visited).isEqualTo(added);
  }

  @Test
  void eventOfUserTokenHasNoRegistration() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(ONE_SHOT);
    script
        .expectKevent()
        .returns(
            script.read(FD + 1).udata(registration.id()),
            script.read(FD + 2).udata(-1),
            script.read(FD + 3).udata(64),
            script.read(FD + 4).udata(Long.MAX_VALUE));
    assertThat(turn()).isEqualTo(4);
    for (int i = 0; i < 4; i++) {
      assertThat(events.registration(i)).isNull();
      assertThat(events.ident(i)).isEqualTo(FD + 1 + i);
    }
    // Its own knote has not fired.
    assertThat(registration.read()).isEqualTo(ONE_SHOT);
  }
}
