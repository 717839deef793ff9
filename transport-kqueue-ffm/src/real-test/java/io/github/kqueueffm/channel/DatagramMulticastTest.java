package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.DatagramChannelTest.packet;
import static io.github.kqueueffm.channel.DatagramFixture.address;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernels;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Groups on real interfaces. For IPv4 the loopback one serves, which delivers what is sent to a
 * group although it does not call itself capable of it.
 */
@Tag("real")
final class DatagramMulticastTest {
  private static final InetAddress GROUP4 = address("239.77.1.9");
  private static final InetAddress OTHER_GROUP4 = address("239.77.1.10");
  private static final InetAddress GROUP6 = address("ff11::77:9");
  private static final InetSocketAddress ANY4 = new InetSocketAddress("0.0.0.0", 0);
  private static final InetSocketAddress ANY6 = new InetSocketAddress("::", 0);

  private static NetworkInterface loopback() throws SocketException {
    return NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
  }

  /** An address of the loopback interface beside the first: a source to tell from it. */
  private static final InetAddress SOURCE4 = address("127.0.0.1");

  private static final InetAddress OTHER_SOURCE4 = address("127.0.0.2");

  private static KQueueFfmDatagramChannel member(
      DatagramFixture fixture, SocketProtocolFamily family, Inbox inbox) {
    return fixture.bound(
        fixture.bootstrap(family, inbox).option(KQueueFfmChannelOption.IP_RECVDSTADDR, true),
        family == SocketProtocolFamily.INET6 ? ANY6 : ANY4);
  }

  private static KQueueFfmDatagramChannel sender(DatagramFixture fixture, InetAddress from)
      throws SocketException {
    return fixture.bound(
        fixture
            .bootstrap(SocketProtocolFamily.INET, new Inbox())
            .option(ChannelOption.IP_MULTICAST_IF, loopback()),
        new InetSocketAddress(from, 0));
  }

  /** IPv6 has no route to groups through the loopback interface. */
  private static KQueueFfmDatagramChannel sender6(DatagramFixture fixture, NetworkInterface via) {
    return fixture.bound(
        fixture
            .bootstrap(SocketProtocolFamily.INET6, new Inbox())
            .option(ChannelOption.IP_MULTICAST_IF, via),
        ANY6);
  }

  private static void send(
      KQueueFfmDatagramChannel sender, String text, InetAddress group, KQueueFfmDatagramChannel to)
      throws InterruptedException {
    sender
        .writeAndFlush(packet(text, new InetSocketAddress(group, to.localAddress().getPort())))
        .sync();
  }

  /** netty/netty#9146: what Netty's own kqueue transport has never had. */
  @Test
  void memberReceivesItsGroupFromJoinToLeave_netty9146() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel member = member(fixture, SocketProtocolFamily.INET, inbox);
      KQueueFfmDatagramChannel sender = sender(fixture, SOURCE4);
      int port = member.localAddress().getPort();
      InetSocketAddress group = new InetSocketAddress(GROUP4, port);
      send(sender, "early", GROUP4, member);
      member.joinGroup(group, loopback()).sync();
      send(sender, "heard", GROUP4, member);
      send(sender, "other group", OTHER_GROUP4, member);
      assertThat(inbox.letter()).isEqualTo(new Inbox.Letter("heard", sender.localAddress(), group));
      member.leaveGroup(group, loopback()).sync();
      send(sender, "late", GROUP4, member);
      member.joinGroup(GROUP4, loopback(), null).sync();
      send(sender, "again", GROUP4, member);
      assertThat(inbox.text()).isEqualTo("again");
      inbox.assertEmpty();
    }
  }

  /** netty/netty#15753: by itself Linux delivers what any socket of the machine has joined. */
  @Test
  void groupOfOtherSocketIsReceivedOnlyWithTheOption_netty15753() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDatagramChannel sender = sender(fixture, SOURCE4);
      Inbox joined = new Inbox();
      Inbox other = new Inbox();
      KQueueFfmDatagramChannel member = sharing(fixture, ANY4, joined);
      KQueueFfmDatagramChannel bystander = sharing(fixture, member.localAddress(), other);
      boolean canHearAll = SystemPromise.MULTICAST_ALL.isKept();
      assertThat(bystander.config().getOptions().keySet())
          .matches(
              options -> options.contains(KQueueFfmChannelOption.IP_MULTICAST_ALL) == canHearAll,
              "IP_MULTICAST_ALL is listed where it exists");
      member.joinGroup(GROUP4, loopback(), null).sync();
      send(sender, "members only", GROUP4, member);
      assertThat(joined.text()).isEqualTo("members only");
      assertThat(bystander.config().setOption(KQueueFfmChannelOption.IP_MULTICAST_ALL, true))
          .isEqualTo(canHearAll);
      send(sender, "all", GROUP4, member);
      assertThat(joined.text()).isEqualTo("all");
      if (canHearAll) {
        assertThat(other.text()).isEqualTo("all");
      }
      other.assertEmpty();
    }
  }

  private static KQueueFfmDatagramChannel sharing(
      DatagramFixture fixture, InetSocketAddress local, Inbox inbox) {
    return fixture.bound(
        fixture
            .bootstrap(SocketProtocolFamily.INET, inbox)
            .option(
                SystemPromise.REUSED_ADDRESS_SHARES_A_PORT.isKept()
                    ? ChannelOption.SO_REUSEADDR
                    : UnixChannelOption.SO_REUSEPORT,
                true),
        local);
  }

  @Test
  void memberReceivesIpv6Group() throws Exception {
    NetworkInterface via = realInterface(Inet6Address.class);
    assumeTrue(via != null, "no interface with IPv6 multicast");
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel member = member(fixture, SocketProtocolFamily.INET6, inbox);
      KQueueFfmDatagramChannel sender = sender6(fixture, via);
      InetSocketAddress group = new InetSocketAddress(GROUP6, member.localAddress().getPort());
      member.joinGroup(group, via).sync();
      send(sender, "heard", GROUP6, member);
      Inbox.Letter letter = inbox.letter();
      assertThat(letter.text()).isEqualTo("heard");
      assertThat(letter.recipient()).isEqualTo(group);
      member.leaveGroup(group, via).sync();
      assertThat(member.leaveGroup(group, via).await().cause())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("MCAST_LEAVE_GROUP");
    }
  }

  @Test
  @Needs(SystemPromise.JOINS_GROUPS_OF_BOTH_FAMILIES)
  void socketOfBothFamiliesJoinsGroupsOfEach() throws Exception {
    NetworkInterface via = realInterface(Inet6Address.class);
    assumeTrue(via != null, "no interface with IPv6 multicast");
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel member = member(fixture, null, inbox);
      member.joinGroup(GROUP4, loopback(), null).sync();
      member.joinGroup(GROUP6, via, null).sync();
      send(sender(fixture, SOURCE4), "four", GROUP4, member);
      assertThat(inbox.text()).isEqualTo("four");
      send(sender6(fixture, via), "six", GROUP6, member);
      assertThat(inbox.text()).isEqualTo("six");
    }
  }

  @Test
  @Needs(SystemPromise.LOOPBACK_ALIASES)
  void memberForOneSourceReceivesNoOther() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel member = member(fixture, SocketProtocolFamily.INET, inbox);
      member.joinGroup(GROUP4, loopback(), SOURCE4).sync();
      send(sender(fixture, OTHER_SOURCE4), "other", GROUP4, member);
      send(sender(fixture, SOURCE4), "chosen", GROUP4, member);
      assertThat(inbox.text()).isEqualTo("chosen");
      member.leaveGroup(GROUP4, loopback(), SOURCE4).sync();
      send(sender(fixture, SOURCE4), "late", GROUP4, member);
      member.joinGroup(GROUP4, loopback(), OTHER_SOURCE4).sync();
      send(sender(fixture, OTHER_SOURCE4), "other now", GROUP4, member);
      assertThat(inbox.text()).isEqualTo("other now");
      inbox.assertEmpty();
    }
  }

  @Test
  @Needs(SystemPromise.LOOPBACK_ALIASES)
  void blockedSourceIsNotReceived() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel member = member(fixture, SocketProtocolFamily.INET, inbox);
      member.config().setNetworkInterface(loopback());
      member.joinGroup(GROUP4).sync();
      member.block(GROUP4, loopback(), OTHER_SOURCE4).sync();
      send(sender(fixture, OTHER_SOURCE4), "blocked", GROUP4, member);
      send(sender(fixture, SOURCE4), "heard", GROUP4, member);
      assertThat(inbox.text()).isEqualTo("heard");
      member.block(GROUP4, SOURCE4).sync();
      send(sender(fixture, SOURCE4), "blocked too", GROUP4, member);
      member.leaveGroup(GROUP4).sync();
      member.joinGroup(GROUP4).sync();
      send(sender(fixture, OTHER_SOURCE4), "free again", GROUP4, member);
      assertThat(inbox.text()).isEqualTo("free again");
      inbox.assertEmpty();
    }
  }

  @Test
  void disabledLoopbackHidesOwnDatagrams() throws Exception {
    NetworkInterface real = realInterface(Inet4Address.class);
    assumeTrue(real != null, "no interface with IPv4 beside the loopback one");
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel member = member(fixture, SocketProtocolFamily.INET, inbox);
      member.joinGroup(GROUP4, real, null).sync();
      KQueueFfmDatagramChannel sender =
          fixture.bound(
              fixture
                  .bootstrap(SocketProtocolFamily.INET, new Inbox())
                  .option(ChannelOption.IP_MULTICAST_IF, real)
                  .option(ChannelOption.IP_MULTICAST_TTL, 0),
              ANY4);
      assertThat(sender.config().isLoopbackModeDisabled()).isFalse();
      sender.config().setLoopbackModeDisabled(true);
      send(sender, "to others only", GROUP4, member);
      sender.config().setLoopbackModeDisabled(false);
      send(sender, "to all", GROUP4, member);
      assertThat(inbox.text()).isEqualTo("to all");
      inbox.assertEmpty();
    }
  }

  private static NetworkInterface realInterface(Class<? extends InetAddress> version)
      throws SocketException {
    for (NetworkInterface candidate : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      if (candidate.isUp()
          && !candidate.isLoopback()
          && candidate.supportsMulticast()
          && Collections.list(candidate.getInetAddresses()).stream()
              .anyMatch(version::isInstance)) {
        return candidate;
      }
    }
    return null;
  }

  @Test
  void groupIsLeftWithTheChannel() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      for (int i = 0; i < 3; i++) {
        KQueueFfmDatagramChannel member = member(fixture, SocketProtocolFamily.INET, new Inbox());
        member.joinGroup(GROUP4, loopback(), null).sync();
        assertThat(member.joinGroup(GROUP4, loopback(), null).await().cause())
            .as("twice")
            .isInstanceOf(IOException.class)
            .hasMessageContaining("239.77.1.9");
        member.close().sync();
        assertThat(member.joinGroup(GROUP4, loopback(), null).await().cause())
            .isInstanceOf(ClosedChannelException.class);
      }
    }
  }

  @Test
  void invalidGroupOrInterfaceFailsThePromise() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDatagramChannel member = member(fixture, SocketProtocolFamily.INET, new Inbox());
      List<ChannelFuture> futures =
          List.of(
              member.joinGroup(SOURCE4, loopback(), null),
              member.joinGroup(GROUP4, loopback(), GROUP6),
              member.joinGroup(GROUP6, loopback(), null),
              member.leaveGroup(OTHER_GROUP4, loopback(), null),
              member.block(OTHER_GROUP4, loopback(), SOURCE4));
      for (ChannelFuture future : futures) {
        assertThat(future.await().isSuccess()).isFalse();
      }
      assertThat(member.isOpen()).isTrue();
    }
  }

  @Test
  void optionThatTheKernelLacksFailsThePromiseByName() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    try (DatagramFixture fixture = new DatagramFixture(kernel.kernel())) {
      KQueueFfmDatagramChannel member = member(fixture, SocketProtocolFamily.INET, new Inbox());
      kernel.fail("setsockopt", Errno.ENOPROTOOPT, 1);
      assertThat(member.joinGroup(GROUP4, loopback(), null).await().cause())
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining(kernel.kernel().platform().name());
    }
  }

  @Test
  void interfaceIsReadBackAsItWasSet() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      for (SocketProtocolFamily family :
          new SocketProtocolFamily[] {
            null, SocketProtocolFamily.INET, SocketProtocolFamily.INET6
          }) {
        KQueueFfmDatagramChannel channel = member(fixture, family, new Inbox());
        KQueueFfmDatagramChannelConfig config = channel.config();
        assertThat(config.getNetworkInterface()).isNull();
        assertThat(config.getInterface()).isNull();
        config.setNetworkInterface(loopback());
        assertThat(config.getNetworkInterface()).isEqualTo(loopback());
        assertThat(Collections.list(loopback().getInetAddresses())).contains(config.getInterface());
        InetAddress own =
            family == SocketProtocolFamily.INET6 ? DatagramFixture.LOOPBACK6 : SOURCE4;
        config.setInterface(own);
        assertThat(config.getNetworkInterface()).isEqualTo(loopback());
      }
    }
  }
}
