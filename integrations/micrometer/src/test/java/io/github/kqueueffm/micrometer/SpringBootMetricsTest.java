package io.github.kqueueffm.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.reactor.KQueueFfmLoopResources;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.netty.http.HttpResources;

/** An application of Spring Boot, of which no line mentions meters. */
class SpringBootMetricsTest {

  /** The application. */
  @SpringBootConfiguration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Application {
    @Bean
    RouterFunction<ServerResponse> hello() {
      return RouterFunctions.route().GET("/", request -> ServerResponse.ok().build()).build();
    }
  }

  @BeforeEach
  void useTheTransport() {
    HttpResources.set(KQueueFfmLoopResources.create("web"));
  }

  @AfterEach
  void dispose() {
    HttpResources.disposeLoopsAndConnections();
  }

  private static ReactiveWebServerApplicationContext run(Class<?>... sources) {
    return (ReactiveWebServerApplicationContext)
        new SpringApplicationBuilder(sources).run("--server.port=0", "--server.address=127.0.0.1");
  }

  private static void get(ReactiveWebServerApplicationContext context) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + context.getWebServer().getPort() + "/");
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
  }

  private static double accepted(MeterRegistry registry) {
    return registry.find("kqueue.ffm.connections.accepted").functionCounters().stream()
        .filter(counter -> counter.getId().getTag("name").startsWith("web-"))
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  @Test
  void registryHasTheLoopsOfTheServer() throws Exception {
    MeterRegistry registry;
    try (ReactiveWebServerApplicationContext context = run(Application.class)) {
      registry = context.getBean(MeterRegistry.class);
      assertThat(accepted(registry)).isZero();
      get(context);
      assertThat(accepted(registry)).isEqualTo(1);
      assertThat(registry.find("kqueue.ffm.loop.lag").timers()).isNotEmpty();
    }
    assertThat(registry.find("kqueue.ffm.loop.turns").meters()).isEmpty();
  }

  /** What an application does that wants other tags. */
  @Configuration(proxyBeanMethods = false)
  static class Tagged {
    @Bean
    KQueueFfmMetrics metrics() {
      return new KQueueFfmMetrics(Tags.of("place", "here"), Duration.ZERO);
    }
  }

  @Test
  void beanOfTheApplicationIsTakenInstead() throws Exception {
    try (ReactiveWebServerApplicationContext context = run(Application.class, Tagged.class)) {
      MeterRegistry registry = context.getBean(MeterRegistry.class);
      get(context);
      assertThat(registry.find("kqueue.ffm.loop.turns").meters())
          .isNotEmpty()
          .allMatch(meter -> "here".equals(meter.getId().getTag("place")));
    }
  }
}
