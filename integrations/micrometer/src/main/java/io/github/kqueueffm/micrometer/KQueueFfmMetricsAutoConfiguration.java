package io.github.kqueueffm.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * For Spring Boot, which binds the bean to its registries and closes it with its context. A bean of
 * the application replaces it, to have other tags for instance.
 */
@AutoConfiguration
@ConditionalOnClass(MeterRegistry.class)
public final class KQueueFfmMetricsAutoConfiguration {

  /** For Spring. */
  public KQueueFfmMetricsAutoConfiguration() {}

  /** The meters of the event loops. */
  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  public static KQueueFfmMetrics kqueueFfmMetrics() {
    return new KQueueFfmMetrics();
  }
}
