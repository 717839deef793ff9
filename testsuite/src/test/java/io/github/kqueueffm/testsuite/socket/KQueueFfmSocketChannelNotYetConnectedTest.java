package io.github.kqueueffm.testsuite.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.github.kqueueffm.testsuite.harness.SimulatedRun;
import io.github.kqueueffm.testsuite.harness.TestGroups;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketChannelNotYetConnectedTest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

class KQueueFfmSocketChannelNotYetConnectedTest extends SocketChannelNotYetConnectedTest {

  @Override
  protected List<BootstrapFactory<Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.clientSocket();
  }

  /** The shared test has a server of NIO, which no simulated system reaches. */
  @Test
  @Timeout(30)
  @Override
  @SuppressWarnings("JUnitMethodInvoked") // It is the same test, of the real system.
  public void readMustBePendingUntilChannelIsActive(TestInfo testInfo) throws Throwable {
    if (SimulatedRun.isOn()) {
      run(testInfo, KQueueFfmSocketChannelNotYetConnectedTest::readsOnceActive);
    } else {
      super.readMustBePendingUntilChannelIsActive(testInfo);
    }
  }

  private static void readsOnceActive(Bootstrap bootstrap) throws Exception {
    EventLoopGroup group = TestGroups.kqueue("not-yet-connected", 1);
    Channel server =
        new ServerBootstrap()
            .group(group)
            .channel(KQueueFfmServerSocketChannel.class)
            .childHandler(
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void channelActive(ChannelHandlerContext context) {
                    context.writeAndFlush(Unpooled.copyInt(42));
                  }
                })
            .bind(0)
            .sync()
            .channel();
    CompletableFuture<Integer> read = new CompletableFuture<>();
    bootstrap.handler(
        new ByteToMessageDecoder() {
          @Override
          public void handlerAdded(ChannelHandlerContext context) {
            assertThat(context.channel().isActive()).isFalse();
            context.read();
          }

          @Override
          protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
            if (in.readableBytes() >= Integer.BYTES) {
              read.complete(in.readInt());
            }
          }
        });
    Channel client = bootstrap.connect(server.localAddress()).sync().channel();
    assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo(42);
    client.close().sync();
    server.close().sync();
  }
}
