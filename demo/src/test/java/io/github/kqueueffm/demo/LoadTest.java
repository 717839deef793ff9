package io.github.kqueueffm.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.testkit.EchoHandler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The demo's client notices what a server does wrong. */
@Timeout(60)
class LoadTest {
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  @AfterEach
  void stop() {
    DemoServer.stop(group);
  }

  @Test
  void rightAnswersAreCountedToTheLast() throws Exception {
    Load load = Load.start(group, Workload.RAW_ECHO, serve(new EchoHandler()));
    assertThat(load.run(200).getTotalCount()).isPositive();
    load.stop();
  }

  @Test
  void wrongByteEndsTheRun() throws Exception {
    Load load = Load.start(group, Workload.RAW_ECHO, serve(new Falsifier()));
    assertThatThrownBy(() -> load.run(30_000))
        .isInstanceOf(WrongAnswerException.class)
        .hasMessageContaining("byte 99 of 100 is");
  }

  @Test
  void connectionClosedInTheMiddleOfAnAnswerEndsTheRun() throws Exception {
    Load load = Load.start(group, Workload.RAW_ECHO, serve(new Quitter()));
    assertThatThrownBy(() -> load.run(30_000))
        .isInstanceOf(WrongAnswerException.class)
        .hasMessage("the connection was closed after 50 of 100 bytes of an answer");
  }

  private InetSocketAddress serve(ChannelHandler handler) throws Exception {
    Channel server =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childHandler(handler)
            .bind(InetAddress.getLoopbackAddress(), 0)
            .sync()
            .channel();
    return (InetSocketAddress) server.localAddress();
  }

  @ChannelHandler.Sharable
  private static final class Falsifier extends EchoHandler {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf bytes = (ByteBuf) message;
      int last = bytes.writerIndex() - 1;
      bytes.setByte(last, ~bytes.getByte(last));
      super.channelRead(context, bytes);
    }
  }

  @ChannelHandler.Sharable
  private static final class Quitter extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.writeAndFlush(((ByteBuf) message).writerIndex(50)).addListener(f -> context.close());
    }
  }
}
