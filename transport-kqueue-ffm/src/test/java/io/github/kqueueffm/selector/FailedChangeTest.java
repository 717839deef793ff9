package io.github.kqueueffm.selector;

import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_RECEIPT;
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

/** What kernels answer to changes that fail, to signals, and with events that came too late. */
class FailedChangeTest extends AbstractPollerTest {
  /** Darwin ORs EV_ERROR into the change's flags, the BSDs give exactly EV_ERROR. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "macos-aarch64",
        "freebsd-x86_64",
        "openbsd-x86_64",
        "netbsd-x86_64",
        "dragonfly-x86_64"
      })
  void refusedAddIsDeliveredAsReadiness(String platform) throws IOException {
    openOn(platform);
    Registration registration = poller.add(FD, null);
    registration.read(ONE_SHOT);
    Kevent add = script.read(FD).oneShot();
    script.expectKevent().changes(add).returns(add.error(Errno.EBADF));

    assertThat(turn()).isEqualTo(1);

    assertThat(events.isError(0)).isTrue();
    assertThat(events.isReadable(0)).isTrue();
    assertThat(events.isEof(0)).isFalse();
    assertThat(events.data(0)).isEqualTo(script.platform().number(Errno.EBADF));
    assertThat(events.registration(0)).isSameAs(registration);
    registration.read(ONE_SHOT);
    script.expectKevent().changes(add).returns();
    turn();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ENOENT", "EBADF"})
  void enoentOnDeleteIsIgnored_mio582(Errno errno) throws IOException {
    openOn("netbsd-x86_64");
    Registration registration = poller.add(FD, null);
    registration.read(ONE_SHOT);
    script.expectKevent().changes(script.read(FD).oneShot()).returns();
    turn();
    registration.read(NONE);
    Kevent delete = script.read(FD).delete();
    script.expectKevent().changes(delete).returns(delete.error(errno));
    assertThat(turn()).isZero();
  }

  @Test
  void closedDescriptorIsReportedOnceWhenBothDeleteAndAddFail() throws IOException {
    openOn("freebsd-x86_64");
    Registration registration = poller.add(FD, null);
    registration.read(PEER_CLOSE);
    script.expectKevent().changes(script.read(FD).sentinel()).returns();
    turn();
    registration.read(ONE_SHOT);
    Kevent delete = script.read(FD).delete();
    Kevent add = script.read(FD).oneShot();
    script
        .expectKevent()
        .changes(delete, add)
        .returns(delete.error(Errno.EBADF), add.error(Errno.EBADF));
    assertThat(turn()).isEqualTo(1);
    assertThat(events.isError(0)).isTrue();
    assertThat(registration.read()).isEqualTo(NONE);
  }

  /** The embedded kqueue and libkqueue know the knote of a descriptor that is closed already. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "macos-aarch64",
        "freebsd-x86_64",
        "openbsd-x86_64",
        "netbsd-x86_64",
        "dragonfly-x86_64"
      })
  void refusedAddIsReportedAfterSuccessfulDelete(String platform) throws IOException {
    openOn(platform);
    Registration registration = poller.add(FD, null);
    registration.read(PEER_CLOSE);
    script.expectKevent().changes(script.read(FD).sentinel()).returns();
    turn();
    registration.read(ONE_SHOT);
    Kevent delete = script.read(FD).delete();
    Kevent add = script.read(FD).oneShot();
    script.expectKevent().changes(delete, add).returns(add.error(Errno.EBADF));
    assertThat(turn()).isEqualTo(1);
    assertThat(events.isError(0)).isTrue();
    assertThat(events.data(0)).isEqualTo(script.platform().number(Errno.EBADF));
    assertThat(registration.read()).isEqualTo(NONE);
  }

  @Test
  void otherErrorOfDeleteIsReported() throws IOException {
    openOn("freebsd-x86_64");
    Registration registration = poller.add(FD, null);
    registration.read(PEER_CLOSE);
    script.expectKevent().changes(script.read(FD).sentinel()).returns();
    turn();
    registration.read(NONE);
    Kevent delete = script.read(FD).delete();
    script.expectKevent().changes(delete).returns(delete.error(Errno.ENOMEM));
    assertThat(turn()).isEqualTo(1);
  }

  @Test
  void receiptIsNotAnError() throws IOException {
    openOn("macos-aarch64");
    Registration registration = poller.add(FD, null);
    Kevent add = script.read(FD).flags(EV_ADD, EV_RECEIPT);
    registration.submit(add.filter(), add.flags(), 0, 0);
    script.expectKevent().changes(add).returns(add.flags(EV_ADD).error(Errno.EPERM).data(0));
    assertThat(turn()).isEqualTo(1);
    assertThat(events.isError(0)).isFalse();
    assertThat(events.isReadable(0)).isFalse();
    assertThat(events.registration(0)).isSameAs(registration);
  }

  /**
   * Without a slot for it, a receipt ends the call on FreeBSD and NetBSD, and the changes behind it
   * are lost without an error.
   */
  @ParameterizedTest
  @ValueSource(strings = {"freebsd-x86_64", "netbsd-x86_64"})
  void receiptAndChangesBehindItHaveSlots(String platform) throws IOException {
    openOn(platform);
    useSlots(4);
    Registration registration = poller.add(FD, null);
    Kevent add = script.read(FD).flags(EV_ADD, EV_RECEIPT);
    for (int i = 0; i < 5; i++) {
      registration.submit(add.filter(), add.flags(), 0, 0);
    }
    Kevent receipt = add.error(Errno.EPERM).data(0);
    script
        .expectKevent()
        .changes(add, add, add, add)
        .polls()
        .returns(receipt, receipt, receipt, receipt);
    assertThat(turn()).isEqualTo(4);
    script.expectKevent().changes(add).forEver().returns(receipt);
    assertThat(turn()).isEqualTo(1);
  }

  @Test
  void changesAreNotSentAgainAfterEintr() throws IOException {
    openOn("macos-aarch64");
    poller.add(FD, null).read(ONE_SHOT);
    script.expectKevent().changes(script.read(FD).oneShot()).forEver().fails(Errno.EINTR);
    assertThat(turn()).isZero();
    script.expectKevent().changes().forEver().returns(script.read(FD).data(2));
    assertThat(turn()).isEqualTo(1);
  }

  @Test
  void selectReturnsAfterEintr() throws IOException {
    openOn("macos-aarch64");
    script.expectKevent().forEver().fails(Errno.EINTR);
    assertThat(poller.select(events, -1, null)).isZero();
  }

  @Test
  void changesAreKeptWhenKeventFailsOtherwise() throws IOException {
    openOn("freebsd-x86_64");
    poller.add(FD, null).read(ONE_SHOT);
    script.expectKevent().changes(script.read(FD).oneShot()).fails(Errno.ENOMEM);
    assertThatThrownBy(() -> turn())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("kevent")
        .hasMessageContaining("ENOMEM");
    script.expectKevent().changes(script.read(FD).oneShot()).returns();
    assertThat(turn()).isZero();
  }

  /** FreeBSD and NetBSD deliver a one-shot whose data was read meanwhile, with its old count. */
  @ParameterizedTest
  @ValueSource(strings = {"freebsd-x86_64", "netbsd-x86_64"})
  void staleOneShotIsDelivered(String platform) throws IOException {
    openOn(platform);
    Registration registration = poller.add(FD, null);
    registration.read(ONE_SHOT);
    script.expectKevent().changes(script.read(FD).oneShot()).returns(script.read(FD).data(100));
    assertThat(turn()).isEqualTo(1);
    registration.read(ONE_SHOT);
    script.expectKevent().changes(script.read(FD).oneShot()).returns(script.read(FD).data(100));
    assertThat(turn()).isEqualTo(1);
  }

  @Test
  void eventOfEarlierRegistrationIsNotDeliveredToLaterOne() throws IOException {
    openOn("netbsd-x86_64");
    Registration old = poller.add(FD, null);
    old.forget();
    Registration young = poller.add(FD, null);
    assertThat(young.id()).isNotEqualTo(old.id());
    young.read(ONE_SHOT);
    script
        .expectKevent()
        .changes(script.read(FD).oneShot().udata(young.id()))
        .returns(script.read(FD).udata(old.id()), script.read(FD).udata(young.id()));
    assertThat(turn()).isEqualTo(2);
    assertThat(events.registration(0)).isNull();
    assertThat(events.registration(1)).isSameAs(young);
  }
}
