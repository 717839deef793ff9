package io.github.kqueueffm.testsuite.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.AbstractServerSocketTest;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * The shared test of this name is switched off by Netty: it expects 100 connections to a server
 * that accepts none, which Linux holds back once the backlog of 1 is full.
 */
class KQueueFfmServerSocketSuspendTest extends AbstractServerSocketTest {
  private static final int TURNS = 20;

  @Override
  protected List<BootstrapFactory<ServerBootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.serverSocket();
  }

  @Test
  void serverAcceptsNothingUntilAutoReadIsOn(TestInfo testInfo) throws Throwable {
    run(testInfo, this::acceptsWhenReadsAreOn);
  }

  private void acceptsWhenReadsAreOn(ServerBootstrap bootstrap) throws Exception {
    BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
    Channel server =
        bootstrap
            .option(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accepted.add(channel);
                  }
                })
            .bind()
            .sync()
            .channel();
    try (Socket client = new Socket()) {
      client.connect(server.localAddress());
      // Whatever the loop would have to say of the connection, it has said after some turns.
      for (int turn = 0; turn < TURNS; turn++) {
        server.eventLoop().schedule(() -> {}, 2, TimeUnit.MILLISECONDS).sync();
      }
      assertThat(accepted).isEmpty();
      server.config().setAutoRead(true);
      Channel child = accepted.poll(10, TimeUnit.SECONDS);
      assertThat(child).isNotNull();
      child.close().sync();
    } finally {
      server.close().sync();
    }
  }
}
