package io.github.kqueueffm.kqueue;

import static io.github.kqueueffm.abi.Constant.EVFILT_READ;
import static io.github.kqueueffm.abi.Constant.EVFILT_WRITE;
import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.abi.Constant.EV_DISPATCH;
import static io.github.kqueueffm.abi.Constant.EV_EOF;
import static io.github.kqueueffm.abi.Constant.EV_ERROR;
import static io.github.kqueueffm.abi.Constant.EV_ONESHOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.kqueue.KqueueFixture.Event;
import io.github.kqueueffm.syscall.KernelSocket;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriteFilterTest extends ProviderTest {

  @Test
  void idleSocketIsWritable() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_WRITE, 7, EV_ADD);
    for (int i = 0; i < 3; i++) {
      Event event = fixture.awaitOne();
      assertThat(event.udata()).isEqualTo(7);
      assertThat(event.filter()).isEqualTo(fixture.get(EVFILT_WRITE));
      assertThat(fixture.is(event, EV_EOF)).isFalse();
    }
    fixture.change(pair[0], EVFILT_WRITE, 7, EV_DELETE).apply();
    assertThat(fixture.await(20, 8)).isEmpty();
  }

  @Test
  void oneShotIsReportedOnceAndDoesNotEndLaterWaits() {
    int[] pair = fixture.pair();
    for (int i = 0; i < 3; i++) {
      fixture.change(pair[0], EVFILT_WRITE, 7, EV_ADD, EV_ONESHOT);
      assertThat(fixture.awaitOne().udata()).isEqualTo(7);
      assertThat(fixture.await(5, 8)).isEmpty();
    }
  }

  @Test
  void fullSocketIsWritableOnceThePeerHasRead() {
    int[] pair = fixture.pair();
    fixture.fill(pair[0]);
    fixture.change(pair[0], EVFILT_WRITE, 7, EV_ADD, EV_ONESHOT).apply();
    assertThat(fixture.poll()).isEmpty();
    fixture.drain(pair[1]);
    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
  }

  @Test
  void clearedIsReportedAgainOnceThereWasNoRoom() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_WRITE, 7, EV_ADD, EV_CLEAR);
    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
    assertThat(fixture.poll()).isEmpty();
    fixture.fill(pair[0]);
    assertThat(fixture.poll()).isEmpty();
    fixture.drain(pair[1]);
    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
  }

  @Test
  void clearedDoesNotDisturbALevelTriggeredRead() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_WRITE, 1, EV_ADD, EV_CLEAR);
    fixture.change(pair[0], EVFILT_READ, 2, EV_ADD);
    assertThat(fixture.awaitOne().udata()).isEqualTo(1);
    fixture.write(pair[1], 1);
    assertThat(fixture.awaitOne().udata()).isEqualTo(2);
    assertThat(fixture.awaitOne().udata()).isEqualTo(2);
    fixture.change(pair[0], EVFILT_READ, 2, EV_DELETE).apply();
    assertThat(fixture.poll()).isEmpty();
  }

  @Test
  void dispatchedIsDisabledByItsReport() {
    int[] pair = fixture.pair();
    fixture.change(pair[0], EVFILT_WRITE, 7, EV_ADD, EV_DISPATCH);
    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
    assertThat(fixture.await(5, 8)).isEmpty();
    fixture.enable(pair[0], EVFILT_WRITE, 7, EV_DISPATCH);
    assertThat(fixture.awaitOne().udata()).isEqualTo(7);
  }

  @Test
  void connectionMadeIsReported() throws IOException {
    KernelSocket listener = fixture.listener();
    KernelSocket client = fixture.tcp();
    SocketAddress address = listener.localAddress();
    boolean connected = client.connect(address);
    fixture.change(client.fd(), EVFILT_WRITE, 7, EV_ADD, EV_ONESHOT);
    Event event = fixture.awaitOne();
    assertThat(event.udata()).isEqualTo(7);
    assertThat(fixture.is(event, EV_EOF)).isFalse();
    assertThat(connected || client.finishConnect(address, 0)).isTrue();
  }

  @Test
  void connectionRefusedIsReportedWithItsErrno() throws IOException {
    KernelSocket listener = fixture.listener();
    SocketAddress address = listener.localAddress();
    fixture.close(listener.fd());
    KernelSocket client = fixture.tcp();
    client.connect(address);
    fixture.change(client.fd(), EVFILT_WRITE, 7, EV_ADD, EV_ONESHOT);

    Event event = fixture.awaitOne();
    assertThat(event.udata()).isEqualTo(7);
    assertThat(fixture.is(event, EV_EOF)).isTrue();
    if (provider.tells()) {
      assertThat(event.fflags()).isEqualTo(fixture.number(Errno.ECONNREFUSED));
    } else {
      assertThatThrownBy(() -> client.finishConnect(address, 0))
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void halfCloseOfThePeerDoesNotEndTheWriteSide() throws IOException {
    int[] pair = fixture.tcpPair();
    fixture.shutdownWrite(pair[1]);
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    assertThat(fixture.is(fixture.awaitOne(), EV_EOF)).isTrue();
    fixture.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_ONESHOT);
    Event event = fixture.awaitOne();
    assertThat(event.udata()).isEqualTo(2);
    assertThat(fixture.is(event, EV_EOF)).isFalse();
  }

  @Test
  void resetEndsTheWriteSide() throws IOException {
    int[] pair = fixture.tcpPair();
    fixture.reset(pair[1]);
    fixture.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    fixture.awaitOne();
    fixture.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_ONESHOT);
    Event event = fixture.awaitOne();
    assertThat(event.udata()).isEqualTo(2);
    assertThat(fixture.is(event, EV_EOF)).isTrue();
  }

  @Test
  void pipeWithoutAReaderIsReportedOrRefused() {
    int[] pipe = fixture.pipe();
    fixture.close(pipe[0]);
    List<Event> found = fixture.change(pipe[1], EVFILT_WRITE, 7, EV_ADD, EV_ONESHOT).await();
    assertThat(found).hasSize(1);
    assertThat(fixture.is(found.get(0), EV_EOF) || fixture.is(found.get(0), EV_ERROR)).isTrue();
  }
}
