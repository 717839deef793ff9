package io.github.kqueueffm.testsuite.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketShutdownOutputBySelfTest;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

class KQueueFfmSocketShutdownOutputBySelfTest extends SocketShutdownOutputBySelfTest {

  @Override
  protected List<BootstrapFactory<Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.clientSocket();
  }

  /** The shared test of this name is switched off: it slices two bytes out of a buffer of one. */
  @Test
  @Timeout(value = 30, unit = TimeUnit.SECONDS)
  @Override
  public void testWriteAfterShutdownOutputNoWritabilityChange(TestInfo testInfo) throws Throwable {
    run(testInfo, KQueueFfmSocketShutdownOutputBySelfTest::writeAfterShutdownOutput);
  }

  private static void writeAfterShutdownOutput(Bootstrap cb) throws Throwable {
    AtomicInteger writabilityChanges = new AtomicInteger();
    cb.option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1, 1));
    cb.handler(
        new ChannelInboundHandlerAdapter() {
          @Override
          public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            writabilityChanges.incrementAndGet();
          }
        });
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      SocketChannel channel =
          (SocketChannel) cb.connect(server.getLocalSocketAddress()).sync().channel();
      try (Socket peer = server.accept()) {
        channel.shutdownOutput().sync();
        assertThat(peer.getInputStream().read()).isEqualTo(-1);

        ByteBuf late = Unpooled.wrappedBuffer(new byte[64]);
        assertThatThrownBy(() -> channel.writeAndFlush(late).sync())
            .isInstanceOf(ClosedChannelException.class);

        assertThat(late.refCnt()).isZero();
        assertThat(channel.isActive()).isTrue();
      } finally {
        channel.close().sync();
      }
      assertThat(writabilityChanges).hasValue(0);
    }
  }
}
