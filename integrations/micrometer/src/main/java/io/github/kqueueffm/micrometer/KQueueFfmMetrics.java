package io.github.kqueueffm.micrometer;

import io.github.kqueueffm.channel.KQueueFfm;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Meters of all event loops of the kqueue transport in the process: those that run, and those that
 * start later. Each meter has the tag {@code name}, the name of the loop's thread. The meters of a
 * loop that ends are removed.
 *
 * <p>With Spring Boot or Micronaut this jar on the class path is enough: their registries get the
 * meters. Elsewhere:
 *
 * <pre>{@code
 * new KQueueFfmMetrics().bindTo(registry);
 * }</pre>
 *
 * <p>The lag of a loop, from {@code execute} to the task's run, is measured by a task in each
 * interval, which wakes up a loop that waits. All other meters are read from {@link
 * io.github.kqueueffm.channel.KQueueFfmLoopCounters} when the registry asks, and cost the loop
 * nothing.
 *
 * <p>Where the transport is not available nothing is bound. May be used from any thread.
 */
public final class KQueueFfmMetrics implements MeterBinder, AutoCloseable {
  private static final Duration DEFAULT_LAG_INTERVAL = Duration.ofSeconds(1);

  private final Iterable<Tag> tags;
  private final Duration lagInterval;
  private final List<Runnable> closing = new ArrayList<>();

  /** Without further tags; measures the lag each second. */
  public KQueueFfmMetrics() {
    this(Tags.empty(), DEFAULT_LAG_INTERVAL);
  }

  /**
   * With further tags.
   *
   * @param tags added to each meter
   * @param lagInterval how often the lag of each loop is measured; zero for never
   */
  public KQueueFfmMetrics(Iterable<Tag> tags, Duration lagInterval) {
    if (lagInterval.isNegative()) {
      throw new IllegalArgumentException(
          "lagInterval " + lagInterval + ": expected a positive one, or zero for no measurement");
    }
    this.tags = tags;
    this.lagInterval = lagInterval;
  }

  /** Adds the meters to a registry, of which there may be several. */
  @Override
  public void bindTo(MeterRegistry registry) {
    if (KQueueFfm.isAvailable()) {
      LoopMeters meters = LoopMeters.bind(registry, tags, lagInterval);
      synchronized (closing) {
        closing.add(meters::close);
      }
    }
  }

  /** Removes the meters from all registries, and measures no more. */
  @Override
  public void close() {
    List<Runnable> all;
    synchronized (closing) {
      all = List.copyOf(closing);
      closing.clear();
    }
    all.forEach(Runnable::run);
  }
}
