package io.github.kqueueffm.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;

@NeedsDocker
class KilledContainerTest {
  private static final long ENDLESS = 256L << 20;

  @ParameterizedTest
  @EnumSource
  void killedContainerEndsTheConnectionAndFailsEveryWrite(Pair pair) throws Exception {
    try (Network network = Network.newNetwork();
        GenericContainer<?> server = Programs.echoServer(pair.server(), network);
        Client client = new Client(pair.client())) {
      server.start();
      EchoStream stream = EchoStream.of(ENDLESS);
      Channel channel =
          Client.connect(
              client.bootstrap().option(ChannelOption.AUTO_READ, false),
              Published.tcp(server, EchoServer.ECHO_PORT),
              stream);
      Eventually.standsStill("what is sent while nobody reads", stream::sent);
      assertThat(stream.outstandingWrites()).isPositive();
      assertThat(channel.isActive()).isTrue();

      DockerClientFactory.lazyClient().killContainerCmd(server.getContainerId()).exec();

      assertThat(channel.closeFuture().await(60, TimeUnit.SECONDS)).isTrue();
      stream.inactive().get(60, TimeUnit.SECONDS);
      assertThat(stream.outstandingWrites()).isZero();
      assertThat(stream.failedWrites())
          .isNotEmpty()
          .allMatch(cause -> cause instanceof IOException);
    }
  }
}
