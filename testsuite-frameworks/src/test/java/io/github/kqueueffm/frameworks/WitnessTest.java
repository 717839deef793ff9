package io.github.kqueueffm.frameworks;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.testkit.EchoHandler;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A witness that would not see another transport would prove nothing. */
class WitnessTest {
  private static final String THREADS = "nio";

  @Test
  void bytesOfAnotherTransportAreNotTakenForOurs() throws Exception {
    try (Witness witness = Witness.open()) {
      exchangeByNio();
      assertThatThrownBy(() -> witness.assertCarried(NioSocketChannel.class, 1, THREADS))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("NioSocketChannel: 1 bytes received, 1 sent, on [nio-");
      assertThatThrownBy(() -> witness.assertListened(NioServerSocketChannel.class))
          .isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void nothingSeenIsNothingProved() {
    try (Witness witness = Witness.open()) {
      assertThatThrownBy(() -> witness.assertCarried(Channel.class, 0, THREADS))
          .isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void bufferThatIsLeftIsNoticed() {
    ByteBuf left = PooledByteBufAllocator.DEFAULT.directBuffer();
    try {
      assertThatThrownBy(Witness::assertNothingLeft).isInstanceOf(IllegalStateException.class);
    } finally {
      left.release();
    }
  }

  private static void exchangeByNio() throws Exception {
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory(THREADS), NioIoHandler.newFactory());
    try {
      Channel server =
          new ServerBootstrap()
              .group(group)
              .channel(NioServerSocketChannel.class)
              .childHandler(new EchoHandler())
              .bind(InetAddress.getLoopbackAddress(), 0)
              .sync()
              .channel();
      Inbox<ByteBuf, byte[]> inbox = new Inbox<>(ByteBuf.class, ByteBufUtil::getBytes);
      Bootstrap client =
          new Bootstrap().group(group).channel(NioSocketChannel.class).handler(inbox);
      Channel channel = client.connect(server.localAddress()).sync().channel();
      channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[1])).sync();
      inbox.next();
    } finally {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
  }
}
