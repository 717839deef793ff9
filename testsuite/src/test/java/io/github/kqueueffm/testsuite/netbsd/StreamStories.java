package io.github.kqueueffm.testsuite.netbsd;

import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannelConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Stories of TCP connections, from connect to close. */
final class StreamStories {
  private static final int ECHO_BYTES = 300_000;
  private static final int CLIENTS = 3;

  private StreamStories() {}

  static void require(boolean holds, String complaint) {
    if (!holds) {
      throw new AssertionError(complaint);
    }
  }

  static void descriptors(Connections connections) throws Exception {
    Channel server = connections.serve(EchoHandler::new);
    KQueueFfmSocketChannel client =
        connections.connect(server.localAddress(), new Collector());
    int listener = ((KQueueFfmServerSocketChannel) server).fd().intValue();
    requireForeign(listener);
    requireForeign(client.fd().intValue());
    Connections.await(client.close());
    Connections.await(server.close());
  }

  private static void requireForeign(int fd) {
    require(fd >= NetbsdLibrary.FIRST_FD, "descriptor " + fd + " is one of libc's");
  }

  static void echo(Connections connections) throws Exception {
    Channel server = connections.serve(EchoHandler::new);
    byte[] bytes = new byte[ECHO_BYTES];
    new Random(4).nextBytes(bytes);
    List<Collector> collectors = new ArrayList<>();
    List<Channel> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      Collector collector = new Collector();
      Channel client = connections.connect(server.localAddress(), collector);
      client.write(Unpooled.wrappedBuffer(bytes, 0, ECHO_BYTES / 2));
      client.writeAndFlush(
          Unpooled.directBuffer().writeBytes(bytes, ECHO_BYTES / 2, ECHO_BYTES / 2));
      collectors.add(collector);
      clients.add(client);
    }
    for (Collector collector : collectors) {
      ByteBuf echoed = collector.awaitBytes(ECHO_BYTES);
      require(echoed.equals(Unpooled.wrappedBuffer(bytes)), "other bytes came back");
    }
    for (Channel client : clients) {
      Connections.await(client.close());
    }
    Connections.await(server.close());
  }

  static void refused(Connections connections) throws Exception {
    Channel server = connections.serve(EchoHandler::new);
    SocketAddress address = server.localAddress();
    Connections.await(server.close());
    ChannelFuture connect = connections.client(new Collector()).connect(address);
    require(connect.await(Connections.SECONDS * 1000L), "connect does not end");
    String message = String.valueOf(connect.cause() == null ? null : connect.cause().getMessage());
    require(message.equals("Connection refused: " + address), "connect said: " + message);
  }

  /** The client ends its output; the server reads all, answers, and ends the connection. */
  static void halfClosure(Connections connections) throws Exception {
    Channel server = connections.serve(() -> new AnswerAtEnd("answer"));
    Collector collector = new Collector();
    KQueueFfmSocketChannel client = connections.connect(server.localAddress(), collector);
    client.writeAndFlush(Unpooled.copiedBuffer("question", StandardCharsets.US_ASCII));
    Connections.await(client.shutdownOutput());
    String answer = collector.awaitEnd().toString(StandardCharsets.US_ASCII);
    require(answer.equals("question, answer"), "the answer was: " + answer);
    Connections.await(client.close());
    Connections.await(server.close());
  }

  static void reset(Connections connections) throws Exception {
    Collector peer = new Collector();
    Channel server = connections.serve(() -> peer);
    Channel client =
        Connections.await(
            connections
                .client(new Collector())
                .option(ChannelOption.SO_LINGER, 0)
                .connect(server.localAddress()));
    peer.awaitActive();
    Connections.await(client.close());
    String failure = peer.awaitFailure();
    require(failure.contains("Connection reset"), "the reset was told as: " + failure);
    Connections.await(server.close());
  }

  /** With auto-read off only the sentinel can tell. */
  static void closeWithoutRead(Connections connections) throws Exception {
    Channel server = connections.serve(AnswerAndClose::new);
    Collector collector = new Collector();
    Channel client =
        Connections.await(
            connections
                .client(collector)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, false)
                .connect(server.localAddress()));
    require(
        client.closeFuture().await(Connections.SECONDS, TimeUnit.SECONDS), "nothing is noticed");
    String bytes = collector.awaitBytes(3).toString(StandardCharsets.US_ASCII);
    require(bytes.equals("bye"), "the last bytes were: " + bytes);
    Connections.await(server.close());
  }

  static void options(Connections connections) throws Exception {
    Channel server = connections.serve(EchoHandler::new);
    KQueueFfmSocketChannel client =
        connections.connect(server.localAddress(), new Collector());
    KQueueFfmSocketChannelConfig config = client.config();
    config.setTcpNoDelay(true).setKeepAlive(true).setSoLinger(7).setTrafficClass(0x10);
    config.setSendBufferSize(50_000);
    require(config.isTcpNoDelay() && config.isKeepAlive(), "a flag is not set");
    require(config.getSoLinger() == 7, "SO_LINGER is " + config.getSoLinger());
    require(config.getTrafficClass() == 0x10, "IP_TOS is " + config.getTrafficClass());
    require(config.getSendBufferSize() == 50_000, "SO_SNDBUF is " + config.getSendBufferSize());
    Connections.await(client.close());
    Connections.await(server.close());
  }

  private static final class EchoHandler extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.write(message, context.voidPromise());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      context.flush();
    }
  }

  /** Gives back what it reads, and something more when that ends. */
  private static final class AnswerAtEnd extends ChannelInboundHandlerAdapter {
    private final String answer;

    AnswerAtEnd(String answer) {
      this.answer = answer;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.writeAndFlush(message, context.voidPromise());
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (Collector.isEnd(event)) {
        context
            .writeAndFlush(Unpooled.copiedBuffer(", " + answer, StandardCharsets.US_ASCII))
            .addListener(future -> context.close());
      }
    }
  }

  private static final class AnswerAndClose extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      context
          .writeAndFlush(Unpooled.copiedBuffer("bye", StandardCharsets.US_ASCII))
          .addListener(future -> context.close());
    }
  }
}
