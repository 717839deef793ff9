package io.github.kqueueffm.micrometer;

import io.github.kqueueffm.channel.KQueueFfmLoopCounters;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one registry. The registry keeps this object, by the function of its gauge of
 * loops; the transport and the timer of the lag hold it weakly. So it is collected with its
 * registry, closed or not.
 */
final class LoopMeters implements KQueueFfmLoopCounters.Watcher {
  private static final String PREFIX = "kqueue.ffm.";
  private static final double NANOS_PER_SECOND = 1e9;

  private final MeterRegistry registry;
  private final Tags tags;
  private final Map<KQueueFfmLoopCounters, Loop> loops = new HashMap<>();
  private final Set<String> names = new HashSet<>();
  private Meter size;
  private @Nullable Future<?> measuring;
  private boolean closed;

  private LoopMeters(MeterRegistry registry, Iterable<Tag> tags) {
    this.registry = registry;
    this.tags = Tags.of(tags);
  }

  static LoopMeters bind(MeterRegistry registry, Iterable<Tag> tags, Duration lagInterval) {
    LoopMeters meters = new LoopMeters(registry, tags);
    meters.begin(lagInterval);
    KQueueFfmLoopCounters.watch(meters);
    return meters;
  }

  private synchronized void begin(Duration lagInterval) {
    size =
        Gauge.builder(PREFIX + "loops", this::size)
            .tags(tags)
            .baseUnit("loops")
            .description("Event loops that run")
            .register(registry);
    if (!lagInterval.isZero()) {
      measuring = Measurement.start(this, lagInterval.toNanos());
    }
  }

  private synchronized int size() {
    return loops.size();
  }

  @Override
  public synchronized void started(KQueueFfmLoopCounters loop) {
    if (!closed) {
      loops.put(loop, new Loop(loop, unusedName(loop.name())));
    }
  }

  /** Two threads can have one name, and no meter may have the tags of another one. */
  private String unusedName(String thread) {
    String name = thread.isEmpty() ? "unnamed" : thread;
    String unused = name;
    for (int i = 2; !names.add(unused); i++) {
      unused = name + '#' + i;
    }
    return unused;
  }

  @Override
  public synchronized void ended(KQueueFfmLoopCounters loop) {
    Loop ended = loops.remove(loop);
    if (ended != null) {
      ended.remove();
    }
  }

  private void measure() {
    List<Loop> measured;
    synchronized (this) {
      measured = List.copyOf(loops.values());
    }
    measured.forEach(Loop::measure);
  }

  /** Removes the meters, and measures no more. */
  void close() {
    KQueueFfmLoopCounters.unwatch(this);
    synchronized (this) {
      closed = true;
      if (measuring != null) {
        measuring.cancel(false);
      }
      registry.remove(size);
      loops.values().forEach(Loop::remove);
      loops.clear();
    }
  }

  /** Lets the loops of a registry be measured for as long as that is in use. */
  private static final class Measurement implements Runnable {
    private final WeakReference<LoopMeters> meters;
    private volatile @Nullable Future<?> future;

    private Measurement(LoopMeters meters) {
      this.meters = new WeakReference<>(meters);
    }

    static Future<?> start(LoopMeters meters, long nanos) {
      Measurement measurement = new Measurement(meters);
      measurement.future =
          GlobalEventExecutor.INSTANCE.scheduleAtFixedRate(
              measurement, nanos, nanos, TimeUnit.NANOSECONDS);
      return measurement.future;
    }

    @Override
    public void run() {
      LoopMeters current = meters.get();
      if (current != null) {
        current.measure();
      } else if (future != null) {
        future.cancel(false);
      }
    }
  }

  /** The meters of one loop. */
  private final class Loop {
    private final KQueueFfmLoopCounters counters;
    private final String name;
    private final Tags tags;
    private final List<Meter> meters = new ArrayList<>();
    private final LagProbe lag;

    Loop(KQueueFfmLoopCounters counters, String name) {
      this.counters = counters;
      this.name = name;
      this.tags = LoopMeters.this.tags.and("name", name);
      turns();
      connections();
      traffic();
      lag = lag();
    }

    private void turns() {
      count("loop.turns", "turns", "Turns of the event loop", KQueueFfmLoopCounters::turns);
      count("loop.events", "events", "Events that kevent reported", KQueueFfmLoopCounters::events);
      count("loop.changes", "changes", "Changes sent with kevent", KQueueFfmLoopCounters::changes);
      count("loop.kevents", "calls", "Calls of kevent", KQueueFfmLoopCounters::keventCalls);
      String wakeups = "Wakeups by other threads, which cost a system call (sent) or none (saved)";
      count("loop.wakeups", "wakeups", wakeups, KQueueFfmLoopCounters::wakeupsSent, "type", "sent");
      count(
          "loop.wakeups", "wakeups", wakeups, KQueueFfmLoopCounters::wakeupsSaved, "type", "saved");
      String time = "Time in which the event loop waited for events, and in which it did not";
      count(
          "loop.time",
          "seconds",
          time,
          loop -> loop.waitingNanos() / NANOS_PER_SECOND,
          "state",
          "waiting");
      count(
          "loop.time",
          "seconds",
          time,
          loop -> loop.activeNanos() / NANOS_PER_SECOND,
          "state",
          "active");
    }

    private void connections() {
      gauge(
          "connections.open",
          "connections",
          "Streams that are connected now",
          KQueueFfmLoopCounters::connectionsOpen);
      count(
          "connections.accepted",
          "connections",
          "Connections that were accepted",
          KQueueFfmLoopCounters::connectionsAccepted);
      count(
          "connections.connected",
          "connections",
          "Connects that were completed",
          KQueueFfmLoopCounters::connectionsConnected);
      String failed = "Connects that were refused or timed out, and accepts that failed";
      count(
          "connections.failed",
          "connections",
          failed,
          KQueueFfmLoopCounters::connectsFailed,
          "operation",
          "connect");
      count(
          "connections.failed",
          "connections",
          failed,
          KQueueFfmLoopCounters::acceptsFailed,
          "operation",
          "accept");
    }

    private void traffic() {
      String bytes = "Bytes received (in) and sent (out)";
      count("traffic", "bytes", bytes, KQueueFfmLoopCounters::bytesIn, "direction", "in");
      count("traffic", "bytes", bytes, KQueueFfmLoopCounters::bytesOut, "direction", "out");
      String messages = "Messages received (in) and sent (out)";
      count("messages", "messages", messages, KQueueFfmLoopCounters::messagesIn, "direction", "in");
      count(
          "messages", "messages", messages, KQueueFfmLoopCounters::messagesOut, "direction", "out");
      count(
          "eagains",
          "calls",
          "Receives, sends and accepts that the system answered with EAGAIN",
          KQueueFfmLoopCounters::eagains);
      count(
          "writes.short",
          "calls",
          "Sends that took a part of the bytes",
          KQueueFfmLoopCounters::shortWrites);
    }

    private LagProbe lag() {
      gauge("loop.tasks.pending", "tasks", "Tasks that wait for the event loop", Loop::pending);
      Timer timer =
          Timer.builder(PREFIX + "loop.lag")
              .tags(tags)
              .description("Time from execute to the task's run")
              .register(registry);
      meters.add(timer);
      LagProbe probe = new LagProbe(counters, timer);
      meters.add(
          TimeGauge.builder(
                  PREFIX + "loop.lag.pending", probe, TimeUnit.NANOSECONDS, LagProbe::pendingNanos)
              .tags(tags)
              .description("Time that a task which measures the lag has waited so far; 0 if none")
              .strongReference(true)
              .register(registry));
      return probe;
    }

    private static double pending(KQueueFfmLoopCounters counters) {
      return counters.executor() instanceof SingleThreadEventExecutor loop
          ? loop.pendingTasks()
          : Double.NaN;
    }

    private void count(
        String meter,
        String unit,
        String description,
        ToDoubleFunction<KQueueFfmLoopCounters> count,
        String... moreTags) {
      meters.add(
          FunctionCounter.builder(PREFIX + meter, counters, count)
              .tags(tags.and(moreTags))
              .baseUnit(unit)
              .description(description)
              .register(registry));
    }

    private void gauge(
        String meter,
        String unit,
        String description,
        ToDoubleFunction<KQueueFfmLoopCounters> value) {
      meters.add(
          Gauge.builder(PREFIX + meter, counters, value)
              .tags(tags)
              .baseUnit(unit)
              .description(description)
              .register(registry));
    }

    void measure() {
      lag.start();
    }

    void remove() {
      names.remove(name);
      meters.forEach(registry::remove);
    }
  }
}
