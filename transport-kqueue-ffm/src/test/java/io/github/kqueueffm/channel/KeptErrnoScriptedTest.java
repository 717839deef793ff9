package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.channel.ScriptedLoop.THEIR_PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Where the kqueue takes the errno from the socket and tells it with an event alone, as libkqueue
 * does: it is told by the receive that finds nothing any more.
 */
@ParameterizedClass
@EnumSource(Os.class)
class KeptErrnoScriptedTest extends AbstractScriptedLoopTest {
  private static final String RESET =
      "IOException: Connection reset by peer: recv(/10.9.8.7:54321)";

  private final Recorder child = new Recorder();

  KeptErrnoScriptedTest(Os os) {
    super(os);
  }

  private void arms(Kevent... events) {
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot()).returns(events);
  }

  @Test
  @DisplayName("a reset is reported after the bytes that came before it [A11]")
  void isReportedAfterUnreadBytes() {
    loop.accepted(child);
    arms(loop.read(CHILD).eof(Errno.ECONNRESET).data(4));
    loop.tcp().recv(CHILD, "last");
    loop.tcp().recvEnd(CHILD);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log()).containsExactly("active", "read last", "complete", RESET, "inactive");
  }

  @Test
  @DisplayName(
      "an input that a handler shuts down before it reports the errno does not receive again [A11]")
  void isNotReceivedAfterShutdownOfTheInput() {
    ScriptedLoop ofThisThread = loop;
    try {
      // On another thread, since a spin does not notice an interrupt.
      assertTimeoutPreemptively(Duration.ofSeconds(10), this::shutDownInputBeforeTheErrno);
    } finally {
      loop = ofThisThread;
    }
  }

  private void shutDownInputBeforeTheErrno() {
    // A loop belongs to one thread.
    loop = ScriptedLoop.on(os);
    try (ScriptedLoop ofThisThread = loop) {
      ofThisThread.accepted(child.onRead(() -> ((SocketChannel) child.channel()).shutdownInput()));
      arms(ofThisThread.read(CHILD).eof(Errno.ECONNRESET).data(4));
      ofThisThread.tcp().recv(CHILD, "last");
      ofThisThread.script().allow("shutdown", CHILD);
      ofThisThread.turn();
      assertThat(child.log()).startsWith("active", "read last").endsWith("complete");
      assertThat(child.channel().isOpen()).isTrue();
    }
  }

  @Test
  @DisplayName("EAGAIN is that errno too [A11]")
  void isReportedInsteadOfEagain() {
    loop.accepted(child);
    arms(loop.read(CHILD).eof(Errno.ETIMEDOUT));
    loop.tcp().recvFails(CHILD, Errno.EAGAIN);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log()).contains("active", "complete", "inactive");
  }

  @Test
  @DisplayName("with auto-read off, by the peer-close knote; its echoed NOTE_LOWAT is none [A11]")
  void isReportedWhileAutoReadIsOff() {
    loop.accepted(new ServerBootstrap().childOption(ChannelOption.AUTO_READ, false), child);
    // ECONNREFUSED is odd in Linux's numbers: NOTE_LOWAT's bit is not taken out of an errno.
    loop.kevent(loop.read(CHILD).sentinel(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).eof(Errno.ECONNREFUSED).data(4));
    loop.tcp().recv(CHILD, "last");
    loop.tcp().recvEnd(CHILD);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log())
        .containsExactly(
            "active",
            "read last",
            "complete",
            "ConnectException: Connection refused: recv(/10.9.8.7:54321)",
            "inactive");
  }

  @Test
  @DisplayName("NOTE_LOWAT that comes back from the change is no errno [A11]")
  void isNotTheEchoOfTheChange() {
    loop.accepted(new ServerBootstrap().childOption(ChannelOption.AUTO_READ, false), child);
    int lowat = loop.script().platform().get(Constant.NOTE_LOWAT);
    loop.kevent(loop.read(CHILD).sentinel(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).eof().fflags(lowat));
    loop.tcp().recvEnd(CHILD);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log()).containsExactly("active", "complete", "inactive");
  }

  private void writing(ServerBootstrap bootstrap) {
    loop.accepted(bootstrap, child);
    arms();
    loop.turn();
    loop.tcp().sending(CHILD, "one").fails(Errno.EAGAIN);
    child.write("one");
    assertThat(child.log()).containsExactly("active");
  }

  @Test
  @DisplayName("a write is armed, and the read filter's event comes first [A11]")
  void isReportedWhenTheReadEventComesFirst() {
    writing(new ServerBootstrap());
    loop.kevent(loop.write(CHILD).oneShot())
        .returns(loop.read(CHILD).eof(Errno.ECONNRESET), loop.write(CHILD).eof());
    loop.tcp().recv(CHILD, "last");
    loop.tcp().recvEnd(CHILD);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log()).containsExactly("read last", "complete", RESET, "inactive");
  }

  @Test
  @DisplayName("a write is armed, and its event comes first: a send that fails keeps it [A11]")
  void isReportedWhenTheWriteEventComesFirst() {
    writing(new ServerBootstrap().childOption(ChannelOption.AUTO_CLOSE, false));
    loop.kevent(loop.write(CHILD).oneShot())
        .returns(loop.write(CHILD).eof(Errno.ECONNRESET), loop.read(CHILD).eof());
    loop.tcp().sending(CHILD, "one").fails(Errno.EPIPE);
    loop.script().allow("shutdown", CHILD);
    loop.tcp().recv(CHILD, "last");
    loop.tcp().recvEnd(CHILD);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log()).contains("read last", RESET, "inactive");
  }

  @Test
  @DisplayName("a write filter's event is followed by none of the read filter [A11]")
  void isReportedWithoutReadEvent() {
    writing(new ServerBootstrap().childOption(ChannelOption.AUTO_CLOSE, false));
    loop.kevent(loop.write(CHILD).oneShot()).returns(loop.write(CHILD).eof(Errno.ECONNRESET));
    loop.tcp().sending(CHILD, "one").fails(Errno.EPIPE);
    loop.script().allow("shutdown", CHILD);
    loop.tcp().recvEnd(CHILD);
    loop.tcp().close(CHILD);
    loop.turn();
    loop.tasks();
    assertThat(child.log()).contains(RESET, "inactive");
  }

  // Datagrams

  private static final int FD = CLIENT;
  private static final String REFUSED = "Connection refused: recvmsg(/10.9.8.7:54321)";

  private final List<String> packets = new ArrayList<>();

  private Channel connected(int mostPerRead) {
    loop.tcp().datagramSocket(FD);
    loop.tcp().connect(FD, THERE, THEIR_PORT);
    loop.tcp().peerName(FD, THERE, THEIR_PORT);
    ChannelFuture connected =
        new Bootstrap()
            .group(loop.eventLoop())
            .channelFactory(
                () -> new KQueueFfmDatagramChannel(Sockets.datagram(loop.kernel(), null), false))
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
    loop.tasks();
    assertThat(connected.cause()).isNull();
    return connected.channel();
  }

  private void receives(String text) {
    loop.udp().recv(FD, text, os.address(THERE, THEIR_PORT));
    loop.script().allow("getsockname");
  }

  @Test
  @DisplayName("a refused datagram is reported after a pending one [A11]")
  void refusedDatagramIsReportedAfterPendingOne() {
    Channel channel = connected(16);
    loop.kevent(loop.read(FD).oneShot()).returns(loop.read(FD).eof(Errno.ECONNREFUSED).data(4));
    receives("wait");
    loop.udp().recv(FD).fails(Errno.EAGAIN);
    loop.turn();
    assertThat(packets).containsExactly("wait", REFUSED);
    assertThat(channel.isActive()).isTrue();

    loop.kevent(loop.read(FD).oneShot()).returns(loop.read(FD));
    loop.udp().recv(FD).fails(Errno.EAGAIN);
    loop.turn();
    assertThat(packets).as("once").hasSize(2);
  }

  @Test
  @DisplayName("a refused datagram is reported even if the limit of one read ends it before [A11]")
  void refusedDatagramIsReportedAfterTheLimitOfOneRead() {
    connected(1);
    loop.kevent(loop.read(FD).oneShot()).returns(loop.read(FD).eof(Errno.ECONNREFUSED).data(4));
    receives("wait");
    loop.udp().recv(FD).fails(Errno.EAGAIN);
    loop.turn();
    loop.tasks();
    assertThat(packets).containsExactly("wait", REFUSED);
  }

  @Test
  @DisplayName("with auto-read off the next read reports a refused datagram [A11]")
  void refusedDatagramIsReportedByLaterRead() {
    Channel channel = connected(16);
    loop.tcp().sending(FD, "one").fails(Errno.EAGAIN);
    channel.writeAndFlush(Unpooled.copiedBuffer("one", US_ASCII));
    channel.config().setAutoRead(false);
    loop.kevent(loop.write(FD).oneShot()).returns(loop.write(FD).eof(Errno.ECONNREFUSED));
    loop.tcp().sending(FD, "one").answers(3);
    loop.turn();
    assertThat(packets).isEmpty();

    loop.udp().recv(FD).fails(Errno.EAGAIN);
    channel.read();
    loop.tasks();
    assertThat(packets).containsExactly(REFUSED);
  }
}
