package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.HERE;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.channel.ScriptedLoop.THEIR_PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A receive handle of the user's that throws, and one of the plain form, on every system. */
@SuppressWarnings("deprecation") // The types that Netty's interface has.
@ParameterizedClass
@EnumSource(Os.class)
class ReceiveHandleScriptedTest extends AbstractScriptedLoopTest {
  private final Recorder child = new Recorder();

  ReceiveHandleScriptedTest(Os os) {
    super(os);
  }

  /** Of the form that has no continueReading with a supplier. */
  private static final class Plain extends DefaultMaxMessagesRecvByteBufAllocator {
    @Override
    public Handle newHandle() {
      return new RecvByteBufAllocator.DelegatingHandle(
          new MaxMessageHandle() {
            @Override
            public int guess() {
              return 16;
            }
          });
    }
  }

  private static ServerBootstrap reading(RecvByteBufAllocator allocator) {
    return new ServerBootstrap().childOption(ChannelOption.RECVBUF_ALLOCATOR, allocator);
  }

  @ParameterizedTest
  @EnumSource(ThrowingHandles.At.class)
  @DisplayName("a stream delivers what has come, and reads on")
  void streamContinuesAfterItsHandleThrew(ThrowingHandles.At at) {
    loop.accepted(reading(new ThrowingHandles(at)), child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).data(2));
    if (at.hasReceived()) {
      loop.tcp().recv(CHILD, "hi");
    }
    loop.turn();
    List<String> expected = new ArrayList<>(List.of("active"));
    if (at.hasReceived()) {
      expected.add("read hi");
    }
    expected.addAll(List.of("complete", "IllegalStateException: at " + at));
    assertThat(child.log()).isEqualTo(expected);

    loop.kevent(loop.read(CHILD).oneShot()).returns(loop.read(CHILD).data(2));
    loop.tcp().recv(CHILD, "on");
    loop.turn();
    assertThat(child.log()).containsExactly("read on", "complete");
  }

  @Test
  @DisplayName("a stream with a handle of the plain form reads")
  void streamReadsWithAPlainHandle() {
    loop.accepted(reading(new Plain()), child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).data(2));
    loop.tcp().recv(CHILD, "hi");
    loop.turn();
    assertThat(child.log()).containsExactly("active", "read hi", "complete");
  }

  /** Keeps them from the bootstrap's handler, which would rest for a second. */
  private static final class Failures extends ChannelInboundHandlerAdapter {
    private final List<String> failures = new ArrayList<>();

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      failures.add(cause.getMessage());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ThrowingHandles.At.class,
      names = {"ALLOCATE"},
      mode = EnumSource.Mode.EXCLUDE)
  @DisplayName("a listener loses no connection, and accepts on")
  void listenerContinuesAfterItsHandleThrew(ThrowingHandles.At at) {
    Failures server = new Failures();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .option(ChannelOption.RECVBUF_ALLOCATOR, new ThrowingHandles(at))
            .handler(server);
    loop.listen(bootstrap, () -> child);
    loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(SERVER).data(1));
    if (at.hasReceived()) {
      loop.tcp().accept(SERVER, CHILD, THERE, THEIR_PORT);
    }
    loop.turn();
    assertThat(server.failures).containsExactly("at " + at);
    if (at.hasReceived()) {
      assertThat(child.log()).containsExactly("active");
      loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot());
    } else {
      loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(SERVER).data(1));
      loop.tcp().accept(SERVER, CHILD, THERE, THEIR_PORT);
    }
    loop.turn();
    assertThat(child.channel().isActive()).isTrue();
  }

  private static final class Packets extends ChannelInboundHandlerAdapter {
    private final List<String> log = new ArrayList<>();

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      log.add(packet.content().toString(US_ASCII));
      packet.release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      log.add(cause.getMessage());
    }
  }

  private void datagramChannelReads(RecvByteBufAllocator allocator, Packets packets) {
    loop.tcp().datagramSocket(CLIENT);
    loop.udp().asksForBroadcast(CLIENT);
    loop.tcp().bind(CLIENT, HERE, PORT);
    new Bootstrap()
        .group(loop.eventLoop())
        .channelFactory(
            () -> new KQueueFfmDatagramChannel(Sockets.datagram(loop.kernel(), null), false))
        .option(ChannelOption.RECVBUF_ALLOCATOR, allocator)
        .handler(packets)
        .bind(new InetSocketAddress(HERE, PORT));
    loop.tasks();
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).data(2));
  }

  @ParameterizedTest
  @EnumSource(ThrowingHandles.At.class)
  @DisplayName("a datagram channel reads on")
  void datagramChannelContinuesAfterItsHandleThrew(ThrowingHandles.At at) {
    Packets packets = new Packets();
    datagramChannelReads(new ThrowingHandles(at), packets);
    byte[] peer = os.address(THERE, THEIR_PORT);
    if (at.hasReceived()) {
      loop.udp().recv(CLIENT, "hi", peer);
    }
    loop.turn();
    assertThat(packets.log).last().isEqualTo("at " + at);
    assertThat(packets.log.contains("hi")).isEqualTo(at.compareTo(ThrowingHandles.At.LAST) > 0);
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).data(2));
    loop.udp().recv(CLIENT, "on", peer);
    loop.turn();
    assertThat(packets.log).last().isEqualTo("on");
  }

  @Test
  @DisplayName("a datagram channel with a handle of the plain form reads")
  void datagramChannelReadsWithAPlainHandle() {
    Packets packets = new Packets();
    datagramChannelReads(new Plain(), packets);
    loop.udp().recv(CLIENT, "hi", os.address(THERE, THEIR_PORT));
    loop.turn();
    assertThat(packets.log).containsExactly("hi");
  }
}
