package com.example.echo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;

/** Sends a line and prints what comes back. The arguments are the port and the line. */
public final class EchoClient {
  private EchoClient() {}

  public static void main(String[] args) throws InterruptedException {
    int port = args.length > 0 ? Integer.parseInt(args[0]) : 8007;
    byte[] line = (args.length > 1 ? args[1] : "hello").getBytes(UTF_8);
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
    try {
      Channel channel =
          new Bootstrap()
              .group(group)
              .channel(KQueueFfmSocketChannel.class)
              .handler(new Answer(line.length))
              .connect("127.0.0.1", port)
              .sync()
              .channel();
      channel.writeAndFlush(Unpooled.wrappedBuffer(line)).sync();
      channel.closeFuture().sync();
    } finally {
      group.shutdownGracefully();
    }
  }

  private static final class Answer extends SimpleChannelInboundHandler<ByteBuf> {
    private int missing;

    Answer(int length) {
      missing = length;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
      missing -= bytes.readableBytes();
      System.out.print(bytes.toString(UTF_8));
      if (missing <= 0) {
        System.out.println();
        context.close();
      }
    }
  }
}
