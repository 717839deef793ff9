package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.DatagramChannelTest.packet;
import static io.github.kqueueffm.channel.DatagramFixture.LOOPBACK4;
import static io.github.kqueueffm.channel.DatagramFixture.LOOPBACK6;
import static io.github.kqueueffm.channel.DatagramFixture.address;
import static io.github.kqueueffm.channel.DatagramFixture.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernels;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** To which of the machine's addresses a datagram was sent. */
@Tag("real")
final class DatagramRecipientTest {
  /** An address beside the first, where the machine has one. */
  private static final InetAddress OTHER_LOOPBACK =
      SystemPromise.LOOPBACK_ALIASES.isKept() ? address("127.0.0.9") : LOOPBACK4;

  private static final InetSocketAddress ANY4 = new InetSocketAddress("0.0.0.0", 0);

  private static KQueueFfmDatagramChannel told(
      DatagramFixture fixture, SocketProtocolFamily family, InetSocketAddress local, Inbox inbox) {
    return fixture.bound(
        fixture.bootstrap(family, inbox).option(KQueueFfmChannelOption.IP_RECVDSTADDR, true),
        local);
  }

  @Test
  void recipientOnWildcardIsTheDestination() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      SocketProtocolFamily any =
          SystemPromise.NAMES_RECIPIENTS_OF_BOTH_FAMILIES.isKept()
              ? null
              : SocketProtocolFamily.INET;
      for (SocketProtocolFamily family :
          new SocketProtocolFamily[] {any, SocketProtocolFamily.INET}) {
        Inbox inbox = new Inbox();
        KQueueFfmDatagramChannel channel = told(fixture, family, ANY4, inbox);
        int port = channel.localAddress().getPort();
        KQueueFfmDatagramChannel sender = fixture.local(new Inbox());
        for (InetAddress own : List.of(LOOPBACK4, OTHER_LOOPBACK, OTHER_LOOPBACK, LOOPBACK4)) {
          InetSocketAddress meant = new InetSocketAddress(own, port);
          sender.writeAndFlush(packet("x", meant)).sync();
          assertThat(inbox.letter()).isEqualTo(new Inbox.Letter("x", to(sender), meant));
        }
      }
    }
  }

  @Test
  void recipientOnIpv6WildcardIsTheDestination() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel =
          told(fixture, SocketProtocolFamily.INET6, new InetSocketAddress("::", 0), inbox);
      int port = channel.localAddress().getPort();
      KQueueFfmDatagramChannel six =
          fixture.bind(
              SocketProtocolFamily.INET6, new InetSocketAddress(LOOPBACK6, 0), new Inbox());
      KQueueFfmDatagramChannel four = fixture.local(new Inbox());
      six.writeAndFlush(packet("six", new InetSocketAddress(LOOPBACK6, port))).sync();
      assertThat(inbox.letter().recipient()).isEqualTo(new InetSocketAddress(LOOPBACK6, port));
      if (SystemPromise.NAMES_RECIPIENTS_OF_BOTH_FAMILIES.isKept()) {
        InetSocketAddress meant = new InetSocketAddress(OTHER_LOOPBACK, port);
        four.writeAndFlush(packet("four", meant)).sync();
        assertThat(inbox.letter().recipient()).isEqualTo(meant);
      }
    }
  }

  @Test
  void recipientIsTheLocalAddressWithoutTheOption() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      kernel.reset();
      KQueueFfmDatagramChannel channel = fixture.bind(SocketProtocolFamily.INET, ANY4, inbox);
      assertThat(kernel.count("setsockopt"))
          .as("IP_MULTICAST_ALL alone")
          .isEqualTo(SystemPromise.MULTICAST_ALL.isKept() ? 1 : 0);
      channel.writeAndFlush(packet("x", to(channel))).sync();
      assertThat(inbox.letter().recipient()).isEqualTo(channel.localAddress());
      channel.config().setReceiveDestinationAddress(true);
      assertThat(channel.config().isReceiveDestinationAddress()).isTrue();
      channel.writeAndFlush(packet("x", to(channel))).sync();
      assertThat(inbox.letter().recipient()).isEqualTo(to(channel));
      channel.config().setReceiveDestinationAddress(false);
      channel.writeAndFlush(packet("x", to(channel))).sync();
      assertThat(inbox.letter().recipient()).isEqualTo(channel.localAddress());
    }
  }

  @Test
  void optionIsRefusedWhereTheSystemLacksIt() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = fixture.bind(SocketProtocolFamily.INET, ANY4, inbox);
      kernel.fail("setsockopt", Errno.ENOPROTOOPT, 2);
      assertThat(channel.config().setOption(KQueueFfmChannelOption.IP_RECVDSTADDR, true)).isFalse();
      assertThatThrownBy(() -> channel.config().setReceiveDestinationAddress(true))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThat(channel.config().isReceiveDestinationAddress()).isFalse();
      channel.writeAndFlush(packet("x", to(channel))).sync();
      assertThat(inbox.letter().recipient()).isEqualTo(channel.localAddress());
    }
  }
}
