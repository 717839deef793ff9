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
import io.github.kqueueffm.kqueue.Room.Event;
import io.github.kqueueffm.syscall.KernelSocket;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriteFilterTest extends ProviderTest {

  @Test
  void idleSocketIsWritable() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_WRITE, 7, EV_ADD);
    for (int i = 0; i < 3; i++) {
      Event event = room.awaitOne();
      assertThat(event.udata()).isEqualTo(7);
      assertThat(event.filter()).isEqualTo(room.get(EVFILT_WRITE));
      assertThat(room.is(event, EV_EOF)).isFalse();
    }
    room.change(pair[0], EVFILT_WRITE, 7, EV_DELETE).apply();
    assertThat(room.await(20, 8)).isEmpty();
  }

  @Test
  void oneShotIsReportedOnceAndDoesNotEndLaterWaits() {
    int[] pair = room.pair();
    for (int i = 0; i < 3; i++) {
      room.change(pair[0], EVFILT_WRITE, 7, EV_ADD, EV_ONESHOT);
      assertThat(room.awaitOne().udata()).isEqualTo(7);
      assertThat(room.await(5, 8)).isEmpty();
    }
  }

  @Test
  void fullSocketIsWritableOnceThePeerHasRead() {
    int[] pair = room.pair();
    room.fill(pair[0]);
    room.change(pair[0], EVFILT_WRITE, 7, EV_ADD, EV_ONESHOT).apply();
    assertThat(room.poll()).isEmpty();
    room.drain(pair[1]);
    assertThat(room.awaitOne().udata()).isEqualTo(7);
  }

  @Test
  void clearedIsReportedAgainOnceThereWasNoRoom() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_WRITE, 7, EV_ADD, EV_CLEAR);
    assertThat(room.awaitOne().udata()).isEqualTo(7);
    assertThat(room.poll()).isEmpty();
    room.fill(pair[0]);
    assertThat(room.poll()).isEmpty();
    room.drain(pair[1]);
    assertThat(room.awaitOne().udata()).isEqualTo(7);
  }

  @Test
  void clearedDoesNotDisturbALevelTriggeredRead() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_WRITE, 1, EV_ADD, EV_CLEAR);
    room.change(pair[0], EVFILT_READ, 2, EV_ADD);
    assertThat(room.awaitOne().udata()).isEqualTo(1);
    room.write(pair[1], 1);
    assertThat(room.awaitOne().udata()).isEqualTo(2);
    assertThat(room.awaitOne().udata()).isEqualTo(2);
    room.change(pair[0], EVFILT_READ, 2, EV_DELETE).apply();
    assertThat(room.poll()).isEmpty();
  }

  @Test
  void dispatchedIsDisabledByItsReport() {
    int[] pair = room.pair();
    room.change(pair[0], EVFILT_WRITE, 7, EV_ADD, EV_DISPATCH);
    assertThat(room.awaitOne().udata()).isEqualTo(7);
    assertThat(room.await(5, 8)).isEmpty();
    room.enable(pair[0], EVFILT_WRITE, 7, EV_DISPATCH);
    assertThat(room.awaitOne().udata()).isEqualTo(7);
  }

  @Test
  void connectionMadeIsReported() throws IOException {
    KernelSocket listener = room.listener();
    KernelSocket client = room.tcp();
    SocketAddress address = listener.localAddress();
    boolean connected = client.connect(address);
    room.change(client.fd(), EVFILT_WRITE, 7, EV_ADD, EV_ONESHOT);
    Event event = room.awaitOne();
    assertThat(event.udata()).isEqualTo(7);
    assertThat(room.is(event, EV_EOF)).isFalse();
    assertThat(connected || client.finishConnect(address, 0)).isTrue();
  }

  @Test
  void connectionRefusedIsReportedWithItsErrno() throws IOException {
    KernelSocket listener = room.listener();
    SocketAddress address = listener.localAddress();
    room.close(listener.fd());
    KernelSocket client = room.tcp();
    client.connect(address);
    room.change(client.fd(), EVFILT_WRITE, 7, EV_ADD, EV_ONESHOT);

    Event event = room.awaitOne();
    assertThat(event.udata()).isEqualTo(7);
    assertThat(room.is(event, EV_EOF)).isTrue();
    if (provider.tells()) {
      assertThat(event.fflags()).isEqualTo(room.number(Errno.ECONNREFUSED));
    } else {
      assertThatThrownBy(() -> client.finishConnect(address, 0))
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void halfCloseOfThePeerDoesNotEndTheWriteSide() throws IOException {
    int[] pair = room.tcpPair();
    room.shutdownWrite(pair[1]);
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    assertThat(room.is(room.awaitOne(), EV_EOF)).isTrue();
    room.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_ONESHOT);
    Event event = room.awaitOne();
    assertThat(event.udata()).isEqualTo(2);
    assertThat(room.is(event, EV_EOF)).isFalse();
  }

  @Test
  void resetEndsTheWriteSide() throws IOException {
    int[] pair = room.tcpPair();
    room.reset(pair[1]);
    room.change(pair[0], EVFILT_READ, 1, EV_ADD, EV_ONESHOT);
    room.awaitOne();
    room.change(pair[0], EVFILT_WRITE, 2, EV_ADD, EV_ONESHOT);
    Event event = room.awaitOne();
    assertThat(event.udata()).isEqualTo(2);
    assertThat(room.is(event, EV_EOF)).isTrue();
  }

  @Test
  void pipeWithoutAReaderIsReportedOrRefused() {
    int[] pipe = room.pipe();
    room.close(pipe[0]);
    List<Event> found = room.change(pipe[1], EVFILT_WRITE, 7, EV_ADD, EV_ONESHOT).await();
    assertThat(found).hasSize(1);
    assertThat(room.is(found.get(0), EV_EOF) || room.is(found.get(0), EV_ERROR)).isTrue();
  }
}
