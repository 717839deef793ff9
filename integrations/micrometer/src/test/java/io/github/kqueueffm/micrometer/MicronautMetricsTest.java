package io.github.kqueueffm.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micronaut.context.ApplicationContext;
import io.micronaut.http.netty.channel.EventLoopGroupRegistry;
import io.netty.channel.EventLoopGroup;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A context of Micronaut, of which no line mentions meters. */
class MicronautMetricsTest {
  private static final Map<String, Object> TRANSPORT =
      Map.of("micronaut.netty.event-loops.default.transport", "kqueue-ffm");

  private static String start(ApplicationContext context) throws Exception {
    EventLoopGroup group = context.getBean(EventLoopGroupRegistry.class).getDefaultEventLoopGroup();
    return group.submit(() -> Thread.currentThread().getName()).get();
  }

  @Test
  void registryHasTheLoopsOfMicronaut() throws Exception {
    MeterRegistry registry;
    try (ApplicationContext context = ApplicationContext.run(TRANSPORT)) {
      registry = context.getBean(MeterRegistry.class);
      String loop = start(context);
      assertThat(registry.get("kqueue.ffm.loop.turns").tag("name", loop).functionCounter())
          .isNotNull();
      assertThat(registry.get("kqueue.ffm.loop.lag").tag("name", loop).timer()).isNotNull();
    }
    assertThat(registry.find("kqueue.ffm.loop.turns").meters()).isEmpty();
  }

  @Test
  void propertyTurnsThemOff() throws Exception {
    try (ApplicationContext context =
        ApplicationContext.builder(TRANSPORT)
            .properties(Map.of("micronaut.metrics.binders.kqueue-ffm.enabled", false))
            .start()) {
      start(context);
      assertThat(context.getBean(MeterRegistry.class).find("kqueue.ffm.loop.turns").meters())
          .isEmpty();
    }
  }
}
