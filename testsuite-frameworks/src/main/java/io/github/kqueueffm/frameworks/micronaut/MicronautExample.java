package io.github.kqueueffm.frameworks.micronaut;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.env.PropertySource;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.runtime.server.EmbeddedServer;
import java.util.Map;

/** Micronaut: a server that sends back what it is sent. */
@Controller
public class MicronautExample {

  /** What usually stands in application.properties. */
  private static final Map<String, Object> CONFIGURATION =
      Map.of(
          "micronaut.netty.event-loops.default.transport", "kqueue-ffm",
          "micronaut.server.netty.parent.transport", "kqueue-ffm");

  /** Serves on a free port, or where the properties say; clients are beans of its context. */
  public static EmbeddedServer run(Map<String, Object> moreProperties) {
    return ApplicationContext.builder()
        .propertySources(
            PropertySource.of("application", CONFIGURATION),
            PropertySource.of("more", moreProperties))
        .start()
        .getBean(EmbeddedServer.class)
        .start();
  }

  @Post(value = "/echo", consumes = MediaType.TEXT_PLAIN, produces = MediaType.TEXT_PLAIN)
  String echo(@Body String body) {
    return body;
  }
}
