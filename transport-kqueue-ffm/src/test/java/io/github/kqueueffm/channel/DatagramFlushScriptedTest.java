package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedUdp.FD;
import static io.github.kqueueffm.channel.ScriptedUdp.PEER;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Memory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultAddressedEnvelope;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import org.junit.jupiter.api.Test;

/** What becomes of datagrams between write and their promises. */
class DatagramFlushScriptedTest {
  private static final Os OS = Os.FREEBSD_X86_64;
  private static final int SO_SNDBUF = 0x1001;

  private static ChannelFuture[] write(ScriptedUdp udp, Channel channel, String... texts) {
    ChannelFuture[] futures = new ChannelFuture[texts.length];
    for (int i = 0; i < texts.length; i++) {
      futures[i] = channel.write(udp.packet(texts[i]));
    }
    return futures;
  }

  private static Channel limited(ScriptedUdp udp) {
    return udp.bound(udp.bootstrap().option(ChannelOption.MAX_MESSAGES_PER_WRITE, 2));
  }

  @Test
  void flushSendsNoMoreThanItsLimitAndGoesOnAsATask() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = limited(udp);
      ChannelFuture[] futures = write(udp, channel, "1", "2", "3", "4", "5");
      udp.loop.udp().sendAll(FD, udp.peer, "1", "2");
      channel.flush();
      assertThat(futures[1].isSuccess()).isTrue();
      assertThat(futures[2].isDone()).isFalse();
      udp.loop.udp().sendAll(FD, udp.peer, "3", "4");
      udp.loop.udp().send(FD, "5", udp.peer).answers(1);
      udp.loop.tasks();
      assertThat(futures).allMatch(ChannelFuture::isSuccess);
    }
  }

  @Test
  void flushOfExactlyItsLimitQueuesNoTask() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = limited(udp);
      write(udp, channel, "1", "2");
      udp.loop.udp().sendAll(FD, udp.peer, "1", "2");
      channel.flush();
      assertThat(udp.loop.eventLoop().runNonBlockingTasks(0)).isZero();
    }
  }

  @Test
  void datagramThatTheKernelRefusesCountsForTheLimit() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = limited(udp);
      ChannelFuture[] futures = write(udp, channel, "lost", "1", "2");
      udp.loop.udp().sending(FD, udp.peer, "lost", "1").fails(Errno.EHOSTUNREACH);
      udp.loop.udp().send(FD, "1", udp.peer).answers(1);
      channel.flush();
      assertThat(futures[0].cause()).isInstanceOf(NoRouteToHostException.class);
      assertThat(futures[1].isSuccess()).isTrue();
      assertThat(futures[2].isDone()).isFalse();
      udp.loop.udp().send(FD, "2", udp.peer).answers(1);
      udp.loop.tasks();
      assertThat(futures[2].isSuccess()).isTrue();
    }
  }

  @Test
  void datagramForAPeerThatIsNotThereFailsAloneAndCountsForTheLimit() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = limited(udp);
      ChannelFuture toNoPeer = channel.write(udp.bytes("lost"));
      ChannelFuture[] futures = write(udp, channel, "1", "2");
      udp.loop.udp().send(FD, "1", udp.peer).answers(1);
      channel.flush();
      assertThat(toNoPeer.cause()).isInstanceOf(NotYetConnectedException.class);
      assertThat(futures[0].isSuccess()).isTrue();
      assertThat(futures[1].isDone()).isFalse();
      udp.loop.udp().send(FD, "2", udp.peer).answers(1);
      udp.loop.tasks();
      assertThat(futures[1].isSuccess()).isTrue();
    }
  }

  @Test
  void datagramForNoPeerEndsASendmmsgBeforeIt() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      ChannelFuture[] before = write(udp, channel, "1", "2");
      ChannelFuture toNoPeer = channel.write(udp.bytes("lost"));
      ChannelFuture[] after = write(udp, channel, "3", "4");
      udp.loop.udp().sendAll(FD, udp.peer, "1", "2");
      udp.loop.udp().sendAll(FD, udp.peer, "3", "4");
      channel.flush();
      assertThat(toNoPeer.cause()).isInstanceOf(NotYetConnectedException.class);
      assertThat(before).allMatch(ChannelFuture::isSuccess);
      assertThat(after).allMatch(ChannelFuture::isSuccess);
    }
  }

  @Test
  void sendmmsgThatAPolicyForbidsGivesWayToSendtoForOneFlush() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      write(udp, channel, "1", "2", "3");
      udp.loop.udp().sending(FD, udp.peer, "1", "2", "3").fails(Errno.EINTR);
      udp.loop.udp().sending(FD, udp.peer, "1", "2", "3").fails(Errno.EPERM);
      udp.loop.udp().send(FD, "1", udp.peer).fails(Errno.EINTR);
      for (String text : new String[] {"1", "2", "3"}) {
        udp.loop.udp().send(FD, text, udp.peer).answers(1);
      }
      channel.flush();
      ChannelFuture[] next = write(udp, channel, "4", "5");
      udp.loop.udp().sendAll(FD, udp.peer, "4", "5");
      channel.flush();
      assertThat(next).allMatch(ChannelFuture::isSuccess);
    }
  }

  @Test
  void refusalsWithSuccessesBetweenThemDoNotGiveTheCallUp() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      for (int round = 0; round < 4; round++) {
        ChannelFuture[] first = write(udp, channel, "1", "2");
        udp.loop.udp().sending(FD, udp.peer, "1", "2").fails(Errno.EPERM);
        udp.loop.udp().send(FD, "1", udp.peer).answers(1);
        udp.loop.udp().send(FD, "2", udp.peer).answers(1);
        channel.flush();
        ChannelFuture[] second = write(udp, channel, "3", "4");
        udp.loop.udp().sendAll(FD, udp.peer, "3", "4");
        channel.flush();
        assertThat(first).allMatch(ChannelFuture::isSuccess);
        assertThat(second).allMatch(ChannelFuture::isSuccess);
      }
    }
  }

  @Test
  void sendmmsgThatTheKernelLacksIsNotTriedAgain() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      udp.loop.udp().sending(FD, udp.peer, "1", "2").fails(Errno.ENOSYS);
      for (String text : new String[] {"1", "2", "3", "4"}) {
        udp.loop.udp().send(FD, text, udp.peer).answers(1);
      }
      write(udp, channel, "1", "2");
      channel.flush();
      ChannelFuture[] next = write(udp, channel, "3", "4");
      channel.flush();
      assertThat(next).allMatch(ChannelFuture::isSuccess);
    }
  }

  @Test
  void datagramThatBothCallsRefuseFailsWithTheReasonOfSendto() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      ChannelFuture[] futures = write(udp, channel, "lost", "2", "3");
      udp.loop.udp().sending(FD, udp.peer, "lost", "2", "3").fails(Errno.EPERM);
      udp.loop.udp().send(FD, "lost", udp.peer).fails(Errno.EPERM);
      // It was about that datagram and not about the call.
      udp.loop.udp().sendAll(FD, udp.peer, "2", "3");
      channel.flush();
      assertThat(futures[0].cause())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("sendto")
          .hasMessageContaining("EPERM")
          .hasMessageContaining("10.9.8.7");
      assertThat(futures[2].isSuccess()).isTrue();
    }
  }

  @Test
  void failureOfOneInTheMiddleNamesSendmmsg() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      ChannelFuture[] futures = write(udp, channel, "1", "lost", "2");
      udp.loop.udp().sending(FD, udp.peer, "1", "lost", "2").answers(1);
      udp.loop.udp().sending(FD, udp.peer, "lost", "2").fails(Errno.EMSGSIZE);
      udp.loop.script().expect("getsockopt", FD, Os.SOL_SOCKET, SO_SNDBUF).fails(Errno.EINVAL);
      udp.loop.udp().send(FD, "2", udp.peer).answers(1);
      channel.flush();
      assertThat(futures[1].cause())
          .hasMessageContaining("sendmmsg")
          .hasMessageContaining("4 bytes of at most 65507")
          .hasMessageNotContaining(", SO_SNDBUF");
      assertThat(futures[0].isSuccess() && futures[2].isSuccess()).isTrue();
    }
  }

  @Test
  void datagramThatIsTooLongNamesItsSizeTheLimitAndTheBuffer() {
    try (ScriptedUdp udp = new ScriptedUdp(Os.MACOS_AARCH64)) {
      Channel channel = udp.connected(udp.bootstrap());
      udp.loop.tcp().sending(FD, "long").fails(Errno.EMSGSIZE);
      udp.loop
          .script()
          .expect("getsockopt", FD, Os.SOL_SOCKET, SO_SNDBUF)
          .writesInts(3, 9216)
          .writesInts(4, 4);
      assertThat(channel.writeAndFlush(udp.bytes("long")).cause())
          .hasMessageContaining("10.9.8.7")
          .hasMessageContaining("4 bytes of at most 65527, SO_SNDBUF 9216");
    }
  }

  @Test
  void errnoThatNoIoExceptionStandsForFailsThePromiseToo() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      udp.loop.udp().send(FD, "lost", udp.peer).fails(Errno.EALREADY);
      assertThat(channel.writeAndFlush(udp.packet("lost")).cause())
          .isInstanceOf(IllegalStateException.class);
      udp.loop.udp().send(FD, "next", udp.peer).answers(4);
      assertThat(channel.writeAndFlush(udp.packet("next")).isSuccess()).isTrue();
    }
  }

  @Test
  void channelThatAListenerClosesSendsNoMore() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      ChannelFuture[] futures = write(udp, channel, "lost", "2", "3");
      futures[0].addListener(future -> channel.close());
      udp.loop.udp().sending(FD, udp.peer, "lost", "2", "3").fails(Errno.EHOSTUNREACH);
      udp.loop.tcp().close(FD);
      channel.flush();
      udp.loop.tasks();
      assertThat(channel.isOpen()).isFalse();
      assertThat(futures[1].cause()).isInstanceOf(ClosedChannelException.class);
      assertThat(futures[2].cause()).isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void writesThatWereCancelledAreLeftOutWhereverTheyAre() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      ChannelFuture[] futures = write(udp, channel, "no", "1", "no", "no", "2", "3", "no");
      for (int i : new int[] {0, 2, 3, 6}) {
        assertThat(futures[i].cancel(false)).isTrue();
      }
      udp.loop.script().allow("sendmmsg").does(call -> sendmmsg(call.argument(1), 3));
      udp.loop.script().allow("sendto").does(call -> call.argument(2));
      channel.flush();
      assertThat(sent.toString()).isEqualTo("1,2,3,");
      assertThat(futures[5].isSuccess()).isTrue();
      assertThat(channel.unsafe().outboundBuffer().isEmpty()).isTrue();
    }
  }

  private final StringBuilder sent = new StringBuilder();

  /** Takes the datagrams of an array of struct mmsghdr. */
  private int sendmmsg(long headers, int count) {
    for (int i = 0; i < count; i++) {
      long iovec = Memory.getLong(headers + 56L * i + 16);
      byte[] bytes = new byte[(int) Memory.getLong(iovec + 8)];
      Memory.copy(Memory.getLong(iovec), bytes, 0, bytes.length);
      sent.append(new String(bytes, US_ASCII)).append(',');
    }
    return count;
  }

  @Test
  void emptyDatagramsAreSentAloneAndAmongOthers() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.connected(udp.bootstrap());
      Object[] empty = {
        Unpooled.EMPTY_BUFFER,
        Unpooled.buffer(0),
        new DatagramPacket(Unpooled.EMPTY_BUFFER, PEER),
        new DefaultAddressedEnvelope<>(Unpooled.buffer(0), null, PEER)
      };
      for (Object message : empty) {
        udp.loop.tcp().send(FD, "");
        assertThat(channel.writeAndFlush(message).isSuccess()).isTrue();
      }
    }
  }

  @Test
  void emptyDatagramAmongOthersHasAnIovecWhichDarwinAsksFor() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      udp.loop.udp().sendAll(FD, udp.peer, "1", "", "2");
      ChannelFuture[] futures = write(udp, channel, "1", "", "2");
      channel.flush();
      assertThat(futures).allMatch(ChannelFuture::isSuccess);
    }
  }

  private static CompositeByteBuf composite(ScriptedUdp udp, int pieces) {
    CompositeByteBuf composite = udp.buffers().compositeDirectBuffer(pieces);
    for (int i = 0; i < pieces; i++) {
      composite.addComponent(true, udp.bytes("x"));
    }
    return composite;
  }

  /** Expects a sendmsg of so many pieces to the peer. */
  private static void sendmsg(ScriptedUdp udp, int pieces) {
    udp.loop
        .script()
        .expect("sendmsg", FD, ANY, OS.msgNoSignal())
        .where(call -> Memory.getInt(call.argument(1) + 24) == pieces ? null : "other pieces")
        .where(call -> Memory.getInt(call.argument(1) + 8) == udp.peer.length ? null : "no name")
        .answers(pieces);
  }

  @Test
  void compositeIsSentWhereItIsUpToTheMostPieces() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      for (int pieces : new int[] {2, Datagrams.MOST_PIECES}) {
        sendmsg(udp, pieces);
        assertThat(
                channel.writeAndFlush(new DatagramPacket(composite(udp, pieces), PEER)).isSuccess())
            .isTrue();
      }
    }
  }

  @Test
  void compositeOfMorePiecesIsSentAsACopy() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      int pieces = Datagrams.MOST_PIECES + 1;
      udp.loop.udp().send(FD, "x".repeat(pieces), udp.peer).answers(pieces);
      assertThat(
              channel.writeAndFlush(new DatagramPacket(composite(udp, pieces), PEER)).isSuccess())
          .isTrue();
    }
  }

  @Test
  void heapMessagesAreCopiedAndKeepTheirRecipient() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.connected(udp.bootstrap());
      SocketAddress other = new InetSocketAddress("10.9.8.6", 9);
      byte[] name = OS.address(OS.datagramInet(), "10.9.8.6", 9);
      ByteBuf[] heap = new ByteBuf[3];
      for (int i = 0; i < heap.length; i++) {
        heap[i] = Unpooled.copiedBuffer("heap", US_ASCII);
      }
      udp.loop.tcp().send(FD, "heap");
      assertThat(channel.writeAndFlush(heap[0]).isSuccess()).isTrue();
      udp.loop.tcp().send(FD, "heap");
      assertThat(
              channel
                  .writeAndFlush(new DefaultAddressedEnvelope<>(heap[1], null, PEER))
                  .isSuccess())
          .isTrue();
      udp.loop.udp().send(FD, "heap", name).answers(4);
      assertThat(channel.writeAndFlush(new DefaultAddressedEnvelope<>(heap[2], other)).isSuccess())
          .isTrue();
      assertThat(heap).allMatch(buffer -> buffer.refCnt() == 0);
      // And what is direct already goes as it is.
      udp.loop.tcp().send(FD, "here");
      assertThat(
              channel
                  .writeAndFlush(new DefaultAddressedEnvelope<>(udp.bytes("here"), null, PEER))
                  .isSuccess())
          .isTrue();
    }
  }

  @Test
  void messagesOfOtherKindsAreRefusedWithWhatIsWritableAndReleased() {
    try (ScriptedUdp udp = new ScriptedUdp(OS)) {
      Channel channel = udp.bound(udp.bootstrap());
      ByteBuf content = udp.bytes("local");
      Object[] others = {
        "text",
        new DefaultAddressedEnvelope<>("text", PEER),
        new DefaultAddressedEnvelope<>(content, new DomainSocketAddress("/tmp/x"))
      };
      for (Object message : others) {
        assertThat(channel.writeAndFlush(message).cause())
            .isInstanceOf(UnsupportedOperationException.class)
            .hasMessageContaining("DatagramPacket, AddressedEnvelope<ByteBuf, InetSocketAddress>");
      }
      assertThat(content.refCnt()).isZero();
      ByteBuf lost = udp.bytes("lost");
      InetSocketAddress unresolved = InetSocketAddress.createUnresolved("example.org", 9);
      assertThat(channel.writeAndFlush(new DefaultAddressedEnvelope<>(lost, unresolved)).cause())
          .isInstanceOf(UnresolvedAddressException.class);
      assertThat(lost.refCnt()).isZero();
    }
  }
}
