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
import io.github.kqueueffm.kqueue.Room.Event;
import io.github.kqueueffm.syscall.KernelSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadFilterTest extends ProviderTest {

  @Test
  void levelTriggeredIsReportedForAsLongAsThereIsData() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 7, EV_ADD).apply();

    assertThat(room.poll()).isEmpty();
    room.write(pair[1], 5);
    for (int i = 0; i < 3; i++) {
      Event event = room.awaitOne();
      assertThat(event.ident()).isEqualTo(pair[0]);
      assertThat(event.filter()).isEqualTo(room.get(EVFILT_READ));
      assertThat(event.udata()).isEqualTo(7);
      assertThat(room.is(event, EV_EOF)).isFalse();
      assertThat(event.data()).isEqualTo(provider.tells() ? 5 : 0);
    }
    room.drain(pair[0]);
    assertThat(room.poll()).isEmpty();
  }

  @Test
  void oneShotIsReportedOnceAndGone() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    room.write(pair[1], 1);

    assertThat(room.awaitOne().udata()).isEqualTo(7);
    assertThat(room.poll()).isEmpty();
    assertThat(room.change(pair[0], EVFILT_READ, 7, EV_DELETE).send())
        .isEqualTo(-room.number(Errno.ENOENT));
    assertThat(room.change(pair[0], EVFILT_READ, 7, EV_ENABLE).send())
        .isEqualTo(-room.number(Errno.ENOENT));
  }

  @Test
  void oneShotAddedAgainWithDataPendingIsReportedAtOnce() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    room.write(pair[1], 1);
    room.awaitOne();
    for (int i = 0; i < 3; i++) {
      room.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT);
      assertThat(room.awaitOne().udata()).isEqualTo(7);
    }
  }

  @Test
  void oneShotAddedAgainLongAfterItsReportStillWorks() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    room.write(pair[1], 1);
    room.awaitOne();
    assertThat(room.poll()).isEmpty();
    assertThat(room.poll()).isEmpty();

    room.change(pair[0], EVFILT_READ, 8, EV_ADD, EV_ONESHOT);
    assertThat(room.awaitOne().udata()).isEqualTo(8);
  }

  @Test
  void addedAgainWhileWaitingGivesOneEventWithTheLatestUdata() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    room.change(pair[0], EVFILT_READ, 2, EV_ADD, EV_ONESHOT).apply();
    room.write(pair[1], 1);

    assertThat(room.awaitOne().udata()).isEqualTo(2);
    assertThat(room.poll()).isEmpty();
  }

  @Test
  void clearedIsReportedOncePerArrival() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_CLEAR).apply();
    room.write(pair[1], 3);
    assertThat(room.awaitOne().udata()).isEqualTo(7);
    assertThat(room.poll()).isEmpty();

    room.write(pair[1], 3);
    assertThat(room.awaitOne().udata()).isEqualTo(7);
    assertThat(room.poll()).isEmpty();
  }

  @Test
  void clearedWithDataPendingIsReportedWhenAdded() {
    int[] pair = room.pair();
    room.write(pair[1], 3);
    room.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_CLEAR);
    assertThat(room.awaitOne().udata()).isEqualTo(7);
    assertThat(room.poll()).isEmpty();
  }

  @Test
  void dispatchedIsDisabledByItsReport() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_DISPATCH).apply();
    room.write(pair[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(7);
    assertThat(room.poll()).isEmpty();

    room.enable(pair[0], EVFILT_READ, 7, EV_DISPATCH);
    assertThat(room.awaitOne().udata()).isEqualTo(7);
    room.change(pair[0], EVFILT_READ, 7, EV_DELETE).apply();
  }

  @Test
  void disabledIsSilentUntilEnabled() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_DISABLE).apply();
    room.write(pair[1], 1);
    assertThat(room.poll()).isEmpty();

    room.enable(pair[0], EVFILT_READ, 7);
    assertThat(room.awaitOne().udata()).isEqualTo(7);
    room.change(pair[0], EVFILT_READ, 7, EV_DISABLE).apply();
    assertThat(room.poll()).isEmpty();
  }

  @Test
  void deletedIsSilent() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 7, EV_ADD).apply();
    room.write(pair[1], 1);
    room.awaitOne();
    room.change(pair[0], EVFILT_READ, 7, EV_DELETE).apply();
    assertThat(room.poll()).isEmpty();
    assertThat(room.change(pair[0], EVFILT_READ, 7, EV_DELETE).send())
        .isEqualTo(-room.number(Errno.ENOENT));
  }

  @Test
  void bothFiltersOfADescriptorAreIndependent() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    room.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_ONESHOT);
    assertThat(room.awaitOne().udata()).isEqualTo(2);
    room.write(pair[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(1);
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    room.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_ONESHOT);
    assertThat(room.await()).extracting(Event::udata).containsExactlyInAnyOrder(1L, 2L);
  }

  @Test
  void endOfStreamIsReportedWithWhatIsUnread() throws IOException {
    int[] pair = room.tcpPair();
    room.change(pair[0], EVFILT_READ, 7, EV_ADD).apply();
    room.write(pair[1], 5);
    room.shutdownWrite(pair[1]);

    Event event = awaitEof(pair[0]);
    assertThat(event.data()).isEqualTo(provider.tells() ? 5 : 0);
    assertThat(event.fflags()).isZero();
    assertThat(room.drain(pair[0])).isZero();
    assertThat(room.is(room.awaitOne(), EV_EOF)).isTrue();
  }

  private Event awaitEof(int fd) {
    Event event = room.awaitOne();
    while (!room.is(event, EV_EOF)) {
      assertThat(event.ident()).isEqualTo(fd);
      event = room.awaitOne();
    }
    return event;
  }

  @Test
  void endOfStreamIsReportedToAnUnixSocketAndAPipe() {
    int[] pair = room.pair();
    int[] pipe = room.pipe();
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    room.change(pipe[0], EVFILT_READ, 2, EV_ADD, EV_ONESHOT).apply();
    room.close(pair[1]);
    Event event = room.awaitOne();
    assertThat(event.udata()).isEqualTo(1);
    assertThat(room.is(event, EV_EOF)).isTrue();
    room.close(pipe[1]);
    event = room.awaitOne();
    assertThat(event.udata()).isEqualTo(2);
    assertThat(room.is(event, EV_EOF)).isTrue();
  }

  @Test
  void resetIsReportedWithItsErrno() throws IOException {
    int[] pair = room.tcpPair();
    room.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    room.reset(pair[1]);

    Event event = room.awaitOne();
    assertThat(room.is(event, EV_EOF)).isTrue();
    if (provider.tells()) {
      assertThat(event.fflags()).isEqualTo(room.number(Errno.ECONNRESET));
    } else {
      assertThat(room.drain(pair[0])).isEqualTo(-room.number(Errno.ECONNRESET));
    }
  }

  @Test
  void resetOfADescriptorThatWaitsForNothingIsReportedWhenItDoes() throws IOException {
    int[] pair = room.tcpPair();
    room.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    room.write(pair[1], 1);
    room.awaitOne();
    room.reset(pair[1]);
    assertThat(room.await(20, 8)).isEmpty();

    room.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT);
    assertThat(room.is(room.awaitOne(), EV_EOF)).isTrue();
  }

  @Test
  void pendingConnectionMakesAListenerReadable() throws IOException {
    KernelSocket listener = room.listener();
    room.change(listener.fd(), EVFILT_READ, 7, EV_ADD).apply();
    assertThat(room.poll()).isEmpty();
    room.tcp().connect(listener.localAddress());

    Event event = room.awaitOne();
    assertThat(event.udata()).isEqualTo(7);
    assertThat(room.is(event, EV_EOF)).isFalse();
    assertThat(event.data()).isEqualTo(provider.tells() ? 1 : 0);
  }

  @Test
  void datagramMakesItsSocketReadable() throws IOException {
    KernelSocket receiver = room.udp();
    receiver.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    KernelSocket sender = room.udp();
    sender.connect(receiver.localAddress());
    room.change(receiver.fd(), EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    room.write(sender.fd(), 10);

    Event event = room.awaitOne();
    assertThat(event.udata()).isEqualTo(7);
    if (provider.tells()) {
      assertThat(event.data()).isGreaterThanOrEqualTo(10);
    }
  }

  @Test
  void refusedDatagramIsToldWithItsErrnoOrByTheNextReceive() throws IOException {
    KernelSocket gone = room.udp();
    gone.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    KernelSocket sender = room.udp();
    sender.connect(gone.localAddress());
    room.close(gone.fd());
    room.change(sender.fd(), EVFILT_READ, 7, EV_ADD, EV_ONESHOT).apply();
    room.write(sender.fd(), 10);

    Event event = room.awaitOne();
    assertThat(event.udata()).isEqualTo(7);
    assertThat(room.is(event, EV_EOF)).isEqualTo(provider.endsWithEveryErrno());
    if (provider.endsWithEveryErrno()) {
      assertThat(event.fflags()).isEqualTo(room.number(Errno.ECONNREFUSED));
      assertThat(room.drain(sender.fd())).isEqualTo(-room.number(Errno.EAGAIN));
    } else {
      assertThat(room.drain(sender.fd())).isEqualTo(-room.number(Errno.ECONNREFUSED));
    }
  }

  @Test
  void sentinelIsSilentOnDataAndReportsTheEndOnce() throws IOException {
    int[] pair = room.tcpPair();
    addSentinel(pair[0]);
    room.write(pair[1], 5);
    expectNoEnd();
    room.shutdownWrite(pair[1]);

    Event event = room.awaitOne();
    assertThat(event.udata()).isEqualTo(7);
    assertThat(event.filter()).isEqualTo(room.get(EVFILT_READ));
    assertThat(room.is(event, EV_EOF)).isTrue();
    assertThat(room.await(20, 8)).isEmpty();
  }

  /** Bytes alone are no event where NOTE_LOWAT holds, and one without an end elsewhere. */
  private void expectNoEnd() {
    List<Event> events = room.await(20, 8);
    assertThat(events).hasSize(provider.ignoresLowat() ? 1 : 0);
    assertThat(events).noneMatch(event -> room.is(event, EV_EOF));
  }

  private void addSentinel(int fd) {
    room.change(fd, EVFILT_READ, room.flags(EV_ADD, EV_CLEAR), room.get(NOTE_LOWAT), 0x7fffffff, 7)
        .apply();
  }

  @Test
  void sentinelReportsAReset() throws IOException {
    int[] pair = room.tcpPair();
    addSentinel(pair[0]);
    room.reset(pair[1]);
    Event event = room.awaitOne();
    assertThat(event.udata()).isEqualTo(7);
    assertThat(room.is(event, EV_EOF)).isTrue();
    assertThat(room.await(20, 8)).isEmpty();
  }

  @Test
  void sentinelBecomesAOneShotByDeletionAndAddition() throws IOException {
    int[] pair = room.tcpPair();
    addSentinel(pair[0]);
    room.write(pair[1], 5);
    expectNoEnd();
    room.change(pair[0], EVFILT_READ, 7, EV_DELETE);
    room.change(pair[0], EVFILT_READ, 7, EV_ADD, EV_ONESHOT);
    Event event = room.awaitOne();
    assertThat(room.is(event, EV_EOF)).isFalse();
    assertThat(room.poll()).isEmpty();

    addSentinel(pair[0]);
    expectNoEnd();
    room.close(pair[1]);
    assertThat(room.is(room.awaitOne(), EV_EOF)).isTrue();
  }

  @Test
  void sentinelAddedAfterTheEndReportsItAgain() throws IOException {
    int[] pair = room.tcpPair();
    room.shutdownWrite(pair[1]);
    for (int i = 0; i < 2; i++) {
      addSentinel(pair[0]);
      assertThat(room.is(room.awaitOne(), EV_EOF)).isTrue();
      assertThat(room.await(20, 8)).isEmpty();
    }
  }
}
