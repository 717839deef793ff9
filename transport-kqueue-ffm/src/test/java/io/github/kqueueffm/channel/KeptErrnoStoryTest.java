package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.channel.ScriptedLoop.THEIR_PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Kevent;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Where the kqueue takes the errno from the socket and tells it with an event alone, as libkqueue
 * does: it is told by the receive that finds nothing any more.
 */
@ParameterizedClass
@EnumSource(Os.class)
class KeptErrnoStoryTest {
  private static final String RESET =
      "IOException: Connection reset by peer: recv(/10.9.8.7:54321)";

  private final Os os;
  private final Recorder child = new Recorder();

  KeptErrnoStoryTest(Os os) {
    this.os = os;
  }

  private static void arms(ScriptedLoop story, Kevent... events) {
    story.kevent(story.read(CHILD).oneShot(), story.read(SERVER).oneShot()).returns(events);
  }

  @Test
  @DisplayName("a reset is told after the bytes that came before it [A11]")
  void isToldAfterUnreadBytes() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(child);
      arms(story, story.read(CHILD).eof(Errno.ECONNRESET).data(4));
      story.tcp().recv(CHILD, "last");
      story.tcp().recvEnd(CHILD);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(child.log()).containsExactly("active", "read last", "complete", RESET, "inactive");
    }
  }

  @Test
  @Timeout(
      value = 10,
      threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // A spin hears no interrupt.
  @DisplayName(
      "an input that a handler shuts down before it reports the errno does not receive again [A11]")
  void isNotLookedForOnceTheInputIsShutDown() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(child.onRead(() -> ((SocketChannel) child.channel()).shutdownInput()));
      arms(story, story.read(CHILD).eof(Errno.ECONNRESET).data(4));
      story.tcp().recv(CHILD, "last");
      story.script().allow("shutdown", CHILD);
      story.turn();
      assertThat(child.log()).startsWith("active", "read last").endsWith("complete");
      assertThat(child.channel().isOpen()).isTrue();
    }
  }

  @Test
  @DisplayName("EAGAIN is that errno too [A11]")
  void isToldInPlaceOfEagain() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(child);
      arms(story, story.read(CHILD).eof(Errno.ETIMEDOUT));
      story.tcp().recvFails(CHILD, Errno.EAGAIN);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(child.log()).contains("active", "complete", "inactive");
    }
  }

  @Test
  @DisplayName("with auto-read off, by the peer-close knote; its echoed NOTE_LOWAT is none [A11]")
  void isToldWhileNobodyReads() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(new ServerBootstrap().childOption(ChannelOption.AUTO_READ, false), child);
      // ECONNREFUSED is odd in Linux's numbers: NOTE_LOWAT's bit is not taken out of an errno.
      story
          .kevent(story.read(CHILD).sentinel(), story.read(SERVER).oneShot())
          .returns(story.read(CHILD).eof(Errno.ECONNREFUSED).data(4));
      story.tcp().recv(CHILD, "last");
      story.tcp().recvEnd(CHILD);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(child.log())
          .containsExactly(
              "active",
              "read last",
              "complete",
              "ConnectException: Connection refused: recv(/10.9.8.7:54321)",
              "inactive");
    }
  }

  @Test
  @DisplayName("NOTE_LOWAT that comes back from the change is no errno [A11]")
  void isNotTheEchoOfTheChange() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.accepted(new ServerBootstrap().childOption(ChannelOption.AUTO_READ, false), child);
      int lowat = story.script().platform().get(Constant.NOTE_LOWAT);
      story
          .kevent(story.read(CHILD).sentinel(), story.read(SERVER).oneShot())
          .returns(story.read(CHILD).eof().fflags(lowat));
      story.tcp().recvEnd(CHILD);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(child.log()).containsExactly("active", "complete", "inactive");
    }
  }

  private ScriptedLoop writing(ServerBootstrap bootstrap) {
    ScriptedLoop story = ScriptedLoop.on(os);
    story.accepted(bootstrap, child);
    arms(story);
    story.turn();
    story.tcp().sending(CHILD, "one").fails(Errno.EAGAIN);
    child.write("one");
    assertThat(child.log()).containsExactly("active");
    return story;
  }

  @Test
  @DisplayName("a write is armed, and the read filter's event comes first [A11]")
  void isToldWhenTheReadFiltersEventComesFirst() {
    try (ScriptedLoop story = writing(new ServerBootstrap())) {
      story
          .kevent(story.write(CHILD).oneShot())
          .returns(story.read(CHILD).eof(Errno.ECONNRESET), story.write(CHILD).eof());
      story.tcp().recv(CHILD, "last");
      story.tcp().recvEnd(CHILD);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(child.log()).containsExactly("read last", "complete", RESET, "inactive");
    }
  }

  @Test
  @DisplayName("a write is armed, and its event comes first: a send that fails keeps it [A11]")
  void isToldWhenTheWriteFiltersEventComesFirst() {
    try (ScriptedLoop story =
        writing(new ServerBootstrap().childOption(ChannelOption.AUTO_CLOSE, false))) {
      story
          .kevent(story.write(CHILD).oneShot())
          .returns(story.write(CHILD).eof(Errno.ECONNRESET), story.read(CHILD).eof());
      story.tcp().sending(CHILD, "one").fails(Errno.EPIPE);
      story.script().allow("shutdown", CHILD);
      story.tcp().recv(CHILD, "last");
      story.tcp().recvEnd(CHILD);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(child.log()).contains("read last", RESET, "inactive");
    }
  }

  @Test
  @DisplayName("a write filter's event is followed by none of the read filter [A11]")
  void isToldThoughTheReadFilterSaysNothing() {
    try (ScriptedLoop story =
        writing(new ServerBootstrap().childOption(ChannelOption.AUTO_CLOSE, false))) {
      story.kevent(story.write(CHILD).oneShot()).returns(story.write(CHILD).eof(Errno.ECONNRESET));
      story.tcp().sending(CHILD, "one").fails(Errno.EPIPE);
      story.script().allow("shutdown", CHILD);
      story.tcp().recvEnd(CHILD);
      story.tcp().close(CHILD);
      story.turn();
      story.tasks();
      assertThat(child.log()).contains(RESET, "inactive");
    }
  }

  // Datagrams

  private static final int FD = CLIENT;
  private static final String REFUSED = "Connection refused: recvmsg(/10.9.8.7:54321)";

  private final List<String> packets = new ArrayList<>();

  private Channel connected(ScriptedLoop story, int mostPerRead) {
    story.tcp().datagramSocket(FD);
    story.tcp().connect(FD, THERE, THEIR_PORT);
    story.tcp().peerName(FD, THERE, THEIR_PORT);
    ChannelFuture connected =
        new Bootstrap()
            .group(story.loop())
            .channelFactory(
                () -> new KQueueFfmDatagramChannel(Sockets.datagram(story.kernel(), null), false))
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(2048).maxMessagesPerRead(mostPerRead))
            .handler(
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void channelRead(ChannelHandlerContext ctx, Object message) {
                    DatagramPacket packet = (DatagramPacket) message;
                    packets.add(packet.content().toString(US_ASCII));
                    packet.release();
                  }

                  @Override
                  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                    packets.add(Recorder.words(cause));
                  }
                })
            .connect(new InetSocketAddress(THERE, THEIR_PORT));
    story.tasks();
    assertThat(connected.cause()).isNull();
    return connected.channel();
  }

  private void receives(ScriptedLoop story, String text) {
    story.udp().recv(FD, text, os.address(THERE, THEIR_PORT));
    story.script().allow("getsockname");
  }

  @Test
  @DisplayName("a refused datagram is told after one that waits [A11]")
  void refusedDatagramIsToldAfterOneThatWaits() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = connected(story, 16);
      story
          .kevent(story.read(FD).oneShot())
          .returns(story.read(FD).eof(Errno.ECONNREFUSED).data(4));
      receives(story, "wait");
      story.udp().recv(FD).fails(Errno.EAGAIN);
      story.turn();
      assertThat(packets).containsExactly("wait", REFUSED);
      assertThat(channel.isActive()).isTrue();

      story.kevent(story.read(FD).oneShot()).returns(story.read(FD));
      story.udp().recv(FD).fails(Errno.EAGAIN);
      story.turn();
      assertThat(packets).as("once").hasSize(2);
    }
  }

  @Test
  @DisplayName("a refused datagram is told though the limit of one read ends it before [A11]")
  void refusedDatagramIsToldAfterTheLimitOfOneRead() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      connected(story, 1);
      story
          .kevent(story.read(FD).oneShot())
          .returns(story.read(FD).eof(Errno.ECONNREFUSED).data(4));
      receives(story, "wait");
      story.udp().recv(FD).fails(Errno.EAGAIN);
      story.turn();
      story.tasks();
      assertThat(packets).containsExactly("wait", REFUSED);
    }
  }

  @Test
  @DisplayName("a refused datagram is told by the next read where nobody reads [A11]")
  void refusedDatagramIsToldByTheReadThatIsAskedForLater() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Channel channel = connected(story, 16);
      story.tcp().sending(FD, "one").fails(Errno.EAGAIN);
      channel.writeAndFlush(Unpooled.copiedBuffer("one", US_ASCII));
      channel.config().setAutoRead(false);
      story.kevent(story.write(FD).oneShot()).returns(story.write(FD).eof(Errno.ECONNREFUSED));
      story.tcp().sending(FD, "one").answers(3);
      story.turn();
      assertThat(packets).isEmpty();

      story.udp().recv(FD).fails(Errno.EAGAIN);
      channel.read();
      story.tasks();
      assertThat(packets).containsExactly(REFUSED);
    }
  }
}
