package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.DatagramFixture.loopback;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Options of UDP channels, and channels of sockets that others made. */
@SuppressWarnings("deprecation") // DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION has no successor.
@Tag("real")
final class DatagramOptionsTest {

  private static <T> void assertSet(
      KQueueFfmDatagramChannelConfig config, ChannelOption<T> option, T value) {
    assertThat(config.setOption(option, value)).as("%s", option).isTrue();
    assertThat(config.getOption(option)).as("%s", option).isEqualTo(value);
    assertThat(config.getOptions()).containsEntry(option, value);
  }

  @ParameterizedTest
  @EnumSource(
      value = SocketProtocolFamily.class,
      names = {"INET", "INET6"})
  void everyOptionIsSetAndReadBack(SocketProtocolFamily family) throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDatagramChannel channel = fixture.unbound(family, new Inbox());
      KQueueFfmDatagramChannelConfig config = channel.config();
      for (boolean on : new boolean[] {true, false}) {
        assertSet(config, ChannelOption.SO_BROADCAST, on);
        assertSet(config, ChannelOption.SO_REUSEADDR, on);
        assertSet(config, UnixChannelOption.SO_REUSEPORT, on);
        assertSet(config, ChannelOption.IP_MULTICAST_LOOP_DISABLED, on);
        if (SystemPromise.LINUX_OPTIONS.isKept()) {
          assertSet(config, KQueueFfmChannelOption.IP_MULTICAST_ALL, on);
          assertSet(config, KQueueFfmChannelOption.IP_FREEBIND, on);
        } else {
          assertThat(config.setOption(KQueueFfmChannelOption.IP_MULTICAST_ALL, on)).isFalse();
          assertThat(config.setOption(KQueueFfmChannelOption.IP_FREEBIND, on)).isFalse();
        }
        assertSet(config, KQueueFfmChannelOption.IP_RECVDSTADDR, on);
      }
      assertSet(config, ChannelOption.IP_TOS, 0x10);
      assertSet(config, ChannelOption.IP_MULTICAST_TTL, 0);
      assertSet(config, ChannelOption.IP_MULTICAST_TTL, 255);
      assertSet(config, KQueueFfmChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 1500);
      assertSet(config, KQueueFfmChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 0);
      NetworkInterface via = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
      assertSet(config, ChannelOption.IP_MULTICAST_IF, via);
      InetAddress address = InetAddress.getLoopbackAddress();
      assertThat(config.setOption(ChannelOption.IP_MULTICAST_ADDR, address)).isTrue();
      assertThat(NetworkInterface.getByInetAddress(config.getInterface())).isEqualTo(via);
      assertThat(config.setOption(ChannelOption.SO_RCVBUF, 8192)).isTrue();
      assertThat(config.getReceiveBufferSize()).isGreaterThanOrEqualTo(8192);
      assertThat(config.setOption(ChannelOption.SO_SNDBUF, 8192)).isTrue();
      assertThat(config.getSendBufferSize()).isGreaterThanOrEqualTo(8192);
    }
  }

  @Test
  void gettersAndSettersOfNettysInterfaceReachTheSocket() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDatagramChannelConfig config = fixture.local(new Inbox()).config();
      config
          .setBroadcast(true)
          .setReuseAddress(true)
          .setReusePort(true)
          .setLoopbackModeDisabled(true)
          .setTimeToLive(7)
          .setTrafficClass(8)
          .setSendBufferSize(9000)
          .setReceiveBufferSize(9000)
          .setMaxDatagramPayloadSize(100)
          .setAutoRead(true);
      assertThat(config.isBroadcast()).isTrue();
      assertThat(config.isReuseAddress()).isTrue();
      assertThat(config.isReusePort()).isTrue();
      assertThat(config.isLoopbackModeDisabled()).isTrue();
      assertThat(config.getTimeToLive()).isEqualTo(7);
      assertThat(config.getTrafficClass()).isEqualTo(8);
      assertThat(config.getMaxDatagramPayloadSize()).isEqualTo(100);
      assertThat(config.<RecvByteBufAllocator>getRecvByteBufAllocator())
          .isInstanceOf(FixedRecvByteBufAllocator.class);
    }
  }

  @Test
  void jdkOptionsAreAccepted() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDatagramChannelConfig config = fixture.local(new Inbox()).config();
      NetworkInterface via = NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress());
      assertThat(config.setOption(NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_IF), via))
          .isTrue();
      assertThat(config.getNetworkInterface()).isEqualTo(via);
      ChannelOption<Boolean> loop = NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_LOOP);
      assertThat(config.setOption(loop, false)).isTrue();
      assertThat(config.isLoopbackModeDisabled()).as("the JDK's says the opposite").isTrue();
      assertThat(config.getOption(loop)).isFalse();
      assertThat(config.getOptions().keySet())
          .as("the list has Netty's options")
          .doesNotHaveAnyElementsOfTypes(NioChannelOption.class);
      assertThat(config.setOption(NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_TTL), 9))
          .isTrue();
      assertThat(config.getTimeToLive()).isEqualTo(9);
    }
  }

  @Test
  void valueOutOfRangeIsRefusedAndUnknownOptionIgnored() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDatagramChannelConfig config = fixture.local(new Inbox()).config();
      assertThatIllegalArgumentException().isThrownBy(() -> config.setTimeToLive(256));
      assertThatIllegalArgumentException().isThrownBy(() -> config.setMaxDatagramPayloadSize(-1));
      assertThatThrownBy(() -> config.setInterface(InetAddress.getByName("192.0.2.200")))
          .isInstanceOf(ChannelException.class)
          .hasMessageContaining("192.0.2.200");
      assertThat(config.setOption(ChannelOption.TCP_NODELAY, true)).isFalse();
      assertThat(config.getOption(ChannelOption.TCP_NODELAY)).isNull();
    }
  }

  @Test
  void activityOnRegistrationIsDecidedBeforeIt() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDatagramChannel channel = fixture.local(new Inbox());
      assertThatThrownBy(() ->
              channel
                  .config()
                  .setOption(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, true))
          .isInstanceOf(IllegalStateException.class);
      assertThat(channel.config().getOption(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION))
          .isFalse();
    }
  }

  @Test
  void optionsOfClosedChannelFailAsClosed() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KQueueFfmDatagramChannel channel = fixture.local(new Inbox());
      channel.close().sync();
      assertThatThrownBy(() -> channel.config().setBroadcast(true))
          .isInstanceOf(ChannelException.class);
      assertThatThrownBy(() -> channel.config().getTimeToLive())
          .isInstanceOf(ChannelException.class);
    }
  }

  @Test
  void configurationCanBeExtended() {
    class Config extends KQueueFfmDatagramChannelConfig {
      Config(KQueueFfmDatagramChannel channel) {
        super(channel);
        setTimeToLive(3);
      }

      @Override
      public Map<ChannelOption<?>, Object> getOptions() {
        return super.getOptions();
      }
    }
    KQueueFfmDatagramChannel channel =
        new KQueueFfmDatagramChannel(SocketProtocolFamily.INET) {
          @Override
          protected KQueueFfmDatagramChannelConfig newConfig() {
            return new Config(this);
          }
        };
    assertThat(channel.config().getTimeToLive()).isEqualTo(3);
    assertThat(channel.config().getOptions()).containsKey(ChannelOption.IP_MULTICAST_TTL);
    channel.unsafe().closeForcibly();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void constructorsChooseTheFamily() {
    KQueueFfmDatagramChannel[] channels = {
      new KQueueFfmDatagramChannel(),
      new KQueueFfmDatagramChannel(SocketProtocolFamily.INET),
      new KQueueFfmDatagramChannel(io.netty.channel.socket.InternetProtocolFamily.IPv6)
    };
    int[] families = new int[channels.length];
    for (int i = 0; i < channels.length; i++) {
      families[i] = channels[i].socket().family();
      channels[i].unsafe().closeForcibly();
    }
    assertThat(families[1]).isNotEqualTo(families[2]);
    assertThat(families[0]).isEqualTo(KernelSocket.preferredFamily(Kernels.system()));
  }

  @Test
  void descriptorOfBoundSocketBecomesWorkingChannel() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KernelSocket socket = Sockets.datagram(Kernels.system(), SocketProtocolFamily.INET);
      socket.bind(new InetSocketAddress("0.0.0.0", 0));
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel =
          (KQueueFfmDatagramChannel)
              fixture
                  .bootstrap(() -> new KQueueFfmDatagramChannel(socket.fd()), inbox)
                  .register()
                  .sync()
                  .channel();
      assertThat(channel.isActive()).isTrue();
      assertThat(channel.isConnected()).isFalse();
      InetSocketAddress own = loopback(channel.localAddress().getPort());
      channel.writeAndFlush(DatagramChannelTest.packet("x", own)).sync();
      assertThat(inbox.letter()).isEqualTo(new Inbox.Letter("x", own, channel.localAddress()));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = SocketProtocolFamily.class,
      names = {"INET", "INET6"})
  void descriptorOfUnboundSocketSendsAndReceivesTheAnswer(SocketProtocolFamily family)
      throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox atServer = new Inbox();
      KQueueFfmDatagramChannel server = fixture.local(atServer);
      KernelSocket socket = Sockets.datagram(Kernels.system(), family);
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel =
          (KQueueFfmDatagramChannel)
              fixture
                  .bootstrap(() -> new KQueueFfmDatagramChannel(socket.fd()), inbox)
                  .register()
                  .sync()
                  .channel();
      assertThat(channel.isActive()).isTrue();
      assertThat(channel.localAddress()).isNull();
      channel.writeAndFlush(DatagramChannelTest.packet("ask", server.localAddress())).sync();
      Inbox.Letter letter = atServer.letter();
      assertThat(letter.text()).isEqualTo("ask");
      InetSocketAddress asker = (InetSocketAddress) letter.sender();
      server.writeAndFlush(DatagramChannelTest.packet("answer", asker)).sync();
      assertThat(inbox.text()).isEqualTo("answer");
      assertThat(channel.localAddress().getPort()).isEqualTo(asker.getPort());
      assertThat(inbox.activations).hasValue(1);
    }
  }

  @Test
  void descriptorOfUnboundSocketIsBoundLater() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      KernelSocket socket = Sockets.datagram(Kernels.system(), SocketProtocolFamily.INET);
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel =
          fixture.bound(
              fixture.bootstrap(() -> new KQueueFfmDatagramChannel(socket.fd()), inbox),
              loopback(0));
      InetSocketAddress own = channel.localAddress();
      channel.writeAndFlush(DatagramChannelTest.packet("x", own)).sync();
      assertThat(inbox.letter()).isEqualTo(new Inbox.Letter("x", own, own));
      assertThat(inbox.activations).hasValue(1);
    }
  }

  @Test
  void descriptorOfConnectedSocketBecomesConnectedChannel() throws Exception {
    try (DatagramFixture fixture = new DatagramFixture()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel server = fixture.local(inbox);
      KernelSocket socket = Sockets.datagram(Kernels.system(), SocketProtocolFamily.INET);
      socket.connect(server.localAddress());
      KQueueFfmDatagramChannel channel =
          (KQueueFfmDatagramChannel)
              fixture
                  .bootstrap(() -> new KQueueFfmDatagramChannel(socket.fd()), new Inbox())
                  .register()
                  .sync()
                  .channel();
      assertThat(channel.isConnected()).isTrue();
      assertThat(channel.remoteAddress()).isEqualTo(server.localAddress());
      channel.writeAndFlush(DatagramChannelTest.text("hello")).sync();
      assertThat(inbox.text()).isEqualTo("hello");
      channel.disconnect().sync();
      assertThat(channel.isConnected()).isFalse();
    }
  }

  @Test
  void descriptorOfStreamIsRefusedAndStaysWithTheCaller() throws Exception {
    try (DatagramFixture _ = new DatagramFixture()) {
      KernelSocket stream = Sockets.stream(Kernels.system(), SocketProtocolFamily.INET);
      assertThatThrownBy(() -> new KQueueFfmDatagramChannel(stream.fd()))
          .isInstanceOf(ChannelException.class)
          .hasMessageContaining("not a datagram socket");
      assertThat(stream.localAddress()).isNull();
      stream.bind(loopback(0));
      assertThat(stream.localAddress()).isNotNull();
      stream.close();
      assertThatThrownBy(() -> new KQueueFfmDatagramChannel(1 << 20))
          .isInstanceOf(ChannelException.class);
    }
  }
}
