package io.github.kqueueffm.testsuite.dropin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.network.util.IOMode;
import org.apache.spark.network.util.MapConfigProvider;
import org.apache.spark.network.util.NettyUtils;
import org.apache.spark.network.util.TransportConf;
import org.junit.jupiter.api.Test;

/** The loops and channels that Spark's network-common gives to its servers and clients. */
class SparkDropInTest {

  /** The default is AUTO, which looks for kqueue only on macOS. */
  private static final Map<String, String> CONFIGURATION =
      Map.of("spark.io.mode.default", "KQUEUE");

  @Test
  void bytesAreEchoed() throws Exception {
    TransportConf configuration =
        new TransportConf("shuffle", new MapConfigProvider(CONFIGURATION));
    IOMode mode = IOMode.valueOf(configuration.ioMode());
    EventLoopGroup group = NettyUtils.createEventLoop(mode, 1, "shuffle");
    CompletableFuture<String> answer = new CompletableFuture<>();
    try {
      Channel server =
          new ServerBootstrap()
              .group(group)
              .channel(NettyUtils.getServerChannelClass(mode))
              .childHandler(new Echo())
              .bind(InetAddress.getByName("127.0.0.1"), 0)
              .sync()
              .channel();
      Channel client =
          new Bootstrap()
              .group(group)
              .channel(NettyUtils.getClientChannelClass(mode))
              .handler(new Hearing(answer))
              .connect(server.localAddress())
              .sync()
              .channel();
      client.writeAndFlush(Unpooled.copiedBuffer("x", UTF_8)).sync();
      assertThat(answer.get(60, TimeUnit.SECONDS)).isEqualTo("x");
    } finally {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
    Witness.assertCarried("KQueueSocketChannel", 2);
    Witness.assertCarried("KQueueServerSocketChannel", 0);
  }

  @Sharable
  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.writeAndFlush(message);
    }
  }

  private static final class Hearing extends SimpleChannelInboundHandler<ByteBuf> {
    private final CompletableFuture<String> heard;

    Hearing(CompletableFuture<String> heard) {
      this.heard = heard;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
      heard.complete(message.toString(UTF_8));
    }
  }
}
