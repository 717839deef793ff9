package io.github.kqueueffm.testsuite.soak;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The server's process: echoes, and now and then pauses its reads. Its folder has the files {@code
 * port}, {@code sample} (what it holds, anew each second), and {@code stop}, which ends it.
 */
final class SoakServer {
  private SoakServer() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(2, KQueueFfmIoHandler.newFactory());
    Echo echo = new Echo();
    Channel server =
        new ServerBootstrap()
            .group(group)
            .channel(KQueueFfmServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, 4096)
            .childHandler(echo)
            .bind(new InetSocketAddress("0.0.0.0", 0))
            .sync()
            .channel();
    write(folder, "port", ((InetSocketAddress) server.localAddress()).getPort());
    while (!Files.exists(folder.resolve("stop"))) {
      write(folder, "sample", SoakProcess.sample());
      Thread.sleep(1_000);
    }
    group.shutdownGracefully(0, 60, TimeUnit.SECONDS).sync();
  }

  private static void write(Path folder, String name, Object value) throws Exception {
    Path unfinished = folder.resolve(name + ".new");
    Files.writeString(unfinished, value.toString());
    Files.move(
        unfinished,
        folder.resolve(name),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }

  @Sharable
  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.writeAndFlush(message);
      if (ThreadLocalRandom.current().nextInt(2_000) == 0) {
        ctx.channel().config().setAutoRead(false);
        ctx.executor()
            .schedule(() -> ctx.channel().config().setAutoRead(true), 3, TimeUnit.SECONDS);
      }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
      ctx.channel().config().setAutoRead(ctx.channel().isWritable());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
