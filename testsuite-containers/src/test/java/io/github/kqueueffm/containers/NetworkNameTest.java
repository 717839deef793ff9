package io.github.kqueueffm.containers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;

@NeedsDocker
class NetworkNameTest {
  private static final String NAME = "echo";

  private static Network network;
  private static GenericContainer<?> server;

  @BeforeAll
  static void start() {
    network = Network.newNetwork();
    server = Programs.echoServer(Transport.kqueueFfm(), network).withNetworkAliases(NAME);
    server.start();
  }

  @AfterAll
  static void stop() {
    server.stop();
    network.close();
  }

  /** Netty's own resolver asks the network's name server over this transport's datagrams. */
  @ParameterizedTest
  @ValueSource(strings = {"jdk", "netty"})
  void clientInSecondContainerFindsTheServerByItsName(String resolver) {
    try (GenericContainer<?> client =
        Programs.echoClient(Transport.kqueueFfm(), network, NAME, resolver)) {
      client.start();
      assertThat(client.getLogs())
          .contains(EchoClient.DONE + NAME)
          .contains(" " + Transport.kqueueFfm().socket().getSimpleName() + " ");
    }
  }
}
