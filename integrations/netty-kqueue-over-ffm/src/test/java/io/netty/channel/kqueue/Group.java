package io.netty.channel.kqueue;

import io.github.kqueueffm.testkit.EchoHandler;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An event loop for a test, with an echo server and a client that collects texts. */
final class Group implements AutoCloseable {
  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, KQueueIoHandler.newFactory());
  private final BlockingQueue<Channel> children = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

  EventLoopGroup loops() {
    return loops;
  }

  Channel listen(Class<? extends ServerChannel> type, SocketAddress local) throws Exception {
    return new ServerBootstrap()
        .group(loops)
        .channel(type)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel child) {
                children.add(child);
                child.pipeline().addLast(new EchoHandler());
              }
            })
        .bind(local)
        .sync()
        .channel();
  }

  Channel connect(Class<? extends Channel> type, SocketAddress remote) throws Exception {
    return new Bootstrap()
        .group(loops)
        .channel(type)
        .handler(new Collect(answers))
        .connect(remote)
        .sync()
        .channel();
  }

  Channel child() throws InterruptedException {
    return children.poll(10, TimeUnit.SECONDS);
  }

  String answer() throws InterruptedException {
    return answers.poll(10, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static final class Collect extends SimpleChannelInboundHandler<ByteBuf> {
    private final BlockingQueue<String> texts;

    Collect(BlockingQueue<String> texts) {
      this.texts = texts;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
      texts.add(bytes.toString(StandardCharsets.US_ASCII));
    }
  }
}
