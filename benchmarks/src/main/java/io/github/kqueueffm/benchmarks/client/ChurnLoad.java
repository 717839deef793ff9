package io.github.kqueueffm.benchmarks.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;

/** A number of concurrent connections, each of which closes after one echo and is replaced. */
final class ChurnLoad extends Load {
  private final Peers peers;
  private final int connections;
  private final ChannelInitializer<Channel> initializer =
      new ChannelInitializer<>() {
        @Override
        protected void initChannel(Channel channel) {
          channel.pipeline().addLast(new Visitor());
        }
      };
  private volatile boolean stopped;

  ChurnLoad(Peers peers, int connections) {
    this.peers = peers;
    this.connections = connections;
  }

  @Override
  public void start() throws Exception {
    // From here on only the loop's thread connects.
    ChannelFuture first = peers.connect(initializer).sync();
    first.channel().eventLoop().submit(this::connectOthers).sync();
  }

  private void connectOthers() {
    for (int i = 1; i < connections; i++) {
      connect();
    }
  }

  private void connect() {
    peers
        .connect(initializer)
        .addListener((ChannelFuture future) -> {
          if (!future.isSuccess() && !stopped) {
            fail(future.cause());
          }
        });
  }

  @Override
  public void close() {
    // Connections that are being established end as the others did.
    stopped = true;
  }

  private final class Visitor extends SimpleChannelInboundHandler<ByteBuf> {
    private static final ByteBuf MESSAGE = Question.message();

    private final long start = System.nanoTime();
    private int received;

    @Override
    public void channelActive(ChannelHandlerContext context) {
      context.writeAndFlush(MESSAGE.duplicate(), context.voidPromise());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
      received += bytes.readableBytes();
      if (received == Question.MESSAGE_BYTES) {
        answered(System.nanoTime() - start);
        context.close();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (received != Question.MESSAGE_BYTES) {
        fail(context.channel().remoteAddress(), "the connection was closed without an echo");
      }
      if (!stopped) {
        connect();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      fail(cause);
      context.close();
    }
  }
}
