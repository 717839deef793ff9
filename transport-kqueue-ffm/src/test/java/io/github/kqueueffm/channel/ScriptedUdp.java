package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.HERE;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THEIR_PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A UDP channel on a scripted loop. At its end the channel's allocator must have every buffer back.
 */
final class ScriptedUdp implements AutoCloseable {
  static final int FD = CLIENT;
  static final InetSocketAddress PEER = new InetSocketAddress(THERE, THEIR_PORT);

  /** The peer's struct sockaddr for the channel's socket. */
  final byte[] peer;

  final ScriptedLoop loop;
  final List<DatagramPacket> received = new ArrayList<>();
  final List<Throwable> failures = new ArrayList<>();

  private final UnpooledByteBufAllocator buffers = new UnpooledByteBufAllocator(true);

  ScriptedUdp(Os os) {
    loop = ScriptedLoop.on(os);
    peer = os.address(os.datagramInet(), THERE, THEIR_PORT);
  }

  Bootstrap bootstrap() {
    return bootstrap(
        loop -> new KQueueFfmDatagramChannel(Sockets.datagram(loop.kernel(), null), false));
  }

  Bootstrap bootstrap(Function<ScriptedLoop, Channel> channel) {
    loop.tcp().datagramSocket(FD);
    return new Bootstrap()
        .group(loop.eventLoop())
        .channelFactory(() -> channel.apply(loop))
        .option(ChannelOption.ALLOCATOR, buffers)
        .handler(new Inbound());
  }

  /** A channel that is bound to {@link ScriptedLoop#HERE}. */
  Channel bound(Bootstrap bootstrap) {
    loop.udp().asksForBroadcast(FD);
    loop.tcp().bind(FD, HERE, PORT);
    return done(bootstrap.bind(new InetSocketAddress(HERE, PORT)));
  }

  Channel connected(Bootstrap bootstrap) {
    loop.tcp().connect(FD, THERE, THEIR_PORT);
    loop.tcp().peerName(FD, THERE, THEIR_PORT);
    return done(bootstrap.connect(PEER));
  }

  Channel done(ChannelFuture future) {
    loop.tasks();
    assertThat(future.cause()).isNull();
    assertThat(future.isSuccess()).isTrue();
    return future.channel();
  }

  /** Expects that the turn to come arms the read filter and reports more than will come. */
  void readable() {
    readable(1_000);
  }

  /** The same, with that many bytes. */
  void readable(int bytes) {
    loop.kevent(loop.read(FD).oneShot()).returns(loop.read(FD).data(bytes));
  }

  /** A turn that arms the read filter again and reports nothing. */
  void armsAgain() {
    loop.kevent(loop.read(FD).oneShot()).returns();
    loop.turn();
  }

  ByteBuf bytes(String text) {
    ByteBuf buffer = buffers.directBuffer(Math.max(1, text.length()));
    buffer.writeCharSequence(text, US_ASCII);
    return buffer;
  }

  DatagramPacket packet(String text) {
    return new DatagramPacket(bytes(text), PEER);
  }

  UnpooledByteBufAllocator buffers() {
    return buffers;
  }

  List<String> texts() {
    return received.stream().map(packet -> packet.content().toString(US_ASCII)).toList();
  }

  void assertNoBufferIsHeld() {
    assertThat(buffers.metric().usedDirectMemory()).as("direct memory held").isZero();
    assertThat(buffers.metric().usedHeapMemory()).as("heap memory held").isZero();
  }

  @Override
  public void close() {
    received.stream().filter(packet -> packet.refCnt() > 0).forEach(DatagramPacket::release);
    loop.close();
    assertNoBufferIsHeld();
  }

  private final class Inbound extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      received.add((DatagramPacket) message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      failures.add(cause);
    }
  }
}
