package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Addresses of local datagrams, the file of the channel, and a descriptor that it takes over. */
class DomainDatagramPeerScriptedTest {
  private static final Os OS = Os.FREEBSD_X86_64;
  private static final int FD = CLIENT;
  private static final int SO_TYPE = 0x1008;
  private static final String PATH = "/tmp/here";
  private static final String PEER = "/tmp/there";
  private static final byte[] NAME = OS.localAddress(PATH.getBytes(US_ASCII));
  private static final byte[] PEER_NAME = OS.localAddress(PEER.getBytes(US_ASCII));
  private static final byte[] OTHER_NAME = OS.localAddress("/tmp/other".getBytes(US_ASCII));

  private final List<DomainDatagramPacket> packets = new ArrayList<>();

  private KQueueFfmDomainDatagramChannel channel(ScriptedLoop loop) {
    loop.tcp().localDatagramSocket(FD);
    return new KQueueFfmDomainDatagramChannel(
        Sockets.datagram(loop.kernel(), SocketProtocolFamily.UNIX), false);
  }

  private Bootstrap bootstrap(ScriptedLoop loop, KQueueFfmDomainDatagramChannel channel) {
    return new Bootstrap()
        .group(loop.eventLoop())
        .channelFactory(() -> channel)
        .handler(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext ctx, Object message) {
                packets.add((DomainDatagramPacket) message);
              }
            });
  }

  private static void done(ScriptedLoop loop, ChannelFuture future) {
    loop.tasks();
    assertThat(future.cause()).isNull();
    assertThat(future.isSuccess()).isTrue();
  }

  private KQueueFfmDomainDatagramChannel connected(ScriptedLoop loop) {
    KQueueFfmDomainDatagramChannel channel = channel(loop);
    loop.script().expect("connect", FD, ANY, PEER_NAME.length).with(1, PEER_NAME);
    peerName(loop);
    done(loop, bootstrap(loop, channel).connect(new DomainSocketAddress(PEER)));
    return channel;
  }

  private static void peerName(ScriptedLoop loop) {
    loop.script().expect("getpeername", FD).writes(1, PEER_NAME).writesInts(2, PEER_NAME.length);
  }

  private static byte[] stat(Platform platform) {
    Struct layout = platform.struct("stat");
    return ByteBuffer.allocate(layout.size())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(layout.offset("st_mode"), (short) platform.get(Constant.S_IFSOCK))
        .array();
  }

  private static void lstat(ScriptedLoop loop) {
    loop.script()
        .expect("lstat")
        .with(0, (PATH + '\0').getBytes(US_ASCII))
        .writes(1, stat(loop.script().platform()));
  }

  @Test
  void boundChannelShowsSenderAndRecipientAndDeletesItsFile() {
    try (ScriptedLoop loop = ScriptedLoop.on(OS)) {
      KQueueFfmDomainDatagramChannel channel = channel(loop);
      loop.script().expect("bind", FD, ANY, NAME.length).with(1, NAME);
      lstat(loop);
      done(loop, bootstrap(loop, channel).bind(UnixDomainSocketAddress.of(PATH)));
      assertThat(channel.isActive()).isTrue();
      loop.kevent(loop.read(FD).oneShot()).returns(loop.read(FD).data(1));
      loop.udp().recv(FD, "one", PEER_NAME);
      loop.udp().localName(FD, NAME);
      loop.udp().recv(FD, "two", OS.localAddress(new byte[0]));
      loop.udp().recv(FD).fails(Errno.EAGAIN);
      loop.turn();
      assertThat(packets)
          .extracting(packet -> packet.content().toString(US_ASCII))
          .containsExactly("one", "two");
      assertThat(packets).extracting(packet -> packet.sender().path()).containsExactly(PEER, "");
      assertThat(packets)
          .extracting(DomainDatagramPacket::recipient)
          .containsOnly(new DomainSocketAddress(PATH));
      assertThat(channel.localAddress().path()).isEqualTo(PATH);
      packets.forEach(DomainDatagramPacket::release);

      lstat(loop);
      loop.script().expect("unlink").with(0, (PATH + '\0').getBytes(US_ASCII));
      loop.tcp().close(FD);
      assertThat(channel.close().isSuccess()).isTrue();
    }
  }

  @Test
  void channelWithoutANameHasNoLocalAddressYet() {
    try (ScriptedLoop loop = ScriptedLoop.on(OS)) {
      KQueueFfmDomainDatagramChannel channel = channel(loop);
      done(loop, bootstrap(loop, channel).register());
      assertThat(channel.isActive()).isFalse();
      loop.udp().localName(FD, OS.localAddress(new byte[0]));
      assertThat(channel.localAddress()).isNull();
      loop.udp().localName(FD, NAME);
      assertThat(channel.localAddress()).isEqualTo(new DomainSocketAddress(PATH));
    }
  }

  @Test
  void peerIsSentToWithoutItsAddressAndOthersWith() {
    try (ScriptedLoop loop = ScriptedLoop.on(OS)) {
      KQueueFfmDomainDatagramChannel channel = connected(loop);
      ByteBuf heap = Unpooled.copiedBuffer("a", US_ASCII);
      loop.tcp().send(FD, "a");
      done(
          loop,
          channel.writeAndFlush(
              new DefaultAddressedEnvelope<>(
                  heap, (SocketAddress) UnixDomainSocketAddress.of(PEER))));
      assertThat(heap.refCnt()).isZero();
      loop.udp().send(FD, "b", OTHER_NAME).answers(1);
      done(
          loop,
          channel.writeAndFlush(
              new DomainDatagramPacket(
                  Unpooled.copiedBuffer("b", US_ASCII), new DomainSocketAddress("/tmp/other"))));
      loop.udp().send(FD, "c", OTHER_NAME).answers(1);
      done(
          loop,
          channel.writeAndFlush(
              new DefaultAddressedEnvelope<>(
                  Unpooled.directBuffer(1).writeByte('c'),
                  (SocketAddress) UnixDomainSocketAddress.of("/tmp/other"))));
    }
  }

  @Test
  void otherErrorsThanALackOfRoomFailAtOnce() {
    try (ScriptedLoop loop = ScriptedLoop.on(OS)) {
      KQueueFfmDomainDatagramChannel channel = connected(loop);
      loop.tcp().sending(FD, "a").fails(Errno.ECONNREFUSED);
      ChannelFuture refused = channel.writeAndFlush(Unpooled.copiedBuffer("a", US_ASCII));
      assertThat(refused.cause())
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("ECONNREFUSED");
      loop.tcp().send(FD, "b");
      done(loop, channel.writeAndFlush(Unpooled.copiedBuffer("b", US_ASCII)));
    }
  }

  @Test
  void messagesOfOtherKindsAreRefusedWithWhatIsWritable() {
    try (ScriptedLoop loop = ScriptedLoop.on(OS)) {
      KQueueFfmDomainDatagramChannel channel = connected(loop);
      ByteBuf content = Unpooled.copiedBuffer("a", US_ASCII);
      assertThat(
              channel
                  .writeAndFlush(
                      new DefaultAddressedEnvelope<>(content, new InetSocketAddress("10.1.2.3", 9)))
                  .cause())
          .hasMessageContaining("DomainDatagramPacket, AddressedEnvelope<ByteBuf, Domain");
      assertThat(content.refCnt()).isZero();
    }
  }

  /** What taking over a socket that is connected, or not, asks. */
  private static void adopting(ScriptedLoop loop, byte[] name, boolean connected) {
    loop.script()
        .expect("getsockopt", FD, Os.SOL_SOCKET, SO_TYPE)
        .writesInts(3, Os.SOCK_DGRAM)
        .writesInts(4, 4);
    loop.udp().localName(FD, name);
    loop.script().allow("fcntl", FD);
    loop.script().allow("setsockopt", FD);
    loop.script().allow("getsockopt", FD);
    for (int i = 0; i < 2; i++) {
      if (connected) {
        peerName(loop);
      } else {
        loop.script().expect("getpeername", FD).fails(Errno.ENOTCONN);
      }
    }
  }

  @Test
  void descriptorThatIsTakenOverIsActiveAndKnowsItsPeer() {
    for (boolean connected : new boolean[] {false, true}) {
      try (ScriptedLoop loop = ScriptedLoop.on(OS)) {
        adopting(loop, NAME, connected);
        KQueueFfmDomainDatagramChannel channel =
            new KQueueFfmDomainDatagramChannel(Sockets.adoptLocalDatagram(loop.kernel(), FD), true);
        assertThat(channel.isActive()).isTrue();
        assertThat(channel.isConnected()).isEqualTo(connected);
        assertThat(channel.remoteAddress())
            .isEqualTo(connected ? new DomainSocketAddress(PEER) : null);
        loop.tcp().close(FD);
        channel.unsafe().closeForcibly();
      }
    }
  }

  private static final class NoConfig extends KQueueFfmDomainDatagramChannel {
    NoConfig(ScriptedLoop loop, boolean adopted) {
      super(
          adopted
              ? Sockets.adoptLocalDatagram(loop.kernel(), FD)
              : Sockets.datagram(loop.kernel(), SocketProtocolFamily.UNIX),
          adopted);
    }

    @Override
    protected KQueueFfmDomainDatagramChannelConfig newConfig() {
      throw new IllegalStateException("no configuration");
    }
  }

  @Test
  void constructorThatFailsClosesItsOwnSocketAndNotTheUsers() {
    try (ScriptedLoop loop = ScriptedLoop.on(OS)) {
      loop.tcp().localDatagramSocket(FD);
      loop.tcp().close(FD);
      assertThatThrownBy(() -> new NoConfig(loop, false)).hasMessage("no configuration");
      adopting(loop, NAME, true);
      assertThatThrownBy(() -> new NoConfig(loop, true)).hasMessage("no configuration");
      assertThat(loop.script().calls("close")).isEqualTo(1);
    }
  }
}
