package io.github.kqueueffm.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;

/**
 * For Micronaut, which binds the bean to its registries and closes it with its context. A bean of
 * the application that replaces this factory can have other tags.
 */
@Factory
@Requires(classes = MeterRegistry.class)
@Requires(property = "micronaut.metrics.binders.kqueue-ffm.enabled", notEquals = "false")
public final class KQueueFfmMetricsFactory {

  /** For Micronaut. */
  public KQueueFfmMetricsFactory() {}

  /** The meters of the event loops. */
  @Singleton
  @Bean(preDestroy = "close")
  public KQueueFfmMetrics kqueueFfmMetrics() {
    return new KQueueFfmMetrics();
  }
}
