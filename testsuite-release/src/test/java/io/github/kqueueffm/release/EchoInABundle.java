package io.github.kqueueffm.release;

import io.github.kqueueffm.channel.KQueueFfm;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Sends a word to an echo server. OsgiTest calls it in a bundle that has no other class. */
public final class EchoInABundle implements Callable<String> {
  private static final long SECONDS = 30;

  @Override
  public String call() throws Exception {
    KQueueFfm.ensureAvailability();
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
    try {
      Channel server =
          new ServerBootstrap()
              .group(group)
              .channel(KQueueFfmServerSocketChannel.class)
              .childHandler(new Echo())
              .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .sync()
              .channel();
      CompletableFuture<String> answer = new CompletableFuture<>();
      Channel client =
          new Bootstrap()
              .group(group)
              .channel(KQueueFfmSocketChannel.class)
              .handler(new Answer(answer))
              .connect(server.localAddress())
              .sync()
              .channel();
      client.writeAndFlush(Unpooled.copiedBuffer("a", StandardCharsets.US_ASCII)).sync();
      return answer.get(SECONDS, TimeUnit.SECONDS) + " by " + KQueueFfm.version();
    } finally {
      group.shutdownGracefully(0, SECONDS, TimeUnit.SECONDS).sync();
    }
  }

  private static final class Echo extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      channel
          .pipeline()
          .addLast(
              new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                  context.writeAndFlush(message);
                }
              });
    }
  }

  private static final class Answer extends SimpleChannelInboundHandler<ByteBuf> {
    private final CompletableFuture<String> answer;

    Answer(CompletableFuture<String> answer) {
      this.answer = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
      answer.complete(message.toString(StandardCharsets.US_ASCII));
    }
  }
}
