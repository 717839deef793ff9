package io.github.kqueueffm.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmLoopCounters;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.testkit.ChildJvm;
import io.github.kqueueffm.testkit.EchoHandler;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.DataInputStream;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The meters of a registry that no framework manages. */
@Timeout(60)
class KQueueFfmMetricsTest {
  private static final Duration NEVER = Duration.ZERO;

  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());

  @AfterEach
  void shutDown() {
    shutDown(group);
  }

  private static void shutDown(EventLoopGroup group) {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static String start(EventLoopGroup group) throws Exception {
    return group.submit(() -> Thread.currentThread().getName()).get();
  }

  private double count(String meter, String loop, String... tags) {
    FunctionCounter counter =
        registry.get("kqueue.ffm." + meter).tags(tags).tag("name", loop).functionCounter();
    return counter.count();
  }

  private double gauge(String meter, String loop) {
    return registry.get("kqueue.ffm." + meter).tag("name", loop).gauge().value();
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      Thread.sleep(1);
    }
  }

  @Test
  void metersHaveWhatTheLoopHasCounted() throws Exception {
    try (KQueueFfmMetrics metrics = new KQueueFfmMetrics(Tags.of("place", "here"), NEVER)) {
      metrics.bindTo(registry);
      String loop = start(group);
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
        for (int i = 0; i < 5; i++) {
          client.getOutputStream().write(new byte[100]);
          new DataInputStream(client.getInputStream()).readFully(new byte[100]);
        }
        // The last echo is counted before the loop runs this.
        start(group);
        assertThat(count("traffic", loop, "direction", "in", "place", "here")).isEqualTo(500);
        assertThat(count("traffic", loop, "direction", "out")).isEqualTo(500);
        assertThat(count("messages", loop, "direction", "in")).isEqualTo(5);
        assertThat(count("messages", loop, "direction", "out")).isEqualTo(5);
        assertThat(count("connections.accepted", loop)).isEqualTo(1);
        assertThat(count("connections.connected", loop)).isZero();
        assertThat(count("connections.failed", loop, "operation", "accept")).isZero();
        assertThat(count("connections.failed", loop, "operation", "connect")).isZero();
        assertThat(count("writes.short", loop)).isZero();
        assertThat(gauge("connections.open", loop)).isEqualTo(1);
        assertThat(registry.get("kqueue.ffm.loops").gauge().value()).isPositive();

        assertThat(count("loop.turns", loop)).isGreaterThanOrEqualTo(6);
        assertThat(count("loop.kevents", loop)).isGreaterThanOrEqualTo(6);
        assertThat(count("loop.events", loop)).isGreaterThanOrEqualTo(6);
        assertThat(count("loop.changes", loop)).isGreaterThanOrEqualTo(6);
        assertThat(count("eagains", loop)).isPositive();
        assertThat(
                count("loop.wakeups", loop, "type", "sent")
                    + count("loop.wakeups", loop, "type", "saved"))
            .isPositive();
        KQueueFfmLoopCounters counters = KQueueFfmLoopCounters.of(group).get(0);
        assertThat(count("loop.time", loop, "state", "active"))
            .isBetween(0.0, counters.activeNanos() / 1e9);
        assertThat(count("loop.time", loop, "state", "waiting"))
            .isBetween(0.0, counters.waitingNanos() / 1e9);
      }
      server.close().sync();
    }
  }

  @Test
  void loopsHaveMetersFromTheirStartToTheirEnd() throws Exception {
    String first = start(group);
    EventLoopGroup later = new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
    try (KQueueFfmMetrics metrics = new KQueueFfmMetrics(Tags.empty(), NEVER)) {
      metrics.bindTo(registry);
      int one = registry.find("kqueue.ffm.loop.turns").meters().size();
      assertThat(count("loop.turns", first)).isPositive();

      String second = start(later);
      assertThat(count("loop.turns", second)).isGreaterThanOrEqualTo(0);
      assertThat(registry.find("kqueue.ffm.loop.turns").meters()).hasSize(one + 1);

      shutDown(later);
      assertThat(registry.getMeters())
          .noneMatch(meter -> second.equals(meter.getId().getTag("name")))
          .anyMatch(meter -> first.equals(meter.getId().getTag("name")));
    } finally {
      shutDown(later);
    }
    assertThat(registry.getMeters()).isEmpty();
    start(group);
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void everyRegistryHasItsMetersUntilTheyAreClosed() throws Exception {
    MeterRegistry other = new SimpleMeterRegistry();
    String loop = start(group);
    try (KQueueFfmMetrics metrics = new KQueueFfmMetrics(Tags.empty(), NEVER)) {
      metrics.bindTo(registry);
      metrics.bindTo(other);
      assertThat(other.get("kqueue.ffm.loop.turns").tag("name", loop).meter()).isNotNull();
      assertThat(registry.get("kqueue.ffm.loop.turns").tag("name", loop).meter()).isNotNull();
    }
    assertThat(other.getMeters()).isEmpty();
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void pendingTasksAreThoseThatWait() throws Exception {
    try (KQueueFfmMetrics metrics = new KQueueFfmMetrics(Tags.empty(), NEVER)) {
      metrics.bindTo(registry);
      String loop = start(group);
      CountDownLatch release = block();
      for (int i = 0; i < 3; i++) {
        group.execute(() -> {});
      }
      assertThat(gauge("loop.tasks.pending", loop)).isEqualTo(3);
      release.countDown();
      await(() -> gauge("loop.tasks.pending", loop) == 0);
    }
  }

  /** Blocks the loop until the latch is released. */
  private CountDownLatch block() throws InterruptedException {
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    group.execute(() -> {
      blocked.countDown();
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
    blocked.await();
    return release;
  }

  @Test
  void lagIsTheTimeThatTaskWaits() throws Exception {
    try (KQueueFfmMetrics metrics = new KQueueFfmMetrics(Tags.empty(), Duration.ofMillis(1))) {
      metrics.bindTo(registry);
      String loop = start(group);
      Timer lag = registry.get("kqueue.ffm.loop.lag").tag("name", loop).timer();
      TimeGauge pending = registry.get("kqueue.ffm.loop.lag.pending").tag("name", loop).timeGauge();
      await(() -> lag.count() > 3);

      CountDownLatch release = block();
      await(() -> pending.value(TimeUnit.MILLISECONDS) > 50);
      long before = lag.count();
      release.countDown();
      await(() -> lag.count() > before);
      assertThat(lag.max(TimeUnit.MILLISECONDS)).isGreaterThan(50);
      assertThat(lag.totalTime(TimeUnit.MILLISECONDS)).isGreaterThan(50);
    }
  }

  @Test
  void loopsOfOneNameHaveTheirOwnMeters() throws Exception {
    EventLoopGroup same =
        new MultiThreadIoEventLoopGroup(
            2, (ThreadFactory) task -> new Thread(task, "same"), KQueueFfmIoHandler.newFactory());
    try (KQueueFfmMetrics metrics = new KQueueFfmMetrics(Tags.empty(), NEVER)) {
      metrics.bindTo(registry);
      start(same);
      start(same);
      List<KQueueFfmLoopCounters> counters = KQueueFfmLoopCounters.of(same);
      assertThat(List.of(count("loop.turns", "same"), count("loop.turns", "same#2")))
          .containsExactlyInAnyOrder(
              (double) counters.get(0).turns(), (double) counters.get(1).turns());
    } finally {
      shutDown(same);
    }
  }

  @Test
  void registryThatIsNotClosedIsCollected() throws Exception {
    start(group);
    WeakReference<MeterRegistry> dropped = bindAndDrop();
    await(() -> {
      System.gc();
      return dropped.get() == null;
    });
  }

  private static WeakReference<MeterRegistry> bindAndDrop() {
    MeterRegistry dropped = new SimpleMeterRegistry();
    new KQueueFfmMetrics().bindTo(dropped);
    return new WeakReference<>(dropped);
  }

  @Test
  void metersLiveWithTheirRegistry() throws Exception {
    bindWithoutHold();
    System.gc();
    String loop = start(group);
    assertThat(count("loop.turns", loop)).isGreaterThanOrEqualTo(0);
  }

  private void bindWithoutHold() {
    new KQueueFfmMetrics(Tags.empty(), NEVER).bindTo(registry);
  }

  @Test
  void eachMeterHasDescriptionAndUnit() throws Exception {
    try (KQueueFfmMetrics metrics = new KQueueFfmMetrics()) {
      metrics.bindTo(registry);
      start(group);
      assertThat(registry.getMeters())
          .hasSizeGreaterThan(20)
          .allSatisfy(meter -> {
            Meter.Id id = meter.getId();
            assertThat(id.getDescription()).as("%s", id).isNotBlank();
            assertThat(id.getBaseUnit()).as("%s", id).isNotBlank();
            assertThat(id.getName()).matches("kqueue\\.ffm(\\.[a-z]+)+");
          });
      assertThat(registry.getMeters()).anyMatch(Gauge.class::isInstance);
    }
  }

  @Test
  void negativeIntervalIsRefused() {
    assertThatThrownBy(() -> new KQueueFfmMetrics(Tags.empty(), Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lagInterval");
  }

  @Test
  void withoutTheTransportNothingIsBound() throws Exception {
    ChildJvm.Result result =
        ChildJvm.run(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dio.netty.transport.noNative=true",
                "-cp",
                System.getProperty("java.class.path"),
                Unavailable.class.getName()),
            60);
    assertThat(result.output()).contains("meters: 0");
    assertThat(result.status()).isZero();
  }

  /** A program where the transport is not available. */
  static final class Unavailable {
    private Unavailable() {}

    public static void main(String[] args) {
      MeterRegistry registry = new SimpleMeterRegistry();
      try (KQueueFfmMetrics metrics = new KQueueFfmMetrics()) {
        metrics.bindTo(registry);
        System.out.println("meters: " + registry.getMeters().size());
      }
    }
  }
}
