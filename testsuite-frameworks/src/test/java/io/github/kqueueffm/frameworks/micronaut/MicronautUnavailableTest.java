package io.github.kqueueffm.frameworks.micronaut;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.channel.KQueueFfm;
import io.micronaut.context.ApplicationContext;
import io.micronaut.http.netty.channel.EventLoopGroupRegistry;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unavailable")
class MicronautUnavailableTest {

  @Test
  void nextTransportOfTheListIsTaken() {
    try (ApplicationContext context = context("kqueue-ffm,nio")) {
      assertThat(KQueueFfm.isAvailable()).isFalse();
      IoEventLoopGroup group = (IoEventLoopGroup) group(context);
      assertThat(group.isIoType(NioIoHandler.class)).isTrue();
    }
  }

  @Test
  void transportThatIsAMustIsMissedByName() {
    try (ApplicationContext context = context("kqueue-ffm")) {
      assertThatThrownBy(() -> group(context))
          .hasStackTraceContaining("No matching transport was found")
          .hasStackTraceContaining("kqueue-ffm");
    }
  }

  private static ApplicationContext context(String transports) {
    return ApplicationContext.run(
        Map.of("micronaut.netty.event-loops.default.transport", transports));
  }

  private static Object group(ApplicationContext context) {
    return context.getBean(EventLoopGroupRegistry.class).getDefaultEventLoopGroup();
  }
}
