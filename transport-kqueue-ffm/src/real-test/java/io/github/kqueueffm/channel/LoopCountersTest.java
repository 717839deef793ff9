package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.EchoHandler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultEventExecutorGroup;
import java.io.DataInputStream;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The counters of real loops, as a user of Netty's own group gets them. */
@Timeout(60)
@Tag("real")
class LoopCountersTest {
  private static final int MESSAGE_BYTES = 100;

  private static EventLoopGroup group(int loops) {
    return new MultiThreadIoEventLoopGroup(loops, KQueueFfmIoHandler.newFactory());
  }

  private static void shutDown(EventLoopGroup group) {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void echoesOfNettysOwnGroupAreCountedExactly() throws Exception {
    EventLoopGroup group = group(1);
    try {
      KQueueFfmLoopCounters counters = KQueueFfmLoopCounters.of(group).getFirst();
      Channel server =
          new ServerBootstrap()
              .group(group)
              .channel(KQueueFfmServerSocketChannel.class)
              .childHandler(new EchoHandler())
              .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .sync()
              .channel();
      InetSocketAddress address = (InetSocketAddress) server.localAddress();
      try (Socket client = new Socket(address.getAddress(), address.getPort())) {
        client.setTcpNoDelay(true);
        for (int i = 0; i < 50; i++) {
          client.getOutputStream().write(new byte[MESSAGE_BYTES]);
          new DataInputStream(client.getInputStream()).readFully(new byte[MESSAGE_BYTES]);
        }
        // The counts of the last echo are written before the loop runs this.
        group.submit(() -> {}).get();
        assertThat(counters.bytesIn()).isEqualTo(50 * MESSAGE_BYTES);
        assertThat(counters.bytesOut()).isEqualTo(50 * MESSAGE_BYTES);
        assertThat(counters.messagesIn()).isEqualTo(50);
        assertThat(counters.messagesOut()).isEqualTo(50);
        assertThat(counters.connectionsAccepted()).isEqualTo(1);
        assertThat(counters.connectionsOpen()).isEqualTo(1);
        assertThat(counters.shortWrites()).isZero();
        assertThat(counters.turns()).isBetween(51L, counters.keventCalls());
        assertThat(counters.events()).isGreaterThanOrEqualTo(51);
        assertThat(counters.changes()).isGreaterThanOrEqualTo(51);
        // To bind, and to run the task.
        assertThat(counters.wakeupsSent() + counters.wakeupsSaved()).isBetween(1L, 4L);
      }
      server.close().sync();
    } finally {
      shutDown(group);
    }
  }

  @Test
  void eachLoopOfGroupHasItsOwnInTheGroupsOrder() throws Exception {
    EventLoopGroup group = group(3);
    try {
      List<KQueueFfmLoopCounters> counters = KQueueFfmLoopCounters.of(group);
      assertThat(counters).hasSize(3).doesNotHaveDuplicates();
      List<Object> loops = new ArrayList<>();
      group.forEach(loops::add);
      assertThat(counters)
          .map(KQueueFfmLoopCounters::executor)
          .map(Object.class::cast)
          .isEqualTo(loops);
      assertThat(KQueueFfmLoopCounters.all()).containsSubsequence(counters);
      assertThat(counters).allSatisfy(loop -> assertThat(loop.name()).isEmpty());
      assertThat(counters).allSatisfy(loop -> assertThat(loop.activeNanos()).isZero());

      String thread = group.next().submit(() -> Thread.currentThread().getName()).get();
      assertThat(counters).map(KQueueFfmLoopCounters::name).containsOnlyOnce(thread);
    } finally {
      shutDown(group);
    }
    assertThat(KQueueFfmLoopCounters.of(group)).isEmpty();
  }

  @Test
  void loopsOfOtherTransportsHaveNone() {
    DefaultEventExecutorGroup group = new DefaultEventExecutorGroup(1);
    try {
      assertThat(KQueueFfmLoopCounters.of(group)).isEmpty();
    } finally {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  @Test
  void waitThatGoesOnAndHandlerThatBlocksAreSeen() throws Exception {
    EventLoopGroup group = group(1);
    try {
      KQueueFfmLoopCounters counters = KQueueFfmLoopCounters.of(group).getFirst();
      CountDownLatch blocked = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      group.execute(() -> {
        blocked.countDown();
        awaitUninterruptibly(release);
      });
      blocked.await();
      long active = counters.activeNanos();
      long waiting = counters.waitingNanos();
      awaitMore(counters::activeNanos, active);
      assertThat(counters.waitingNanos()).isEqualTo(waiting);
      release.countDown();
      // It ends by itself never.
      awaitMore(counters::waitingNanos, waiting);
    } finally {
      shutDown(group);
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private interface Nanos {
    long get();
  }

  private static void awaitMore(Nanos nanos, long before) throws InterruptedException {
    while (nanos.get() < before + 5_000_000) {
      Thread.sleep(1);
    }
  }

  /** Records what it is notified of. */
  private static final class Recorder implements KQueueFfmLoopCounters.Watcher {
    private final List<KQueueFfmLoopCounters> started =
        Collections.synchronizedList(new ArrayList<>());
    private final List<KQueueFfmLoopCounters> ended =
        Collections.synchronizedList(new ArrayList<>());

    @Override
    public void started(KQueueFfmLoopCounters loop) {
      started.add(loop);
    }

    @Override
    public void ended(KQueueFfmLoopCounters loop) {
      ended.add(loop);
    }
  }

  @Test
  void watcherIsNotifiedOfRunningLoopsAndOfThoseThatStartAndEnd() throws Exception {
    EventLoopGroup running = group(2);
    EventLoopGroup later = group(1);
    Recorder recorder = new Recorder();
    try {
      KQueueFfmLoopCounters first = KQueueFfmLoopCounters.of(running.next()).getFirst();
      ((EventLoopGroup) first.executor()).submit(() -> {}).get();
      KQueueFfmLoopCounters second = KQueueFfmLoopCounters.of(later).getFirst();
      KQueueFfmLoopCounters.watch(recorder);
      assertThat(recorder.started).contains(first).doesNotContain(second);

      later.submit(() -> {}).get();
      assertThat(recorder.started).containsOnlyOnce(first, second);
      shutDown(later);
      assertThat(recorder.ended).containsExactly(second);

      KQueueFfmLoopCounters.unwatch(recorder);
      shutDown(running);
      assertThat(recorder.ended).containsExactly(second);
    } finally {
      shutDown(running);
      shutDown(later);
    }
  }

  @Test
  void failureOfWatcherIsTheLoopsNeither() throws Exception {
    KQueueFfmLoopCounters.Watcher broken =
        new KQueueFfmLoopCounters.Watcher() {
          @Override
          public void started(KQueueFfmLoopCounters loop) {
            throw new IllegalStateException("started");
          }

          @Override
          public void ended(KQueueFfmLoopCounters loop) {
            throw new AssertionError("ended");
          }
        };
    KQueueFfmLoopCounters.watch(broken);
    EventLoopGroup group = group(1);
    try {
      assertThat(group.submit(() -> Unpooled.EMPTY_BUFFER).get()).isNotNull();
    } finally {
      shutDown(group);
      KQueueFfmLoopCounters.unwatch(broken);
    }
    assertThat(group.isTerminated()).isTrue();
  }

  @Test
  void watcherAndGroupThatNobodyHoldsAreCollected() throws Exception {
    EventLoopGroup group = group(1);
    KQueueFfmLoopCounters counters = KQueueFfmLoopCounters.of(group).getFirst();
    WeakReference<Object> watcher = watching();
    WeakReference<Object> loops = new WeakReference<>(group);
    shutDown(group);
    group = null;
    while (watcher.get() != null || loops.get() != null) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(counters.executor()).isNull();
  }

  private static WeakReference<Object> watching() {
    Recorder recorder = new Recorder();
    KQueueFfmLoopCounters.watch(recorder);
    return new WeakReference<>(recorder);
  }
}
