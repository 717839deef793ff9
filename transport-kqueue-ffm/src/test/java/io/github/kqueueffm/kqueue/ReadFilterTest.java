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

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import io.github.kqueueffm.syscall.KernelSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadFilterTest extends ProviderTest {

  @Test
  void levelTriggeredIsReportedForAsLongAsThereIsData() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD).apply();

    assertThat(fixture.poll()).isEmpty();
    fixture.write(pair[1], 5);
    for (int i = 0; i < 3; i++) {
      Event event = fixture.awaitOne();
      assertThat(event.ident()).isEqualTo(pair[0]);
      assertThat(event.filter()).isEqualTo(fixture.get(EVFILT_READ));
      assertThat(event.udata()).isEqualTo(7);
      assertThat(fixture.is(event, EV_EOF)).isFalse();
      assertThat(event.data()).isEqualTo(provider.tells() ? 5 : 0);
    }
    fixture.drain(pair[0]);
    assertThat(fixture.poll()).isEmpty();
  }

  @Test
  void oneShotIsReportedOnceAndGone() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);

    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
    assertThat(fixture.poll()).isEmpty();
    assertThat(fixture.change(pair[0], EVFILT_READ, 7, EV_DELETE).send())
        .isEqualTo(-fixture.number(Errno.ENOENT));
    assertThat(fixture.change(pair[0], EVFILT_READ, 7, EV_ENABLE).send())
        .isEqualTo(-fixture.number(Errno.ENOENT));
  }

  @Test
  void oneShotAddedAgainWithDataPendingIsReportedAtOnce() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);
    fixture.awaitOne();
    for (int i = 0; i < 3; i++) {
      fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT);
      assertThat(fixture.awaitOne().udata()).isEqualTo(7);
    }
  }

  @Test
  void oneShotAddedAgainLongAfterItsReportStillWorks() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);
    fixture.awaitOne();
    assertThat(fixture.poll()).isEmpty();
    assertThat(fixture.poll()).isEmpty();

    fixture.change(pair[0], EVFILT_READ, 8, EV_ADD, EV_ONESHOT);
    assertThat(fixture.awaitOne().udata()).isEqualTo(8);
  }

  @Test
  void addedAgainWhileWaitingGivesOneEventWithTheLatestUdata() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    fixture.change(pair[0], EVFILT_READ, 2, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);

    assertThat(fixture.awaitOne().udata()).isEqualTo(2);
    assertThat(fixture.poll()).isEmpty();
  }

  @Test
  void clearedIsReportedOncePerArrival() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_CLEAR).apply();
    fixture.write(pair[1], 3);
    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
    assertThat(fixture.poll()).isEmpty();

    fixture.write(pair[1], 3);
    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
    assertThat(fixture.poll()).isEmpty();
  }

  @Test
  void clearedWithDataPendingIsReportedWhenAdded() {
    int[] pair = fixture.pair();
    fixture.write(pair[1], 3);
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_CLEAR);
    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
    assertThat(fixture.poll()).isEmpty();
  }

  @Test
  void dispatchedIsDisabledByItsReport() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_DISPATCH).apply();
    fixture.write(pair[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
    assertThat(fixture.poll()).isEmpty();

    fixture.enable(pair[0], EVFILT_READ, 7, EV_DISPATCH);
    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
    fixture.change(pair[0], EVFILT_READ, 7, EV_DELETE).apply();
  }

  @Test
  void disabledIsSilentUntilEnabled() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_DISABLE).apply();
    fixture.write(pair[1], 1);
    assertThat(fixture.poll()).isEmpty();

    fixture.enable(pair[0], EVFILT_READ, 7);
    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
    fixture.change(pair[0], EVFILT_READ, 7, EV_DISABLE).apply();
    assertThat(fixture.poll()).isEmpty();
  }

  @Test
  void deletedIsSilent() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD).apply();
    fixture.write(pair[1], 1);
    fixture.awaitOne();
    fixture.change(pair[0], EVFILT_READ, 7, EV_DELETE).apply();
    assertThat(fixture.poll()).isEmpty();
    assertThat(fixture.change(pair[0], EVFILT_READ, 7, EV_DELETE).send())
        .isEqualTo(-fixture.number(Errno.ENOENT));
  }

  @Test
  void bothFiltersOfADescriptorAreIndependent() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    fixture.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_ONESHOT);
    assertThat(fixture.awaitOne().udata()).isEqualTo(2);
    fixture.write(pair[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(1);
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    fixture.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_ONESHOT);
    assertThat(fixture.await()).extracting(Event::udata).containsExactlyInAnyOrder(1L, 2L);
  }

  @Test
  void endOfStreamIsReportedWithWhatIsUnread() throws IOException {
    int[] pair = fixture.tcpPair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD).apply();
    fixture.write(pair[1], 5);
    fixture.shutdownWrite(pair[1]);

    Event event = awaitEof(pair[0]);
    assertThat(event.data()).isEqualTo(provider.tells() ? 5 : 0);
    assertThat(event.fflags()).isZero();
    assertThat(fixture.drain(pair[0])).isZero();
    assertThat(fixture.is(fixture.awaitOne(), EV_EOF)).isTrue();
  }

  private Event awaitEof(int fd) {
    Event event = fixture.awaitOne();
    while (!fixture.is(event, EV_EOF)) {
      assertThat(event.ident()).isEqualTo(fd);
      event = fixture.awaitOne();
    }
    return event;
  }

  @Test
  void endOfStreamIsReportedToAnUnixSocketAndAPipe() {
    int[] pair = fixture.pair();
    int[] pipe = fixture.pipe();
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    fixture.change(pipe[0], EVFILT_READ, 2, EV_ADD, EV_ONESHOT).apply();
    fixture.close(pair[1]);
    Event event = fixture.awaitOne();
    assertThat(event.udata()).isEqualTo(1);
    assertThat(fixture.is(event, EV_EOF)).isTrue();
    fixture.close(pipe[1]);
    event = fixture.awaitOne();
    assertThat(event.udata()).isEqualTo(2);
    assertThat(fixture.is(event, EV_EOF)).isTrue();
  }

  @Test
  void resetIsReportedWithItsErrno() throws IOException {
    int[] pair = fixture.tcpPair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    fixture.reset(pair[1]);

    Event event = fixture.awaitOne();
    assertThat(fixture.is(event, EV_EOF)).isTrue();
    if (provider.tells()) {
      assertThat(event.fflags()).isEqualTo(fixture.number(Errno.ECONNRESET));
    } else {
      assertThat(fixture.drain(pair[0])).isEqualTo(-fixture.number(Errno.ECONNRESET));
    }
  }

  @Test
  void resetOfADescriptorThatWaitsForNothingIsReportedWhenItDoes() throws IOException {
    int[] pair = fixture.tcpPair();
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    fixture.write(pair[1], 1);
    fixture.awaitOne();
    fixture.reset(pair[1]);
    assertThat(fixture.await(20, 8)).isEmpty();

    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT);
    assertThat(fixture.is(fixture.awaitOne(), EV_EOF)).isTrue();
  }

  @Test
  void pendingConnectionMakesAListenerReadable() throws IOException {
    KernelSocket listener = fixture.listener();
    fixture.change(listener.fd(), EVFILT_READ, 7, EV_ADD).apply();
    assertThat(fixture.poll()).isEmpty();
    fixture.tcp().connect(listener.localAddress());

    Event event = fixture.awaitOne();
    assertThat(event.udata()).isEqualTo(7);
    assertThat(fixture.is(event, EV_EOF)).isFalse();
    assertThat(event.data()).isEqualTo(provider.tells() ? 1 : 0);
  }

  @Test
  void datagramMakesItsSocketReadable() throws IOException {
    KernelSocket receiver = fixture.udp();
    receiver.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    KernelSocket sender = fixture.udp();
    sender.connect(receiver.localAddress());
    fixture.change(receiver.fd(), EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    fixture.write(sender.fd(), 10);

    Event event = fixture.awaitOne();
    assertThat(event.udata()).isEqualTo(7);
    if (provider.tells()) {
      assertThat(event.data()).isGreaterThanOrEqualTo(10);
    }
  }

  @Test
  void refusedDatagramIsToldWithItsErrnoOrByTheNextReceive() throws IOException {
    KernelSocket gone = fixture.udp();
    gone.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    KernelSocket sender = fixture.udp();
    sender.connect(gone.localAddress());
    fixture.close(gone.fd());
    fixture.change(sender.fd(), EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    fixture.write(sender.fd(), 10);

    Event event = fixture.awaitOne();
    assertThat(event.udata()).isEqualTo(7);
    assertThat(fixture.is(event, EV_EOF)).isEqualTo(provider.endsWithEveryErrno());
    if (provider.endsWithEveryErrno()) {
      assertThat(event.fflags()).isEqualTo(fixture.number(Errno.ECONNREFUSED));
      assertThat(fixture.drain(sender.fd())).isEqualTo(-fixture.number(Errno.EAGAIN));
    } else {
      assertThat(fixture.drain(sender.fd())).isEqualTo(-fixture.number(Errno.ECONNREFUSED));
    }
  }

  @Test
  void sentinelIsSilentOnDataAndReportsTheEndOnce() throws IOException {
    int[] pair = fixture.tcpPair();
    addSentinel(pair[0]);
    fixture.write(pair[1], 5);
    expectNoEnd();
    fixture.shutdownWrite(pair[1]);

    Event event = fixture.awaitOne();
    assertThat(event.udata()).isEqualTo(7);
    assertThat(event.filter()).isEqualTo(fixture.get(EVFILT_READ));
    assertThat(fixture.is(event, EV_EOF)).isTrue();
    assertThat(fixture.await(20, 8)).isEmpty();
  }

  /** Bytes alone are no event where NOTE_LOWAT holds, and one without an end elsewhere. */
  private void expectNoEnd() {
    List<Event> events = fixture.await(20, 8);
    assertThat(events).hasSize(provider.ignoresLowat() ? 1 : 0);
    assertThat(events).noneMatch(event -> fixture.is(event, EV_EOF));
  }

  private void addSentinel(int fd) {
    fixture
        .change(
            fd,
            EVFILT_READ,
            fixture.flags(EV_ADD, EV_CLEAR),
            fixture.get(NOTE_LOWAT),
            0x7fffffff,
            7)
        .apply();
  }

  @Test
  void sentinelReportsAReset() throws IOException {
    int[] pair = fixture.tcpPair();
    addSentinel(pair[0]);
    fixture.reset(pair[1]);
    Event event = fixture.awaitOne();
    assertThat(event.udata()).isEqualTo(7);
    assertThat(fixture.is(event, EV_EOF)).isTrue();
    assertThat(fixture.await(20, 8)).isEmpty();
  }

  @Test
  void sentinelBecomesAOneShotByDeletionAndAddition() throws IOException {
    int[] pair = fixture.tcpPair();
    addSentinel(pair[0]);
    fixture.write(pair[1], 5);
    expectNoEnd();
    fixture.change(pair[0], EVFILT_READ, 7, EV_DELETE);
    fixture.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT);
    Event event = fixture.awaitOne();
    assertThat(fixture.is(event, EV_EOF)).isFalse();
    assertThat(fixture.poll()).isEmpty();

    addSentinel(pair[0]);
    expectNoEnd();
    fixture.close(pair[1]);
    assertThat(fixture.is(fixture.awaitOne(), EV_EOF)).isTrue();
  }

  @Test
  void sentinelAddedAfterTheEndReportsItAgain() throws IOException {
    int[] pair = fixture.tcpPair();
    fixture.shutdownWrite(pair[1]);
    for (int i = 0; i < 2; i++) {
      addSentinel(pair[0]);
      assertThat(fixture.is(fixture.awaitOne(), EV_EOF)).isTrue();
      assertThat(fixture.await(20, 8)).isEmpty();
    }
  }
}
