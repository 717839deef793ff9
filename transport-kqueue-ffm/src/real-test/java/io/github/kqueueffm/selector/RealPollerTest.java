package io.github.kqueueffm.selector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.selector.book.TcpStream;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The poller on this machine's provider. */
@Timeout(60)
@Tag("real")
class RealPollerTest {
  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
  }

  private static TcpStream connect(ServerSocket listener) throws IOException {
    return TcpStream.connect(
        new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()));
  }

  @Test
  void loopServesRegistrationsByInterest() throws IOException {
    try (Poller poller = Poller.open(Kernels.system());
        Events events = new Events(8);
        ServerSocket listener = listen();
        TcpStream stream = connect(listener);
        Socket peer = listener.accept()) {
      Registration registration = poller.add(stream.fd(), "stream");
      registration.read(Interest.PEER_CLOSE);
      assertThat(poller.select(events, 0, () -> true)).isZero();
      peer.getOutputStream().write(1);
      assertThat(poller.select(events, 20_000_000, () -> true)).isZero();

      registration.read(Interest.ONE_SHOT);
      assertThat(poller.select(events, 30_000_000_000L, () -> true)).isEqualTo(1);
      assertThat(events.registration(0)).isSameAs(registration);
      assertThat(poller.select(events, 0, () -> true)).isZero();

      registration.read(Interest.PEER_CLOSE);
      assertThat(poller.select(events, 0, () -> true)).isZero();
      peer.shutdownOutput();
      assertThat(poller.select(events, 30_000_000_000L, () -> true)).isEqualTo(1);
      assertThat(events.isEof(0)).isTrue();
      // Once.
      assertThat(poller.select(events, 20_000_000, () -> true)).isZero();
      registration.read(Interest.ONE_SHOT);
      assertThat(poller.select(events, 30_000_000_000L, () -> true)).isEqualTo(1);
      registration.forget();
      assertThat(events.registration(0)).isNull();
    }
  }

  @Test
  void cancelledDescriptorCanBeAddedAgain() throws IOException {
    try (Poller poller = Poller.open(Kernels.system());
        Events events = new Events(8);
        ServerSocket listener = listen();
        TcpStream stream = connect(listener);
        Socket peer = listener.accept()) {
      Registration first = poller.add(stream.fd(), 1);
      first.read(Interest.PEER_CLOSE);
      poller.select(events, 0, () -> true);
      first.cancel();
      Registration second = poller.add(stream.fd(), 2);
      second.read(Interest.ONE_SHOT);
      peer.getOutputStream().write(1);
      assertThat(poller.select(events, 30_000_000_000L, () -> true)).isEqualTo(1);
      assertThat(events.registration(0)).isSameAs(second);
    }
  }

  @Test
  void descriptorClosedTooEarlyIsAnErrorEvent() throws IOException {
    Kernel kernel = Kernels.system();
    int family = kernel.platform().get(Constant.AF_UNIX);
    int type = kernel.platform().get(Constant.SOCK_STREAM);
    KernelSocket socket = KernelSocket.open(kernel, family, type);
    try (Poller poller = Poller.open(kernel);
        Events events = new Events(8)) {
      Registration registration = poller.add(socket.fd(), null);
      registration.read(Interest.PEER_CLOSE);
      poller.select(events, 0, null);
      socket.close();
      registration.read(Interest.ONE_SHOT);
      assertThat(poller.select(events, 0, null)).isEqualTo(1);
      assertThat(events.isError(0)).isTrue();
    }
  }
}
