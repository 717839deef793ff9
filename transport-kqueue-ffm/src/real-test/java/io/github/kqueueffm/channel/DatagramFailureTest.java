package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.DatagramChannelTest.packet;
import static io.github.kqueueffm.channel.DatagramChannelTest.text;
import static io.github.kqueueffm.channel.DatagramFixture.LOOPBACK6;
import static io.github.kqueueffm.channel.DatagramFixture.settle;
import static io.github.kqueueffm.channel.DatagramFixture.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernels;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel refuses, and what follows for a datagram and for the next one. */
@Tag("real")
final class DatagramFailureTest {

  /** A kernel without batches, so that single calls fail. */
  private static CountingKernel single() {
    return CountingKernel.over(Kernels.system()).without(Call.SENDMMSG, Call.RECVMMSG);
  }

  private static List<ChannelFuture> send(KQueueFfmDatagramChannel channel, int count) {
    List<ChannelFuture> futures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      futures.add(channel.write(packet("" + i, to(channel))));
    }
    channel.flush();
    return futures;
  }

  /**
   * libuv#1573: waiting for the write filter would be a busy loop, since the socket is writable.
   */
  @Test
  void exhaustedQueueFailsItsDatagramAndDoesNotWait_quinn2293() throws Exception {
    CountingKernel kernel = single().fail("sendto", Errno.ENOBUFS, 2);
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = fixture.local(inbox);
      List<ChannelFuture> futures = send(channel, 3);
      for (int i = 0; i < 2; i++) {
        assertThat(futures.get(i).await().cause())
            .isInstanceOf(IOException.class)
            .hasMessageContaining("ENOBUFS")
            .hasMessageContaining("1 bytes of at most 65507")
            .hasMessageContaining("SO_SNDBUF")
            .hasMessageContaining(to(channel).toString());
      }
      futures.get(2).sync();
      assertThat(inbox.text()).isEqualTo("2");
      assertThat(kernel.count("sendto")).isEqualTo(3);
      assertThat(channel.eventLoop().submit(channel::awaitsRoom).get()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = SocketProtocolFamily.class,
      names = {"INET", "INET6"})
  void datagramThatIsTooLongFailsWithSizeAndLimit(SocketProtocolFamily family) throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel =
          family == SocketProtocolFamily.INET
              ? fixture.local(inbox)
              : fixture.bind(family, new InetSocketAddress(LOOPBACK6, 0), inbox);
      InetSocketAddress own = channel.localAddress();
      ChannelFuture large =
          channel.write(new DatagramPacket(Unpooled.directBuffer().writeZero(70000), own));
      ChannelFuture next = channel.writeAndFlush(packet("next", own));
      assertThat(large.await().cause())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("EMSGSIZE")
          .hasMessageContaining(
              "70000 bytes of at most " + (family == SocketProtocolFamily.INET ? 65507 : 65527));
      next.sync();
      assertThat(inbox.text()).isEqualTo("next");
    }
  }

  @Test
  void fullSocketWaitsForTheWriteFilterAndLosesNothing() throws Exception {
    CountingKernel kernel = single().fail("sendto", Errno.EAGAIN, 1);
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = fixture.local(inbox);
      for (ChannelFuture future : send(channel, 3)) {
        future.sync();
      }
      for (int i = 0; i < 3; i++) {
        assertThat(inbox.text()).isEqualTo("" + i);
      }
      assertThat(kernel.count("sendto")).isEqualTo(4);
      assertThat(channel.eventLoop().submit(channel::awaitsRoom).get()).isFalse();
    }
  }

  @Test
  void eintrIsRepeated() throws Exception {
    CountingKernel kernel =
        single()
            .fail("sendto", Errno.EINTR, 2)
            .fail("sendmsg", Errno.EINTR, 2)
            .fail("recvmsg", Errno.EINTR, 2);
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = fixture.local(inbox);
      channel.writeAndFlush(packet("one", to(channel))).sync();
      CompositeByteBuf pieces =
          Unpooled.compositeBuffer()
              .addComponent(true, Unpooled.directBuffer().writeByte('t'))
              .addComponent(true, Unpooled.directBuffer().writeByte('w'))
              .addComponent(true, Unpooled.directBuffer().writeByte('o'));
      channel.writeAndFlush(new DatagramPacket(pieces, to(channel))).sync();
      assertThat(inbox.text()).isEqualTo("one");
      assertThat(inbox.text()).isEqualTo("two");
      assertThat(kernel.count("sendmsg")).isEqualTo(3);
      inbox.assertEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "EPERM",
        "ENETUNREACH",
        "EHOSTUNREACH",
        "EADDRNOTAVAIL",
        "EACCES",
        "EISCONN",
        "ENOMEM"
      })
  void anyOtherErrorFailsItsDatagramAlone(String errno) throws Exception {
    CountingKernel kernel = single().fail("sendto", Errno.valueOf(errno), 1);
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = fixture.local(inbox);
      List<ChannelFuture> futures = send(channel, 2);
      assertThat(futures.get(0).await().cause())
          .isInstanceOf(IOException.class)
          .hasMessageContaining(to(channel).toString());
      futures.get(1).sync();
      assertThat(inbox.text()).isEqualTo("1");
    }
  }

  @Test
  void eventWithoutDatagramArmsAgain() throws Exception {
    CountingKernel kernel = single().fail("recvmsg", Errno.EAGAIN, 3);
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = fixture.local(inbox);
      channel.writeAndFlush(packet("here", to(channel))).sync();
      assertThat(inbox.text()).isEqualTo("here");
      inbox.assertEmpty();
    }
  }

  @Test
  void receiveErrorIsReportedAndReadingContinues() throws Exception {
    CountingKernel kernel = single().fail("recvmsg", Errno.EHOSTUNREACH, 1);
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = fixture.local(inbox);
      channel.writeAndFlush(packet("here", to(channel))).sync();
      assertThat(inbox.failure()).isInstanceOf(IOException.class).hasMessageContaining("recvmsg");
      assertThat(inbox.text()).isEqualTo("here");
      settle(channel);
      assertThat(channel.isOpen()).isTrue();
    }
  }

  @Test
  void failedConstructorLeavesNothingOpen() {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      kernel.fail("socket", Errno.EMFILE, 1);
      ChannelFuture failed =
          fixture
              .bootstrap(SocketProtocolFamily.INET, new Inbox())
              .bind(DatagramFixture.loopback(0));
      assertThat(failed.awaitUninterruptibly().cause()).hasMessageContaining("EMFILE");
    }
  }

  @Test
  void writeToClosedChannelReleasesItsMessage() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDatagramChannel channel = fixture.local(new Inbox());
      InetSocketAddress own = to(channel);
      channel.close().sync();
      var content = text("late");
      assertThat(channel.writeAndFlush(new DatagramPacket(content, own)).await().isSuccess())
          .isFalse();
      assertThat(content.refCnt()).isZero();
      assertThat(channel.isActive()).isFalse();
      assertThat(channel.isConnected()).isFalse();
    }
  }
}
