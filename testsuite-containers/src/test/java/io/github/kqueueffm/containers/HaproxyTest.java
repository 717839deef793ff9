package io.github.kqueueffm.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;

/** HAProxy in front of a server on this transport, which learns from it who its client is. */
@NeedsDocker
class HaproxyTest {
  private static final String BEHIND = "echo";

  private static Network network;
  private static GenericContainer<?> server;
  private static GenericContainer<?> haproxy;
  private static Client client;

  @BeforeAll
  static void start() {
    network = Network.newNetwork();
    server = Programs.echoServer(Transport.kqueueFfm(), network).withNetworkAliases(BEHIND);
    server.start();
    haproxy = Servers.haproxy(network).withNetworkAliases("proxy");
    haproxy.start();
    client = new Client(Transport.kqueueFfm());
  }

  @AfterAll
  static void stop() {
    client.close();
    haproxy.stop();
    server.stop();
    network.close();
  }

  /** The client is a shell in the server's container, since there its address is known. */
  @ParameterizedTest
  @CsvSource({"V1, 8001", "V2, 8002"})
  void serverIsToldTheAddressOfTheClientAndSeesThatOfTheProxy(String version, int port)
      throws Exception {
    ExecResult answer =
        server.execInContainer(
            "bash",
            "-c",
            "exec 3<>/dev/tcp/proxy/%d; read -r line <&3; echo $line".formatted(port));
    String client = address(server);
    String proxy = address(haproxy);
    assertThat(answer.getStdout().split("\\s+"))
        .containsExactly(version, "TCP4", client, proxy, Integer.toString(port), proxy);
  }

  @ParameterizedTest
  @CsvSource({"V1, 8001", "V2, 8002"})
  void bytesGoThroughTheProxyAfterItsHeader(String version, int port) throws Exception {
    FirstLine first = new FirstLine();
    Channel channel = client.connect(Published.tcp(haproxy, port), first);
    assertThat(first.line().get(60, TimeUnit.SECONDS)).startsWith(version + " TCP4 ");
    for (int bytes : List.of(1, 1_000_000)) {
      EchoStream.exchange(channel, bytes).get(60, TimeUnit.SECONDS);
    }
    channel.close().sync();
  }

  private static String address(GenericContainer<?> container) {
    return container
        .getContainerInfo()
        .getNetworkSettings()
        .getNetworks()
        .values()
        .iterator()
        .next()
        .getIpAddress();
  }
}
