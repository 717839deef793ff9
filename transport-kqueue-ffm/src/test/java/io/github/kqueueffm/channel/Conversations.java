package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.testkit.EchoHandler;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Conversations that use what a loop does: connect, accept, echo, more than a socket takes at once,
 * file regions, datagrams, local sockets, and closes.
 */
final class Conversations {
  private static final int MUCH = 4 << 20;
  private static final int FILE_BYTES = 100_000;

  private final Kernel kernel;
  private final EventLoopGroup group;
  private final Path folder;

  /**
   * @param kernel that the channels use; the loops have it already
   */
  Conversations(Kernel kernel, EventLoopGroup group, Path folder) {
    this.kernel = kernel;
    this.group = group;
    this.folder = folder;
  }

  /** Holds all of them, and returns how many bytes came back. */
  long hold() throws Exception {
    long bytes = stream(tcpServer(), this::tcpClient);
    bytes += stream(localServer(), this::localClient);
    return bytes + datagrams();
  }

  private Channel tcpServer() throws Exception {
    return serve(
        () -> new KQueueFfmServerSocketChannel(Sockets.listener(kernel, null), false),
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
  }

  private Channel tcpClient() {
    return new KQueueFfmSocketChannel(null, Sockets.stream(kernel, null), false);
  }

  private Channel localServer() throws Exception {
    return serve(
        () ->
            new KQueueFfmServerDomainSocketChannel(
                Sockets.stream(kernel, SocketProtocolFamily.UNIX), false),
        new DomainSocketAddress(folder.resolve("local").toString()));
  }

  private Channel localClient() {
    return new KQueueFfmDomainSocketChannel(
        null, Sockets.stream(kernel, SocketProtocolFamily.UNIX), false);
  }

  private Channel serve(ChannelFactory<ServerChannel> server, SocketAddress address)
      throws Exception {
    return new ServerBootstrap()
        .group(group)
        .channelFactory(server)
        .childHandler(new EchoHandler())
        .bind(address)
        .sync()
        .channel();
  }

  private long stream(Channel server, ChannelFactory<Channel> clients) throws Exception {
    Path file = folder.resolve("file");
    Files.write(file, new byte[FILE_BYTES]);
    long expected = MUCH + 2L * FILE_BYTES;
    Count answers = new Count(expected);
    Channel client =
        new Bootstrap()
            .group(group)
            .channelFactory(clients)
            .handler(answers)
            .connect(server.localAddress())
            .sync()
            .channel();
    client.writeAndFlush(Unpooled.directBuffer(MUCH).writeZero(MUCH)).sync();
    client.writeAndFlush(KQueueFfmFileRegion.open(kernel, file, 0, FILE_BYTES)).sync();
    client.writeAndFlush(new DefaultFileRegion(file.toFile(), 0, FILE_BYTES)).sync();
    answers.complete.get(30, TimeUnit.SECONDS);
    client.close().sync();
    server.close().sync();
    return expected;
  }

  private long datagrams() throws Exception {
    InetSocketAddress loopback =
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
    CompletableFuture<Integer> answer = new CompletableFuture<>();
    Channel one = udp(loopback, new DatagramEcho());
    Channel other = udp(loopback, new DatagramLength(answer));
    ByteBuf text = Unpooled.copiedBuffer("datagram", StandardCharsets.US_ASCII);
    other.writeAndFlush(new DatagramPacket(text, (InetSocketAddress) one.localAddress())).sync();
    long length = answer.get(30, TimeUnit.SECONDS);
    one.close().sync();
    other.close().sync();
    return length;
  }

  private Channel udp(InetSocketAddress address, ChannelHandler handler) throws Exception {
    return new Bootstrap()
        .group(group)
        .channelFactory(() -> new KQueueFfmDatagramChannel(Sockets.datagram(kernel, null), false))
        .handler(handler)
        .bind(address)
        .sync()
        .channel();
  }

  private static final class Count extends SimpleChannelInboundHandler<ByteBuf> {
    final CompletableFuture<Void> complete = new CompletableFuture<>();
    private long left;

    Count(long expected) {
      left = expected;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
      left -= bytes.readableBytes();
      if (left == 0) {
        complete.complete(null);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      complete.completeExceptionally(cause);
    }
  }

  private static final class DatagramEcho extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      context.writeAndFlush(new DatagramPacket(packet.content().retain(), packet.sender()));
    }
  }

  private static final class DatagramLength extends SimpleChannelInboundHandler<DatagramPacket> {
    private final CompletableFuture<Integer> length;

    DatagramLength(CompletableFuture<Integer> length) {
      this.length = length;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
      length.complete(packet.content().readableBytes());
    }
  }
}
