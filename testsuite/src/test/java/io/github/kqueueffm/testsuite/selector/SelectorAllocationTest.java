package io.github.kqueueffm.testsuite.selector;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.kqueueffm.selector.Events;
import io.github.kqueueffm.selector.Interest;
import io.github.kqueueffm.selector.Poller;
import io.github.kqueueffm.selector.Registration;
import io.github.kqueueffm.selector.book.TcpStream;
import io.github.kqueueffm.syscall.Kernels;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A turn of the loop, with an event and its interest said again, makes no garbage. */
@Timeout(60)
class SelectorAllocationTest {
  private static final int TURNS = 10_000;

  /**
   * With errno capture the JDK allocates a slice of 40 bytes per call in some of its compilations;
   * there is one call per turn.
   */
  private static final long JDKS_OWN = 48;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private long handled;

  @Test
  void turnAllocatesNothing() throws IOException {
    BooleanSupplier maySleep = () -> true;
    try (Poller poller = Poller.open(Kernels.system());
        Events events = new Events(64);
        ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        TcpStream stream =
            TcpStream.connect(
                new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()));
        Socket peer = listener.accept()) {
      peer.getOutputStream().write(1);
      Registration registration = poller.add(stream.fd(), this);
      turns(poller, events, registration, maySleep);
      turns(poller, events, registration, maySleep);
      long before = threads.getCurrentThreadAllocatedBytes();
      turns(poller, events, registration, maySleep);
      long perTurn = (threads.getCurrentThreadAllocatedBytes() - before) / TURNS;
      assertThat(handled).isEqualTo(3L * TURNS);
      assertThat(perTurn).isLessThanOrEqualTo(JDKS_OWN);
    }
  }

  private void turns(
      Poller poller, Events events, Registration registration, BooleanSupplier maySleep)
      throws IOException {
    for (int turn = 0; turn < TURNS; turn++) {
      registration.read(Interest.ONE_SHOT);
      int count = poller.select(events, -1, maySleep);
      for (int i = 0; i < count; i++) {
        if (events.isReadable(i) && events.registration(i) == registration) {
          handled++;
        }
      }
    }
  }
}
