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
class HandleFailureStoryTest {
  private final Os os;
  private final Recorder child = new Recorder();

  HandleFailureStoryTest(Os os) {
    this.os = os;
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
  void streamReadsOnAfterItsHandleThrew(ThrowingHandles.At at) {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(reading(new ThrowingHandles(at)), child);
      story
          .kevent(story.read(CHILD).oneShot(), story.read(SERVER).oneShot())
          .returns(story.read(CHILD).data(2));
      if (at.hasReceived()) {
        story.tcp().recv(CHILD, "hi");
      }
      story.turn();
      List<String> expected = new ArrayList<>(List.of("active"));
      if (at.hasReceived()) {
        expected.add("read hi");
      }
      expected.addAll(List.of("complete", "IllegalStateException: at " + at));
      assertThat(child.log()).isEqualTo(expected);

      story.kevent(story.read(CHILD).oneShot()).returns(story.read(CHILD).data(2));
      story.tcp().recv(CHILD, "on");
      story.turn();
      assertThat(child.log()).containsExactly("read on", "complete");
    }
  }

  @Test
  @DisplayName("a stream with a handle of the plain form reads")
  void streamReadsWithAPlainHandle() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(reading(new Plain()), child);
      story
          .kevent(story.read(CHILD).oneShot(), story.read(SERVER).oneShot())
          .returns(story.read(CHILD).data(2));
      story.tcp().recv(CHILD, "hi");
      story.turn();
      assertThat(child.log()).containsExactly("active", "read hi", "complete");
    }
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
  void listenerAcceptsOnAfterItsHandleThrew(ThrowingHandles.At at) {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Failures server = new Failures();
      ServerBootstrap bootstrap =
          new ServerBootstrap()
              .option(ChannelOption.RECVBUF_ALLOCATOR, new ThrowingHandles(at))
              .handler(server);
      story.listen(bootstrap, () -> child);
      story.kevent(story.read(SERVER).oneShot()).returns(story.read(SERVER).data(1));
      if (at.hasReceived()) {
        story.tcp().accept(SERVER, CHILD, THERE, THEIR_PORT);
      }
      story.turn();
      assertThat(server.failures).containsExactly("at " + at);
      if (at.hasReceived()) {
        assertThat(child.log()).containsExactly("active");
        story.kevent(story.read(CHILD).oneShot(), story.read(SERVER).oneShot());
      } else {
        story.kevent(story.read(SERVER).oneShot()).returns(story.read(SERVER).data(1));
        story.tcp().accept(SERVER, CHILD, THERE, THEIR_PORT);
      }
      story.turn();
      assertThat(child.channel().isActive()).isTrue();
    }
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

  private void datagramChannelReads(
      ScriptedLoop story, RecvByteBufAllocator allocator, Packets packets) {
    story.tcp().datagramSocket(CLIENT);
    story.udp().asksForBroadcast(CLIENT);
    story.tcp().bind(CLIENT, HERE, PORT);
    new Bootstrap()
        .group(story.loop())
        .channelFactory(
            () -> new KQueueFfmDatagramChannel(Sockets.datagram(story.kernel(), null), false))
        .option(ChannelOption.RECVBUF_ALLOCATOR, allocator)
        .handler(packets)
        .bind(new InetSocketAddress(HERE, PORT));
    story.tasks();
    story.kevent(story.read(CLIENT).oneShot()).returns(story.read(CLIENT).data(2));
  }

  @ParameterizedTest
  @EnumSource(ThrowingHandles.At.class)
  @DisplayName("a datagram channel reads on")
  void datagramChannelReadsOnAfterItsHandleThrew(ThrowingHandles.At at) {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Packets packets = new Packets();
      datagramChannelReads(story, new ThrowingHandles(at), packets);
      byte[] peer = os.address(THERE, THEIR_PORT);
      if (at.hasReceived()) {
        story.udp().recv(CLIENT, "hi", peer);
      }
      story.turn();
      assertThat(packets.log).last().isEqualTo("at " + at);
      assertThat(packets.log.contains("hi")).isEqualTo(at.compareTo(ThrowingHandles.At.LAST) > 0);
      story.kevent(story.read(CLIENT).oneShot()).returns(story.read(CLIENT).data(2));
      story.udp().recv(CLIENT, "on", peer);
      story.turn();
      assertThat(packets.log).last().isEqualTo("on");
    }
  }

  @Test
  @DisplayName("a datagram channel with a handle of the plain form reads")
  void datagramChannelReadsWithAPlainHandle() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Packets packets = new Packets();
      datagramChannelReads(story, new Plain(), packets);
      story.udp().recv(CLIENT, "hi", os.address(THERE, THEIR_PORT));
      story.turn();
      assertThat(packets.log).containsExactly("hi");
    }
  }
}
