package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedUdp.FD;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Multicast groups: each method changes one, on the right thread, and answers by its promise. */
class DatagramGroupScriptedTest {
  private static final InetAddress GROUP = InetAddress.ofLiteral("224.0.1.1");
  private static final InetSocketAddress GROUP_AND_PORT = new InetSocketAddress(GROUP, 9);
  private static final InetAddress SOURCE = InetAddress.ofLiteral("10.9.8.7");

  private static List<Function<KQueueFfmDatagramChannel, ChannelFuture>> changes()
      throws SocketException {
    NetworkInterface via = NetworkInterface.networkInterfaces().findFirst().orElseThrow();
    return List.of(
        channel -> channel.joinGroup(GROUP),
        channel -> channel.joinGroup(GROUP_AND_PORT, via),
        channel -> channel.joinGroup(GROUP, via, SOURCE),
        channel -> channel.leaveGroup(GROUP),
        channel -> channel.leaveGroup(GROUP_AND_PORT, via),
        channel -> channel.leaveGroup(GROUP, via, SOURCE),
        channel -> channel.block(GROUP, SOURCE),
        channel -> channel.block(GROUP, via, SOURCE));
  }

  private static KQueueFfmDatagramChannel registered(ScriptedUdp udp) {
    return (KQueueFfmDatagramChannel) udp.done(udp.bootstrap().register());
  }

  private static KQueueFfmDatagramChannel joined(ScriptedUdp udp) {
    KQueueFfmDatagramChannel channel = registered(udp);
    // The interface that IP_MULTICAST_IF names.
    udp.loop.script().allow("getsockopt");
    udp.loop.tcp().replaced(FD, Os.AF_INET, Os.SOCK_DGRAM, () -> {});
    udp.loop.script().expect("setsockopt", FD, 0);
    assertThat(channel.joinGroup(GROUP).isSuccess()).isTrue();
    return channel;
  }

  @Test
  void everyMethodChangesOneGroupAndCompletesItsPromise() throws SocketException {
    try (ScriptedUdp udp = new ScriptedUdp(Os.FREEBSD_X86_64)) {
      KQueueFfmDatagramChannel channel = joined(udp);
      for (Function<KQueueFfmDatagramChannel, ChannelFuture> change : changes()) {
        udp.loop.script().expect("setsockopt", FD, 0);
        ChannelFuture future = change.apply(channel);
        udp.loop.script().verify();
        assertThat(future.cause()).isNull();
        assertThat(future.isSuccess()).isTrue();
      }
    }
  }

  @Test
  void refusalFailsThePromiseOfEveryMethod() throws SocketException {
    try (ScriptedUdp udp = new ScriptedUdp(Os.FREEBSD_X86_64)) {
      KQueueFfmDatagramChannel channel = joined(udp);
      for (Function<KQueueFfmDatagramChannel, ChannelFuture> change : changes()) {
        udp.loop.script().expect("setsockopt", FD, 0).fails(Errno.EADDRNOTAVAIL);
        assertThat(change.apply(channel).cause()).hasMessageContaining("EADDRNOTAVAIL");
        udp.loop.script().verify();
      }
      assertThat(channel.joinGroup(SOURCE).cause()).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void groupThatIsJoinedBeforeTheRegistrationIsJoinedAtOnce() {
    try (ScriptedUdp udp = new ScriptedUdp(Os.FREEBSD_X86_64)) {
      udp.bootstrap();
      KQueueFfmDatagramChannel channel =
          new KQueueFfmDatagramChannel(Sockets.datagram(udp.loop.kernel(), null), false);
      udp.loop.script().allow("getsockopt");
      udp.loop.tcp().replaced(FD, Os.AF_INET, Os.SOCK_DGRAM, () -> {});
      udp.loop.script().expect("setsockopt", FD, 0);
      assertThat(channel.joinGroup(GROUP).isSuccess()).isTrue();
      udp.loop.tcp().close(FD);
      channel.unsafe().closeForcibly();
    }
  }

  @Test
  void channelThatLeftItsLoopJoinsOnTheCallersThread() {
    try (ScriptedUdp udp = new ScriptedUdp(Os.FREEBSD_X86_64)) {
      KQueueFfmDatagramChannel channel = registered(udp);
      ChannelFuture left = channel.deregister();
      udp.loop.tasks();
      assertThat(left.isSuccess()).isTrue();
      udp.loop.script().allow("getsockopt");
      udp.loop.tcp().replaced(FD, Os.AF_INET, Os.SOCK_DGRAM, () -> {});
      udp.loop.script().expect("setsockopt", FD, 0);
      ScriptedLoop.elsewhere(
          () -> assertThat(channel.joinGroup(GROUP).isSuccess()).as("joined at once").isTrue());
      udp.loop.tcp().close(FD);
      channel.unsafe().closeForcibly();
    }
  }

  @Test
  void channelThatLeftItsLoopHasNoKnoteThere() {
    try (ScriptedUdp udp = new ScriptedUdp(Os.FREEBSD_X86_64)) {
      Channel channel = udp.bound(udp.bootstrap());
      udp.armsAgain();
      udp.loop.script().expectKevent().changes(udp.loop.read(FD).delete()).withoutSlots();
      channel.deregister();
      udp.loop.tasks();
      udp.loop.tcp().close(FD);
      channel.unsafe().closeForcibly();
    }
  }

  @Test
  void channelWhoseRegistrationFailedIsClosedForGroupsTooAndNeedsNoLoop() throws SocketException {
    try (ScriptedUdp udp = new ScriptedUdp(Os.FREEBSD_X86_64)) {
      NetworkInterface via = NetworkInterface.networkInterfaces().findFirst().orElseThrow();
      udp.bootstrap();
      KQueueFfmDatagramChannel channel =
          new KQueueFfmDatagramChannel(Sockets.datagram(udp.loop.kernel(), null), false);
      udp.loop.ends();
      udp.loop.tcp().close(FD);
      EventLoopGroup loop = udp.loop.eventLoop();
      ChannelFuture registered = loop.register(channel);
      assertThat(registered.cause()).isInstanceOf(IllegalStateException.class);
      ScriptedLoop.elsewhere(() ->
          assertThat(channel.joinGroup(GROUP_AND_PORT, via).cause())
              .isInstanceOf(ClosedChannelException.class));
    }
  }

  @Test
  void groupOfAClosedChannelReplacesNoDescriptorThatMayBeAnothers() throws SocketException {
    try (ScriptedUdp udp = new ScriptedUdp(Os.FREEBSD_X86_64)) {
      NetworkInterface via = NetworkInterface.networkInterfaces().findFirst().orElseThrow();
      KQueueFfmDatagramChannel channel = registered(udp);
      udp.loop.tcp().close(FD);
      assertThat(channel.close().isSuccess()).isTrue();
      ChannelFuture joined = channel.joinGroup(GROUP_AND_PORT, via);
      udp.loop.tasks();
      assertThat(joined.cause()).isInstanceOf(ClosedChannelException.class);
    }
  }
}
