package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.selector.book.Events;
import io.github.kqueueffm.selector.book.Selector;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Uses all of the transport, up to the end of its loops. Its handlers have no type parameter: what
 * Netty learns of one it keeps in the thread.
 */
final class LoaderProbe implements Supplier<String> {
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

  LoaderProbe() {}

  @Override
  public String get() {
    try {
      EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
      Path folder = Files.createTempDirectory("k");
      try {
        streams(group, folder);
        datagram(group);
      } finally {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        Files.delete(folder.resolve("file"));
        Files.deleteIfExists(folder.resolve("socket"));
        Files.delete(folder);
      }
      select();
      return KQueueFfm.description();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @ChannelHandler.Sharable
  private static final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.writeAndFlush(message);
    }
  }

  @ChannelHandler.Sharable
  private final class Receive extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf content =
          message instanceof DatagramPacket packet ? packet.content() : (ByteBuf) message;
      received.add(content.toString(StandardCharsets.US_ASCII));
      content.release();
    }
  }

  private void expect(String text) throws InterruptedException {
    StringBuilder all = new StringBuilder();
    while (all.length() < text.length()) {
      String piece = received.poll(20, TimeUnit.SECONDS);
      assertThat(piece).as("after %s", all).isNotNull();
      all.append(piece);
    }
    assertThat(all).hasToString(text);
  }

  private void streams(EventLoopGroup group, Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "a file");
    SocketAddress path = new DomainSocketAddress(folder.resolve("socket").toString());
    Channel tcp =
        connect(
            group,
            server(group).channel(KQueueFfmServerSocketChannel.class),
            LoopExtension.anyPort(),
            KQueueFfmSocketChannel.class);
    Channel local =
        connect(
            group,
            server(group).channel(KQueueFfmServerDomainSocketChannel.class),
            path,
            KQueueFfmDomainSocketChannel.class);
    for (Channel channel : new Channel[] {tcp, local}) {
      channel.writeAndFlush(Unpooled.copiedBuffer("text", StandardCharsets.US_ASCII)).sync();
      expect("text");
      channel.writeAndFlush(KQueueFfmFileRegion.open(file, 0, 6)).sync();
      expect("a file");
      channel.writeAndFlush(new DefaultFileRegion(FileChannel.open(file), 0, 6)).sync();
      expect("a file");
    }
  }

  private static ServerBootstrap server(EventLoopGroup group) {
    return new ServerBootstrap().group(group).childHandler(new Echo());
  }

  private Channel connect(
      EventLoopGroup group, ServerBootstrap server, SocketAddress at, Class<? extends Channel> type)
      throws InterruptedException {
    SocketAddress bound = server.bind(at).sync().channel().localAddress();
    return new Bootstrap()
        .group(group)
        .channel(type)
        .handler(new Receive())
        .connect(bound)
        .sync()
        .channel();
  }

  private void datagram(EventLoopGroup group) throws InterruptedException {
    Channel channel =
        new Bootstrap()
            .group(group)
            .channelFactory(() -> new KQueueFfmDatagramChannel(SocketProtocolFamily.INET))
            .handler(new Receive())
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    channel
        .writeAndFlush(
            new DatagramPacket(
                Unpooled.copiedBuffer("datagram", StandardCharsets.US_ASCII),
                (InetSocketAddress) channel.localAddress()))
        .sync();
    expect("datagram");
  }

  private static void select() throws Exception {
    try (Selector selector = Selector.open();
        Events events = new Events(8)) {
      assertThat(selector.select(events, 1)).isZero();
    }
  }
}
