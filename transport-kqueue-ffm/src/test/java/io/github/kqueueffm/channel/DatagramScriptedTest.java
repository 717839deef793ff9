package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.HERE;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THEIR_PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Memory;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.UncheckedBooleanSupplier;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.nio.channels.NotYetConnectedException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** An exchange of datagrams on every system, byte for byte. */
@ParameterizedClass
@EnumSource(Os.class)
class DatagramScriptedTest extends AbstractScriptedLoopTest {
  private static final int FD = CLIENT;
  private static final InetSocketAddress PEER = new InetSocketAddress(THERE, THEIR_PORT);
  private static final int SO_SNDBUF = 0x1001;

  private final byte[] peer;
  private final Packets packets = new Packets();

  DatagramScriptedTest(Os os) {
    super(os);
    peer = os.address(os.datagramInet(), THERE, THEIR_PORT);
  }

  private static final class Packets extends ChannelInboundHandlerAdapter {
    final List<String> received = new ArrayList<>();
    final List<InetSocketAddress> recipients = new ArrayList<>();
    final List<Throwable> failures = new ArrayList<>();

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      received.add(packet.content().toString(US_ASCII) + " from " + packet.sender());
      recipients.add(packet.recipient());
      packet.release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      failures.add(cause);
    }
  }

  private Bootstrap bootstrap() {
    loop.tcp().datagramSocket(FD);
    return new Bootstrap()
        .group(loop.eventLoop())
        .channelFactory(
            () -> new KQueueFfmDatagramChannel(Sockets.datagram(loop.kernel(), null), false))
        .handler(packets);
  }

  /** A channel that is bound to {@link ScriptedLoop#HERE}. */
  private Channel bound() {
    return bound(bootstrap());
  }

  private Channel bound(Bootstrap bootstrap) {
    loop.udp().asksForBroadcast(FD);
    loop.tcp().bind(FD, HERE, PORT);
    ChannelFuture bound = bootstrap.bind(new InetSocketAddress(HERE, PORT));
    loop.tasks();
    assertThat(bound.isSuccess()).isTrue();
    return bound.channel();
  }

  private Channel connected() {
    Bootstrap bootstrap = bootstrap();
    loop.tcp().connect(FD, THERE, THEIR_PORT);
    loop.tcp().peerName(FD, THERE, THEIR_PORT);
    ChannelFuture connected = bootstrap.connect(PEER);
    loop.tasks();
    assertThat(connected.cause()).isNull();
    assertThat(connected.isSuccess()).isTrue();
    return connected.channel();
  }

  /** After all bytes of an event, which not every system counts exactly. */
  private void nothingFollows() {
    if (!os.countsDatagrams()) {
      loop.udp().recv(FD).fails(Errno.EAGAIN);
    }
  }

  /** As FreeBSD and DragonFly answer it: with 0 for no bytes from an empty queue. */
  private void empty() {
    loop.udp()
        .recv(FD)
        .does(call -> {
          long length = Memory.getLong(Memory.getLong(call.argument(1) + 16) + 8);
          return length == 0 ? 0 : -loop.kernel().platform().number(Errno.EAGAIN);
        });
  }

  @Test
  @DisplayName("a receive buffer without room yields no datagram that was not sent")
  void receiveBufferWithoutRoomYieldsNoDatagram() {
    RecvByteBufAllocator noRoom =
        new DefaultMaxMessagesRecvByteBufAllocator(16) {
          @Override
          @SuppressWarnings("deprecation") // The type that Netty's interface has.
          public Handle newHandle() {
            return new MaxMessageHandle() {
              private int left;

              @Override
              public int guess() {
                return 0;
              }

              @Override
              public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
                // Netty's own ends a read after no bytes.
                return left-- > 0;
              }

              @Override
              public void reset(ChannelConfig config) {
                super.reset(config);
                left = 16;
              }
            };
          }
        };
    bound(bootstrap().option(ChannelOption.RECVBUF_ALLOCATOR, noRoom));
    loop.kevent(loop.read(FD).oneShot()).returns(loop.read(FD).data(1));
    loop.udp().recv(FD, "x", peer);
    loop.udp().localName(FD, os.address(HERE, PORT));
    empty();
    loop.turn();
    assertThat(packets.received).containsExactly(" from /10.9.8.7:54321");
    loop.kevent(loop.read(FD).oneShot()).returns(loop.read(FD));
    empty();
    loop.turn();
    assertThat(packets.received).hasSize(1);
    assertThat(packets.failures).isEmpty();
  }

  private static DatagramPacket packet(String text) {
    return new DatagramPacket(Unpooled.copiedBuffer(text, US_ASCII), PEER);
  }

  @Test
  @DisplayName("one arrives and is answered; the sender's and the recipient's addresses are right")
  void datagramIsReceivedAndAnswered() {
    Channel channel = bound();
    loop.kevent(loop.read(FD).oneShot()).returns(loop.read(FD).data(4));
    loop.udp().recv(FD, "ping", peer);
    loop.udp().localName(FD, os.address(os.datagramInet(), HERE, PORT));
    nothingFollows();
    loop.turn();
    assertThat(packets.received).containsExactly("ping from /10.9.8.7:54321");
    assertThat(packets.recipients).containsExactly(new InetSocketAddress(HERE, PORT));

    loop.udp().send(FD, "pong", peer).answers(4);
    assertThat(channel.writeAndFlush(packet("pong")).isSuccess()).isTrue();
    loop.kevent(loop.read(FD).oneShot()).returns();
    loop.turn();
    loop.tcp().close(FD);
    loop.ends();
  }

  @Test
  @DisplayName("with the option, a control message has the recipient")
  void controlMessageGivesTheRecipient() {
    Bootstrap bootstrap = bootstrap().option(KQueueFfmChannelOption.IP_RECVDSTADDR, true);
    loop.tcp().option(FD, os.pktinfoLevel(), os.recvPktinfo(), 1);
    loop.udp().asksForBroadcast(FD);
    byte[] wildcard = os.wildcard(PORT);
    loop.script().expect("bind", FD, ANY, wildcard.length).with(1, wildcard);
    bootstrap.bind(new InetSocketAddress("0.0.0.0", PORT));
    loop.tasks();
    loop.kevent(loop.read(FD).oneShot()).returns(loop.read(FD).data(4));
    byte[] sender = os.address(THERE, THEIR_PORT);
    loop.udp().recv(FD, "ping", sender, os.pktinfo(HERE));
    loop.udp().localName(FD, wildcard);
    nothingFollows();
    loop.turn();
    assertThat(packets.recipients).containsExactly(new InetSocketAddress(HERE, PORT));
  }

  @Test
  @DisplayName("several go out by one sendmmsg where there is one")
  void flushUsesSendmmsg() {
    Channel channel = bound();
    loop.udp().sendAll(FD, peer, "one", "two!");
    channel.write(packet("one"));
    assertThat(channel.writeAndFlush(packet("two!")).isSuccess()).isTrue();
  }

  @Test
  @DisplayName("a connected one sends without the address, which the BSDs refuse with EISCONN")
  void connectedChannelSendsWithoutAddress() {
    Channel channel = connected();
    loop.tcp().send(FD, "ping");
    channel.writeAndFlush(Unpooled.copiedBuffer("ping", US_ASCII));
    loop.tcp().send(FD, "pong");
    assertThat(channel.writeAndFlush(packet("pong")).isSuccess()).isTrue();
  }

  @Test
  @DisplayName("ENOBUFS fails that datagram, and never waits for a socket that is writable [B5]")
  void enobufsFailsItsDatagram() {
    Channel channel = bound();
    loop.udp().send(FD, "lost", peer).fails(Errno.ENOBUFS);
    loop.script()
        .expect("getsockopt", FD, Os.SOL_SOCKET, SO_SNDBUF)
        .writesInts(3, 9216)
        .writesInts(4, 4);
    ChannelFuture lost = channel.writeAndFlush(packet("lost"));
    assertThat(lost.cause()).hasMessageContaining("ENOBUFS").hasMessageContaining("9216");
    loop.udp().send(FD, "next", peer).answers(4);
    assertThat(channel.writeAndFlush(packet("next")).isSuccess()).isTrue();
    loop.kevent(loop.read(FD).oneShot()).returns();
    loop.turn();
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void waitsForRoomAfterEagain() {
    Channel channel = bound();
    loop.udp().send(FD, "late", peer).fails(Errno.EAGAIN);
    ChannelFuture late = channel.writeAndFlush(packet("late"));
    loop.kevent(loop.read(FD).oneShot(), loop.write(FD).oneShot())
        .returns(loop.write(FD).data(9216));
    loop.udp().send(FD, "late", peer).answers(4);
    loop.turn();
    assertThat(late.isSuccess()).isTrue();
  }

  @Test
  @DisplayName(
      "a refusal is PortUnreachableException, on read and on write, and closes nothing [B8]")
  void refusalIsPortUnreachableException() {
    Channel channel = connected();
    loop.kevent(loop.read(FD).oneShot()).returns(loop.read(FD).eof(Errno.ECONNREFUSED));
    loop.udp().recv(FD).fails(Errno.ECONNREFUSED);
    loop.turn();
    assertThat(packets.failures).singleElement().isInstanceOf(PortUnreachableException.class);
    loop.tcp().sending(FD, "ping").fails(Errno.ECONNREFUSED);
    ChannelFuture sent = channel.writeAndFlush(Unpooled.copiedBuffer("ping", US_ASCII));
    assertThat(sent.cause()).isInstanceOf(PortUnreachableException.class);
    assertThat(channel.isActive()).isTrue();
    loop.kevent(loop.read(FD).oneShot()).returns();
    loop.turn();
  }

  @Test
  @DisplayName("an empty datagram is one, and EV_EOF with it is not an end [A11]")
  void emptyDatagramIsReceived_libkqueue39() {
    Channel channel = bound();
    loop.kevent(loop.read(FD).oneShot()).returns(loop.read(FD).eof());
    loop.udp().recv(FD, "", peer);
    loop.udp().localName(FD, os.address(os.datagramInet(), HERE, PORT));
    loop.turn();
    assertThat(packets.received).containsExactly(" from /10.9.8.7:54321");
    loop.kevent(loop.read(FD).oneShot()).returns();
    loop.turn();
    assertThat(channel.isActive()).isTrue();
    loop.udp().send(FD, "", peer).answers(0);
    assertThat(channel.writeAndFlush(packet("")).isSuccess()).isTrue();
  }

  @Test
  @DisplayName("a stale event finds nothing and arms again")
  void staleEventArmsAgain() {
    bound();
    loop.kevent(loop.read(FD).oneShot()).returns(loop.read(FD).data(99));
    loop.udp().recv(FD).fails(Errno.EAGAIN);
    loop.turn();
    loop.kevent(loop.read(FD).oneShot()).returns();
    loop.turn();
    assertThat(packets.failures).isEmpty();
  }

  @Test
  @DisplayName("a disconnect is a connect to no family, whose EAFNOSUPPORT means that it is done")
  void eafnosupportOnDisconnectIsSuccess() {
    Channel channel = connected();
    loop.script().expect("connect", FD, ANY, ANY).fails(Errno.EAFNOSUPPORT);
    loop.script().expect("getpeername", FD).fails(Errno.ENOTCONN);
    ChannelFuture disconnected = channel.disconnect();
    assertThat(disconnected.isSuccess()).isTrue();
    assertThat(channel.remoteAddress()).isNull();
    assertThat(channel.isActive()).as("still bound").isTrue();
    loop.udp().send(FD, "next", peer).answers(4);
    assertThat(channel.writeAndFlush(packet("next")).isSuccess()).isTrue();
  }

  @Test
  @DisplayName("with auto-read off nothing is armed: a datagram socket has no end")
  void pausedChannelHasNoPeerCloseKnote() {
    Channel channel = bound();
    channel.config().setAutoRead(false);
    loop.kevent().returns();
    loop.turn();
  }

  @Test
  @DisplayName("of one flush only the datagram fails that cannot be sent, and the next flush none")
  void failedDatagramFailsAloneInItsFlush() {
    Channel channel = bound();
    if (os.hasSendmmsg()) {
      loop.udp().sending(FD, peer, "one", "lost", "two").answers(1);
      loop.udp().sending(FD, peer, "lost", "two").fails(Errno.EHOSTUNREACH);
    } else {
      loop.udp().send(FD, "one", peer).answers(3);
      loop.udp().send(FD, "lost", peer).fails(Errno.EHOSTUNREACH);
    }
    loop.udp().send(FD, "two", peer).answers(3);
    ChannelFuture one = channel.write(packet("one"));
    ChannelFuture lost = channel.write(packet("lost"));
    ChannelFuture two = channel.writeAndFlush(packet("two"));
    assertThat(lost.cause()).isInstanceOf(NoRouteToHostException.class);
    assertThat(one.isSuccess() && two.isSuccess()).isTrue();
    loop.udp().sendAll(FD, peer, "three", "four");
    channel.write(packet("three"));
    assertThat(channel.writeAndFlush(packet("four")).isSuccess()).isTrue();
  }

  @Test
  @DisplayName("room for several is filled by one recvmmsg where that leaves no error behind")
  void recvmmsgFillsRoomForSeveral() {
    int most = 4;
    bound(
        bootstrap()
            .option(KQueueFfmChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 8)
            .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(8 * most)));
    loop.kevent(loop.read(FD).oneShot()).returns(loop.read(FD).data(4));
    if (os.hasSendmmsg()) {
      // The event was an old one.
      loop.script().expect("recvmmsg", FD, ANY, most, 0, 0).fails(Errno.EAGAIN);
    } else {
      loop.udp().recv(FD, "ping", peer);
      loop.udp().localName(FD, os.address(os.datagramInet(), HERE, PORT));
    }
    loop.turn();
    // Armed again, and then silent.
    loop.kevent(loop.read(FD).oneShot()).returns();
    loop.turn();
    loop.kevent().returns();
    loop.turn();
    assertThat(packets.failures).isEmpty();
  }

  @Test
  @DisplayName("a wildcard as recipient means this machine, which not every kernel takes it for")
  void wildcardIsTheLoopbackAddress() {
    Channel channel = bound();
    InetSocketAddress any = new InetSocketAddress("0.0.0.0", THEIR_PORT);
    byte[] loopback = os.address(os.datagramInet(), "127.0.0.1", THEIR_PORT);
    loop.udp().send(FD, "one", loopback).answers(3);
    DatagramPacket one = new DatagramPacket(Unpooled.copiedBuffer("one", US_ASCII), any);
    assertThat(channel.writeAndFlush(one).isSuccess()).isTrue();
    loop.udp().sendAll(FD, loopback, "two", "three");
    channel.write(new DatagramPacket(Unpooled.copiedBuffer("two", US_ASCII), any));
    DatagramPacket three = new DatagramPacket(Unpooled.copiedBuffer("three", US_ASCII), any);
    assertThat(channel.writeAndFlush(three).isSuccess()).isTrue();
  }

  @Test
  @DisplayName("a second connect that fails has ended the first: getpeername is asked")
  void failedSecondConnectAsksTheKernelForThePeer() {
    KQueueFfmDatagramChannel channel = (KQueueFfmDatagramChannel) connected();
    InetSocketAddress other = new InetSocketAddress("10.9.8.6", THEIR_PORT);
    loop.tcp().connect(FD, "10.9.8.6", THEIR_PORT).fails(Errno.ENETUNREACH);
    loop.tcp().peerName(FD, THERE, THEIR_PORT);
    assertThat(channel.connect(other).cause()).isInstanceOf(NoRouteToHostException.class);
    assertThat(channel.isConnected()).isTrue();
    assertThat(channel.remoteAddress()).isEqualTo(PEER);

    loop.tcp().connect(FD, "10.9.8.6", THEIR_PORT).fails(Errno.EINVAL);
    loop.script().expect("getpeername", FD).fails(os.noPeer());
    assertThat(channel.connect(other).cause()).hasMessageContaining("EINVAL");
    assertThat(channel.isConnected()).isFalse();
    assertThat(channel.remoteAddress()).isNull();
    assertThat(channel.isActive()).as("still bound").isTrue();
    assertThat(channel.writeAndFlush(Unpooled.copiedBuffer("to whom?", US_ASCII)).cause())
        .isInstanceOf(NotYetConnectedException.class);
  }
}
