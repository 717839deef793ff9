package io.github.kqueueffm.selector.book;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.selector.RealWakeups;
import io.github.kqueueffm.selector.ScriptedPollers;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.OpenDescriptors;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedSelectorException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The selector on this machine's provider. */
@Timeout(60)
@Tag("real")
class RealSelectTest {
  /** On a kernel's kqueue two ticks of 10 ms, and as much again. */
  private static final long MOST_LATE_NANOS =
      SystemPromise.PRECISE_WAITS.isKept()
          ? TimeUnit.MICROSECONDS.toNanos(400)
          : TimeUnit.MILLISECONDS.toNanos(40);

  private static ServerSocket listen() throws IOException {
    return new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
  }

  private static TcpStream connect(ServerSocket listener) throws IOException {
    return TcpStream.connect(
        new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()));
  }

  @Test
  void timeoutsAreNeitherEarlyNorMuchLate() throws IOException {
    try (Selector selector = Selector.open();
        Events events = new Events(8)) {
      for (long nanos : new long[] {50_000, 300_000, 1_500_000, 2_500_000, 10_500_000}) {
        long[] late = new long[21];
        for (int i = 0; i < late.length; i++) {
          long start = System.nanoTime();
          assertThat(selector.selectNanos(events, nanos)).isZero();
          late[i] = System.nanoTime() - start - nanos;
        }
        Arrays.sort(late);
        assertThat(late[0]).as("earliest of %d ns", nanos).isNotNegative();
        // One of the best, since this machine may have other work; in whole milliseconds, or in
        // ticks on a kernel's own kqueue, none of them would be good.
        assertThat(late[2]).as("lateness of %d ns", nanos).isLessThan(MOST_LATE_NANOS);
      }
    }
  }

  @Test
  void streamIsRegisteredWhileAnotherThreadSelects() throws Exception {
    try (Selector selector = Selector.open();
        Events events = new Events(8);
        ServerSocket listener = listen();
        TcpStream stream = connect(listener);
        Socket peer = listener.accept()) {
      peer.getOutputStream().write(1);
      Thread foreign =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  selector.registrator().register(stream, new Token(7), Interests.READABLE);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      int count = selector.select(events, 30_000);
      assertThat(count).isEqualTo(1);
      assertThat(events.token(0)).isEqualTo(7);
      assertThat(events.isReadable(0)).isTrue();
      foreign.join();
    }
  }

  @Test
  void manyThreadsRegisterAtOnce() throws Exception {
    int threads = 4;
    int each = 25;
    List<TcpStream> streams = new ArrayList<>();
    try (Selector selector = Selector.open();
        Events events = new Events(16);
        ServerSocket listener = listen()) {
      List<Thread> registering = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int first = t * each;
        for (int i = 0; i < each; i++) {
          streams.add(connect(listener));
          listener.accept().close();
        }
        registering.add(Thread.ofPlatform().unstarted(() -> register(selector, streams, first)));
      }
      registering.forEach(Thread::start);
      Set<Long> tokens = new HashSet<>();
      while (tokens.size() < threads * each) {
        assertThat(selector.select(events, 30_000)).isPositive();
        for (Event event : events) {
          assertThat(tokens.add(event.id())).as("token %d", event.id()).isTrue();
        }
      }
      for (Thread thread : registering) {
        thread.join();
      }
      assertThat(selector.select(events, 0)).isZero();
    } finally {
      for (TcpStream stream : streams) {
        stream.close();
      }
    }
  }

  private static void register(Selector selector, List<TcpStream> streams, int first) {
    try {
      for (int i = first; i < first + 25; i++) {
        selector.registrator().register(streams.get(i), new Token(i), Interests.READABLE);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void twoSelectorsServeTheSameStream() throws IOException {
    try (Selector one = Selector.open();
        Selector other = Selector.open();
        Events events = new Events(8);
        ServerSocket listener = listen();
        TcpStream stream = connect(listener);
        Socket peer = listener.accept()) {
      peer.getOutputStream().write(1);
      one.registrator().register(stream, new Token(1), Interests.READABLE);
      other.registrator().register(stream, new Token(2), Interests.WRITABLE);
      assertThat(one.select(events, 30_000)).isEqualTo(1);
      assertThat(events.token(0)).isEqualTo(1);
      assertThat(other.select(events, 30_000)).isEqualTo(1);
      assertThat(events.token(0)).isEqualTo(2);
      assertThat(events.isWritable(0)).isTrue();
      other.wakeup();
      assertThat(other.select(events)).isZero();
      assertThat(one.select(events, 0)).isZero();
    }
  }

  @Test
  void closeIsSafeWhileOtherThreadsUseTheSelector_netty10615() throws Exception {
    try (ServerSocket listener = listen();
        TcpStream stream = connect(listener);
        Socket peer = listener.accept()) {
      peer.getOutputStream().write(1);
      List<String> kinds = RealWakeups.thatWork();
      for (int round = 0; round < 60; round++) {
        String kind = kinds.get(round % kinds.size());
        Selector selector = new Selector(ScriptedPollers.forced(Kernels.system(), kind));
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        List<Thread> threads =
            List.of(
                start(failures, () -> selectUntilClosed(selector)),
                start(failures, () -> wakeUntilClosed(selector)),
                start(failures, () -> registerUntilClosed(selector, stream)),
                start(failures, () -> registerUntilClosed(selector, stream)));
        TimeUnit.MICROSECONDS.sleep(500L * (round % 5));
        selector.close();
        for (Thread thread : threads) {
          thread.join(10_000);
          assertThat(thread.isAlive()).isFalse();
        }
        assertThat(failures).isEmpty();
      }
    }
  }

  private static Thread start(List<Throwable> failures, Callable<Void> action) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            action.call();
          } catch (ClosedSelectorException | InterruptedIOException e) {
            // What a closed selector says.
          } catch (Exception | AssertionError e) {
            failures.add(e);
          }
        });
  }

  private static Void selectUntilClosed(Selector selector) throws IOException {
    try (Events events = new Events(8)) {
      while (true) {
        selector.select(events);
      }
    }
  }

  private static Void wakeUntilClosed(Selector selector) {
    while (!selector.registrator().isClosed()) {
      selector.wakeup();
    }
    return null;
  }

  private static Void registerUntilClosed(Selector selector, TcpStream stream) throws IOException {
    while (true) {
      selector.registrator().register(stream, new Token(1), Interests.READABLE);
    }
  }

  @Test
  void closeLeavesNothingOpen() throws IOException {
    for (String kind : RealWakeups.thatWork()) {
      int descriptors = OpenDescriptors.count();
      long memory = NativeMemory.live();
      try (Selector selector = new Selector(ScriptedPollers.forced(Kernels.system(), kind));
          Events events = new Events(8)) {
        selector.wakeup();
        selector.select(events);
        assertThat(selector.describe()).contains("wakeup " + kind);
      }
      assertThat(NativeMemory.live()).isEqualTo(memory);
      assertThat(OpenDescriptors.count()).isLessThanOrEqualTo(descriptors);
    }
  }
}
