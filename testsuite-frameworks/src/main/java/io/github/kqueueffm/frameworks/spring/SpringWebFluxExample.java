package io.github.kqueueffm.frameworks.spring;

import io.github.kqueueffm.reactor.KQueueFfmLoopResources;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.netty.http.HttpResources;

/** Spring Boot with WebFlux: a server that sends back what it is sent. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class SpringWebFluxExample {

  /**
   * Serves on a free port. From here on servers, WebClients and the look-up of names share this
   * transport's loops.
   */
  public static ReactiveWebServerApplicationContext run(Class<?>... moreConfiguration) {
    HttpResources.set(KQueueFfmLoopResources.create("web"));
    return (ReactiveWebServerApplicationContext)
        new SpringApplicationBuilder(SpringWebFluxExample.class)
            .sources(moreConfiguration)
            .run("--server.port=0", "--server.address=127.0.0.1");
  }

  @Bean
  RouterFunction<ServerResponse> echo() {
    return RouterFunctions.route()
        .POST(
            "/echo",
            request -> ServerResponse.ok().body(request.bodyToMono(String.class), String.class))
        .build();
  }
}
