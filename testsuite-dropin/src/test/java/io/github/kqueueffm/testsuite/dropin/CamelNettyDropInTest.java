package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** camel-netty, which listens and connects. */
class CamelNettyDropInTest {
  private static final String OPTIONS = "?nativeTransport=true&textline=true&sync=true";

  private final DefaultCamelContext context = new DefaultCamelContext();

  @BeforeEach
  void start() throws Exception {
    context.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("netty:tcp://127.0.0.1:0" + OPTIONS)
                .process(exchange ->
                    exchange
                        .getMessage()
                        .setBody("heard " + exchange.getMessage().getBody(String.class)));
          }
        });
    context.start();
  }

  @AfterEach
  void stop() {
    context.stop();
  }

  @Test
  void lineIsAnswered() throws Exception {
    int port = Witness.port("KQueueServerSocketChannel");
    try (ProducerTemplate producer = context.createProducerTemplate()) {
      assertThat(producer.requestBody("netty:tcp://127.0.0.1:" + port + OPTIONS, "hello"))
          .isEqualTo("heard hello");
    }
    Witness.assertCarried("KQueueSocketChannel", "hello".length() + "heard hello".length());
    Witness.assertCarried("KQueueServerSocketChannel", 0);
  }
}
