package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.HERE;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THEIR_PORT;
import static io.github.kqueueffm.channel.ScriptedUdp.FD;
import static io.github.kqueueffm.channel.ScriptedUdp.PEER;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Datagrams that one recvmmsg(2) receives: slices, failures in the middle, and refusals. */
class DatagramReceiveScriptedTest {
  private static final Os OS = Os.FREEBSD_X86_64;
  private static final int SLOT = 8;
  private static final int SLOTS = 4;
  private static final String OTHER = "10.9.8.6";

  private static Bootstrap receiving(Bootstrap bootstrap, RecvByteBufAllocator allocator) {
    return bootstrap
        .option(KQueueFfmChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, SLOT)
        .option(ChannelOption.RECVBUF_ALLOCATOR, allocator);
  }

  private static Bootstrap receiving(Bootstrap bootstrap) {
    return receiving(bootstrap, new FixedRecvByteBufAllocator(SLOT * SLOTS).maxMessagesPerRead(16));
  }

  private static void recvMany(ScriptedUdp udp, String... texts) {
    udp.loop.udp().recvMany(FD, SLOTS, new byte[][] {udp.peer}, texts);
  }

  private static void recvManyFails(ScriptedUdp udp, Errno errno) {
    udp.loop.script().expect("recvmmsg", FD, ANY, SLOTS, 0, 0).fails(errno);
  }

  @Test
  void datagramsOfOneCallAreSlicesEachWithItsSenderAndItsOwnCount() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      udp.bound(receiving(udp.bootstrap()));
      udp.readable();
      byte[] other = OS.address(OS.datagramInet(), OTHER, THEIR_PORT);
      udp.loop.udp().recvMany(FD, SLOTS, new byte[][] {udp.peer, other}, "one", "", "12345678");
      recvManyFails(udp, Errno.EAGAIN);
      udp.loop.turn();

      assertThat(udp.texts()).containsExactly("one", "", "12345678");
      assertThat(udp.received)
          .extracting(packet -> packet.sender())
          .containsExactly(PEER, new InetSocketAddress(OTHER, THEIR_PORT), PEER);
      assertThat(udp.failures).isEmpty();
      udp.received.get(0).release();
      udp.received.get(1).release();
      assertThat(udp.received.get(2).content().toString(US_ASCII)).isEqualTo("12345678");
      udp.received.get(2).release();
      udp.assertNoBufferIsHeld();
      udp.armsAgain();
    }
  }

  @Test
  void eventThatCountsExactlySavesTheReceiveFromAnEmptySocket() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      udp.bound(udp.bootstrap());
      udp.readable(8);
      udp.loop.udp().recv(FD, "one", udp.peer);
      udp.loop.udp().recv(FD, "three", udp.peer);
      udp.loop.turn();
      assertThat(udp.texts()).containsExactly("one", "three");
      udp.armsAgain();
    }
  }

  @Test
  void eventThatCountsNothingIsReadUntilTheSocketIsEmpty() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      udp.bound(udp.bootstrap());
      udp.readable(0);
      udp.loop.udp().recv(FD, "one", udp.peer);
      udp.loop.udp().recv(FD).fails(Errno.EAGAIN);
      udp.loop.turn();
      assertThat(udp.texts()).containsExactly("one");
      udp.armsAgain();
    }
  }

  @Test
  void everyDatagramOfACallCountsForTheLimitOfARead() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      udp.bound(
          receiving(
              udp.bootstrap(), new FixedRecvByteBufAllocator(SLOT * SLOTS).maxMessagesPerRead(4)));
      udp.readable();
      recvMany(udp, "1", "2");
      recvMany(udp, "3", "4");
      udp.loop.turn();
      assertThat(udp.texts()).containsExactly("1", "2", "3", "4");
      udp.armsAgain();
    }
  }

  @Test
  void handleReceivesTheBytesOfAllDatagramsAndThatNoneFollow() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      NotedReceives receives = new NotedReceives(SLOT * SLOTS);
      udp.bound(receiving(udp.bootstrap(), receives));
      udp.readable();
      recvMany(udp, "one", "", "three");
      recvManyFails(udp, Errno.EAGAIN);
      udp.loop.turn();
      assertThat(receives.received).containsExactly(8, -1);
      assertThat(receives.attempted).containsExactly(SLOT * SLOTS, SLOT * SLOTS);
    }
  }

  @Test
  void singleReceiveReportsItsBytesAndItsEndToo() {
    try (ScriptedUdp udp = new ScriptedUdp(Os.MACOS_AARCH64)) {
      NotedReceives receives = new NotedReceives(SLOT * SLOTS);
      udp.bound(receiving(udp.bootstrap(), receives));
      udp.readable();
      udp.loop.udp().recv(FD, "one", udp.peer);
      udp.loop.udp().recv(FD).fails(Errno.EINTR);
      udp.loop.udp().recv(FD, "three", udp.peer);
      udp.loop.udp().recv(FD).fails(Errno.EAGAIN);
      udp.loop.turn();
      assertThat(udp.texts()).containsExactly("one", "three");
      assertThat(receives.received).containsExactly(3, 5, -1);
    }
  }

  /** A channel that cannot make one of the packets of a call: the second at first. */
  private static final class Failing extends KQueueFfmDatagramChannel {
    private int failsAt = 1;

    Failing(ScriptedLoop loop) {
      super(Sockets.datagram(loop.kernel(), null), false);
    }

    @Override
    Object packet(ByteBuf content, DatagramResources resources, DatagramBatch batch, int at) {
      if (at == failsAt) {
        throw new IllegalStateException("no packet " + at);
      }
      return super.packet(content, resources, batch, at);
    }
  }

  @Test
  void failureAtOneDatagramReleasesAllOfItsCallAndLeavesNothingForTheNext() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Failing channel = (Failing) udp.bound(receiving(udp.bootstrap(Failing::new)));
      for (int i = 0; i < 2; i++) {
        udp.readable();
        recvMany(udp, "one", "two", "three");
        udp.loop.turn();
        udp.assertNoBufferIsHeld();
      }
      assertThat(udp.failures).extracting(Throwable::getMessage).containsOnly("no packet 1");
      assertThat(udp.failures).hasSize(2);
      channel.failsAt = -1;
      udp.readable();
      recvMany(udp, "four");
      recvManyFails(udp, Errno.EAGAIN);
      udp.loop.turn();
      assertThat(udp.texts()).containsExactly("four");
    }
  }

  @Test
  void packetsOfAFailedCallAreReleasedOnceOnly() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Failing channel = (Failing) udp.bound(receiving(udp.bootstrap(Failing::new)));
      for (int at : new int[] {2, 1, 0}) {
        channel.failsAt = at;
        udp.readable();
        recvMany(udp, "one", "two", "three");
        udp.loop.turn();
        udp.assertNoBufferIsHeld();
      }
      assertThat(udp.failures)
          .extracting(Throwable::getMessage)
          .containsExactly("no packet 2", "no packet 1", "no packet 0");
    }
  }

  @Test
  void errorOfTheSocketNamesTheCallAndKeepsNoBuffer() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.connected(receiving(udp.bootstrap()));
      udp.readable();
      recvManyFails(udp, Errno.EINTR);
      recvManyFails(udp, Errno.ECONNREFUSED);
      udp.loop.turn();
      assertThat(udp.failures).singleElement().isInstanceOf(PortUnreachableException.class);
      assertThat(udp.failures.get(0)).hasMessageContaining("recvmmsg");
      assertThat(channel.isActive()).isTrue();
      udp.assertNoBufferIsHeld();
      udp.armsAgain();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPERM", "EACCES", "EINVAL"})
  void callThatAPolicyForbidsGivesWayToRecvmsgForOneRead(Errno errno) {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      udp.bound(receiving(udp.bootstrap()));
      udp.readable();
      recvManyFails(udp, errno);
      udp.loop.udp().recv(FD, "one", udp.peer);
      udp.loop.udp().recv(FD, "two", udp.peer);
      udp.loop.udp().recv(FD).fails(Errno.EAGAIN);
      udp.loop.turn();
      assertThat(udp.texts()).containsExactly("one", "two");
      assertThat(udp.failures).isEmpty();

      udp.readable();
      recvMany(udp, "three");
      recvManyFails(udp, Errno.EAGAIN);
      udp.loop.turn();
      assertThat(udp.texts()).containsExactly("one", "two", "three");
    }
  }

  @Test
  void refusalsWithSuccessesBetweenThemDoNotGiveTheCallUp() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      udp.bound(receiving(udp.bootstrap()));
      for (int round = 0; round < 4; round++) {
        udp.readable();
        recvManyFails(udp, Errno.EPERM);
        udp.loop.udp().recv(FD, "one", udp.peer);
        udp.loop.udp().recv(FD).fails(Errno.EAGAIN);
        udp.loop.turn();
        udp.readable();
        recvMany(udp, "two");
        recvManyFails(udp, Errno.EAGAIN);
        udp.loop.turn();
      }
      assertThat(udp.texts()).hasSize(8);
      assertThat(udp.failures).isEmpty();
    }
  }

  @Test
  void callThatTheKernelLacksIsNotTriedAgain() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      udp.bound(receiving(udp.bootstrap()));
      udp.readable();
      recvManyFails(udp, Errno.ENOSYS);
      udp.loop.udp().recv(FD, "one", udp.peer);
      udp.loop.udp().recv(FD).fails(Errno.EAGAIN);
      udp.loop.turn();
      udp.readable();
      udp.loop.udp().recv(FD, "two", udp.peer);
      udp.loop.udp().recv(FD).fails(Errno.EAGAIN);
      udp.loop.turn();
      assertThat(udp.texts()).containsExactly("one", "two");
    }
  }

  @Test
  void errorThatRecvmmsgTookFromTheSocketIsReported() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      udp.bound(receiving(udp.bootstrap()));
      udp.readable();
      recvManyFails(udp, Errno.EACCES);
      udp.loop.udp().recv(FD).fails(Errno.EAGAIN);
      udp.loop.turn();
      assertThat(udp.failures).hasSize(1);
      assertThat(udp.failures.get(0))
          .hasMessageContaining("recvmmsg")
          .hasMessageContaining("EACCES");

      udp.readable();
      recvManyFails(udp, Errno.ENOSYS);
      udp.loop.udp().recv(FD).fails(Errno.EAGAIN);
      udp.loop.turn();
      assertThat(udp.failures).as("ENOSYS does not come from the socket").hasSize(1);
    }
  }

  @Test
  void channelThatItsHandlerClosesDeliversTheRestOfTheCallAndReceivesNoMore() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(receiving(udp.bootstrap()));
      channel
          .pipeline()
          .addFirst(
              new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                  ctx.close();
                  ctx.fireChannelRead(message);
                }
              });
      udp.readable();
      recvMany(udp, "one", "two");
      udp.loop.tcp().close(FD);
      udp.loop.turn();
      assertThat(udp.texts()).containsExactly("one", "two");
      assertThat(udp.failures).isEmpty();
    }
  }

  @Test
  void withoutAutoReadACallIsOneRead() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel =
          udp.bound(receiving(udp.bootstrap()).option(ChannelOption.AUTO_READ, false));
      udp.loop.kevent().returns();
      udp.loop.turn();
      channel.read();
      udp.readable();
      recvMany(udp, "one");
      udp.loop.turn();
      // The read is done, so that the filter stays off.
      udp.loop.kevent().returns();
      udp.loop.turn();
      assertThat(udp.texts()).containsExactly("one");
    }
  }

  @Test
  void recipientIsThatOfEachDatagram() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Bootstrap bootstrap = udp.bootstrap().option(KQueueFfmChannelOption.IP_RECVDSTADDR, true);
      udp.loop.tcp().option(FD, OS.pktinfoLevel(), OS.recvPktinfo(), 1);
      udp.loop.udp().asksForBroadcast(FD);
      byte[] wildcard = OS.wildcard(PORT);
      udp.loop.script().expect("bind", FD, ANY, wildcard.length).with(1, wildcard);
      udp.done(bootstrap.bind(new InetSocketAddress("0.0.0.0", PORT)));
      byte[] sender = OS.address("10.9.8.7", THEIR_PORT);
      byte[] other = OS.address(OTHER, THEIR_PORT);
      udp.readable();
      udp.loop.udp().recv(FD, "one", sender, OS.pktinfo(HERE));
      udp.loop.udp().localName(FD, wildcard);
      udp.loop.udp().recv(FD, "two", other, OS.pktinfo("10.1.2.4"));
      udp.loop.udp().recv(FD, "three", other, OS.pktinfo(HERE));
      udp.loop.udp().recv(FD).fails(Errno.EAGAIN);
      udp.loop.turn();
      assertThat(udp.received)
          .extracting(packet -> packet.recipient())
          .containsExactly(
              new InetSocketAddress(HERE, PORT),
              new InetSocketAddress("10.1.2.4", PORT),
              new InetSocketAddress(HERE, PORT));
      assertThat(udp.received)
          .extracting(packet -> packet.sender())
          .containsExactly(
              PEER,
              new InetSocketAddress(OTHER, THEIR_PORT),
              new InetSocketAddress(OTHER, THEIR_PORT));
    }
  }
}
