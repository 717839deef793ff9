package io.github.kqueueffm.selector;

import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.selector.Interest.NONE;
import static io.github.kqueueffm.selector.Interest.ONE_SHOT;
import static io.github.kqueueffm.selector.Interest.PEER_CLOSE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Kevent;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kevent call that waits sends the difference from what the kernel has, and no more. */
class InterestTest extends AbstractPollerTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "macos-aarch64",
        "macos-x86_64",
        "freebsd-x86_64",
        "freebsd-aarch64",
        "openbsd-x86_64",
        "netbsd-x86_64",
        "dragonfly-x86_64"
      })
  void armsWithTheCallThatWaitsOnEveryKernel(String platform) throws IOException {
    openOn(platform);
    Registration registration = poller.add(FD, "it");
    registration.read(ONE_SHOT);
    registration.write(ONE_SHOT);
    long id = registration.id();
    script
        .expectKevent()
        .changes(script.read(FD).oneShot().udata(id), script.write(FD).oneShot().udata(id))
        .forEver()
        .returns(script.write(FD).data(4096), script.read(FD).data(3));

    assertThat(poller.select(events, -1, () -> true)).isEqualTo(2);

    assertThat(events.registration(0)).isSameAs(registration);
    assertThat(events.isWritable(0)).isTrue();
    assertThat(events.isReadable(0)).isFalse();
    assertThat(events.data(0)).isEqualTo(4096);
    assertThat(events.isReadable(1)).isTrue();
    assertThat(events.isWritable(1)).isFalse();
    assertThat(events.isEof(1)).isFalse();
    assertThat(events.eofErrno(1)).isZero();
    assertThat(events.isError(1)).isFalse();
    assertThat(events.token(1)).isEqualTo(id);
    assertThat(events.ident(1)).isEqualTo(FD);
    assertThat(events.registration(1).attachment()).isEqualTo("it");
  }

  @Test
  void sendsNothingWhereNothingHasChanged() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(ONE_SHOT);
    registration.read(NONE);
    registration.write(NONE);
    expectChanges();
    turn();
    registration.read(ONE_SHOT);
    expectChanges(script.read(FD).oneShot());
    turn();
    registration.read(NONE);
    registration.read(ONE_SHOT);
    expectChanges();
    turn();
  }

  @Test
  void makesEveryTransitionWithTheFewestChanges() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(PEER_CLOSE);
    expectChanges(script.read(FD).sentinel());
    turn();
    registration.read(ONE_SHOT);
    expectChanges(script.read(FD).delete(), script.read(FD).oneShot());
    turn();
    registration.read(PEER_CLOSE);
    expectChanges(script.read(FD).delete(), script.read(FD).sentinel());
    turn();
    registration.read(NONE);
    expectChanges(script.read(FD).delete());
    turn();
    registration.read(ONE_SHOT);
    expectChanges(script.read(FD).oneShot());
    turn();
    registration.read(NONE);
    expectChanges(script.read(FD).delete());
    turn();
    assertThat(registration.read()).isEqualTo(NONE);
  }

  @Test
  void deliveredOneShotIsArmedAgainWithoutDelete() throws IOException {
    Registration registration = poller.add(FD, null);
    for (int round = 0; round < 3; round++) {
      registration.read(ONE_SHOT);
      script
          .expectKevent()
          .changes(script.read(FD).oneShot())
          .forEver()
          .returns(script.read(FD).data(1));
      assertThat(turn()).isEqualTo(1);
      assertThat(registration.read()).isEqualTo(NONE);
    }
    registration.read(PEER_CLOSE);
    expectChanges(script.read(FD).sentinel());
    turn();
    for (int round = 0; round < 2; round++) {
      registration.write(ONE_SHOT);
      script.expectKevent().changes(script.write(FD).oneShot()).returns(script.write(FD));
      assertThat(turn()).isEqualTo(1);
      assertThat(registration.write()).isEqualTo(NONE);
    }
  }

  @Test
  void peerCloseKnoteReportsOnlyTheEnd() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(PEER_CLOSE);
    // Darwin clamps the low-water mark, so that a full buffer fires.
    script
        .expectKevent()
        .changes(script.read(FD).sentinel())
        .returns(script.read(FD).data(131_072));
    assertThat(turn()).isZero();

    script.expectKevent().changes().returns(script.read(FD).eof().data(131_072));
    assertThat(turn()).isEqualTo(1);
    assertThat(events.isEof(0)).isTrue();
    assertThat(events.registration(0)).isSameAs(registration);

    // EV_CLEAR: the knote is still there.
    registration.read(ONE_SHOT);
    expectChanges(script.read(FD).delete(), script.read(FD).oneShot());
    turn();
  }

  @Test
  void peerCloseKnoteHasNoLowWaterMarkWhereTheKernelIgnoresIt() throws IOException {
    openOn("freebsd-x86_64", "user", false);
    poller.add(FD, null).read(PEER_CLOSE);
    script
        .expectKevent()
        .changes(script.read(FD).flags(EV_ADD, EV_CLEAR))
        .returns(script.read(FD).data(1));
    assertThat(turn()).isZero();
    assertThat(poller.describe()).contains("without NOTE_LOWAT");
  }

  @Test
  void peerCloseForWritingIsRefused() throws IOException {
    Registration registration = poller.add(FD, null);
    assertThatThrownBy(() -> registration.write(PEER_CLOSE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reading only");
  }

  @Test
  void verbatimChangesAreSentFirstInTheirOrder() throws IOException {
    int timer = script.timer(9).filter();
    Registration armed = poller.add(FD, null);
    Registration own = poller.add(9, null);
    armed.read(ONE_SHOT);
    own.submit(timer, script.timer(9).flags(EV_ADD).flags(), 0, 250);
    own.submit(timer, script.timer(9).delete().flags(), 0, 0);
    expectChanges(
        script.timer(9).flags(EV_ADD).data(250).udata(own.id()),
        script.timer(9).delete().udata(own.id()),
        script.read(FD).oneShot().udata(armed.id()));
    turn();
  }

  @Test
  void pollReturnsPendingEvents() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(ONE_SHOT);
    script.expectKevent().changes(script.read(FD).oneShot()).polls().returns(script.read(FD));
    assertThat(poller.select(events, 0, null)).isEqualTo(1);
    assertThat(events.registration(0)).isSameAs(registration);
    assertThat(registration.read()).isEqualTo(NONE);
  }

  @Test
  void eventOfVerbatimKnoteHasItsRegistration() throws IOException {
    Registration registration = poller.add(9, null);
    Kevent timer = script.timer(9).flags(EV_ADD);
    registration.submit(timer.filter(), timer.flags(), 0, 250);
    registration.read(ONE_SHOT);
    script.expectKevent().returns(script.timer(9).data(1));
    assertThat(turn()).isEqualTo(1);
    assertThat(events.registration(0)).isSameAs(registration);
    assertThat(events.filter(0)).isEqualTo(timer.filter());
    assertThat(events.isReadable(0) || events.isWritable(0)).isFalse();
    assertThat(registration.read()).isEqualTo(ONE_SHOT);
  }

  @Test
  void endCarriesItsErrno() throws IOException {
    poller.add(FD, null).read(ONE_SHOT);
    script.expectKevent().returns(script.read(FD).eof(Errno.ECONNRESET));
    assertThat(turn()).isEqualTo(1);
    int reset = script.platform().number(Errno.ECONNRESET);
    assertThat(events.eofErrno(0)).isEqualTo(reset);
    assertThat(events.fflags(0)).isEqualTo(reset);
  }
}
