package io.github.kqueueffm.frameworks.vertx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.channel.KQueueFfmChannelOption;
import io.github.kqueueffm.vertx.KQueueFfmTransport;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramChannelConfig;
import io.netty.channel.unix.UnixChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.datagram.DatagramSocketOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.net.TcpOption;
import io.vertx.core.spi.transport.Transport;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class KQueueFfmTransportTest {
  private static final Transport OURS = KQueueFfmTransport.INSTANCE.implementation();
  private static final String LOOPBACK = loopback();
  private static final Map<ChannelOption<?>, Object> CONNECTION =
      Map.of(
          ChannelOption.TCP_NODELAY,
          false,
          ChannelOption.SO_KEEPALIVE,
          true,
          KQueueFfmChannelOption.TCP_KEEPIDLE,
          11,
          KQueueFfmChannelOption.TCP_KEEPINTVL,
          12,
          KQueueFfmChannelOption.TCP_KEEPCNT,
          3,
          KQueueFfmChannelOption.TCP_USER_TIMEOUT,
          14_000,
          KQueueFfmChannelOption.TCP_QUICKACK,
          true,
          KQueueFfmChannelOption.TCP_CORK,
          true);

  @Test
  void transportIsFoundWhereANativeOneIsPreferred() {
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    assertThat(((VertxInternal) vertx).transport()).isSameAs(OURS);
    assertThat(vertx.isNativeTransportEnabled()).isTrue();
    vertx.close().await();
  }

  @Test
  void nioStaysWhereNothingIsSaid() {
    Vertx vertx = Vertx.vertx();
    assertThat(((VertxInternal) vertx).transport())
        .isSameAs(io.vertx.core.transport.Transport.NIO.implementation());
    vertx.close().await();
  }

  @Test
  void optionsForMulticastReachTheSocket() {
    DatagramSocketOptions options =
        new DatagramSocketOptions()
            .setReusePort(true)
            .setReuseAddress(true)
            .setLoopbackModeDisabled(false)
            .setMulticastTimeToLive(7)
            .setMulticastNetworkInterface(LOOPBACK);
    configured(
        options,
        config -> {
          assertThat(config.getOption(UnixChannelOption.SO_REUSEPORT)).isTrue();
          assertThat(config.isReuseAddress()).isTrue();
          assertThat(config.isLoopbackModeDisabled()).isFalse();
          assertThat(config.getTimeToLive()).isEqualTo(7);
          assertThat(config.getNetworkInterface().getName()).isEqualTo(LOOPBACK);
        });
  }

  /**
   * Where SO_REUSEADDR stands for both, as on macOS and the BSDs, the last one that is set holds.
   */
  @Test
  void sharedPortIsNotUndoneByTheAddressThatIsNotShared() {
    DatagramChannel channel = OURS.datagramChannelFactory().newChannel();
    try {
      List<String> sharing = new ArrayList<>();
      OURS.configure(
          watched(channel, sharing),
          new DatagramSocketOptions().setReusePort(true).setReuseAddress(false));
      assertThat(sharing).contains("SO_REUSEADDR=false").last().isEqualTo("SO_REUSEPORT=true");
      assertThat(channel.config().getOption(UnixChannelOption.SO_REUSEPORT)).isTrue();
    } finally {
      channel.unsafe().closeForcibly();
    }
  }

  /** The channel, whose configuration notes what is set of SO_REUSEADDR and SO_REUSEPORT. */
  private static DatagramChannel watched(DatagramChannel channel, List<String> sharing) {
    DatagramChannelConfig config =
        watched(
            DatagramChannelConfig.class,
            channel.config(),
            (method, arguments) -> {
              if (method.equals("setReuseAddress")) {
                sharing.add("SO_REUSEADDR=" + arguments[0]);
              } else if (method.equals("setOption") && isSharing(arguments[0])) {
                sharing.add(name((ChannelOption<?>) arguments[0]) + '=' + arguments[1]);
              }
            });
    InvocationHandler handler =
        (proxy, method, arguments) ->
            method.getName().equals("config") ? config : method.invoke(channel, arguments);
    return (DatagramChannel)
        Proxy.newProxyInstance(
            KQueueFfmTransportTest.class.getClassLoader(),
            new Class<?>[] {DatagramChannel.class},
            handler);
  }

  private static <T> T watched(Class<T> type, T target, BiConsumer<String, Object[]> watcher) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          watcher.accept(method.getName(), arguments);
          return method.invoke(target, arguments);
        };
    return type.cast(
        Proxy.newProxyInstance(
            KQueueFfmTransportTest.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static boolean isSharing(Object option) {
    return option == ChannelOption.SO_REUSEADDR || option == UnixChannelOption.SO_REUSEPORT;
  }

  private static String name(ChannelOption<?> option) {
    return option == ChannelOption.SO_REUSEADDR ? "SO_REUSEADDR" : "SO_REUSEPORT";
  }

  @Test
  void socketIsAsVertxHasItWhereNothingIsSaid() {
    configured(
        new DatagramSocketOptions(),
        config -> {
          assertThat(config.getOption(UnixChannelOption.SO_REUSEPORT)).isFalse();
          assertThat(config.isLoopbackModeDisabled())
              .isEqualTo(DatagramSocketOptions.DEFAULT_LOOPBACK_MODE_DISABLED);
          assertThat(config.getTimeToLive()).isEqualTo(1);
        });
  }

  @Test
  void interfaceThatIsNotThereIsNamed() {
    DatagramSocketOptions options =
        new DatagramSocketOptions().setMulticastNetworkInterface("nosuch0");
    assertThatThrownBy(() -> configured(options, config -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nosuch0");
  }

  @Test
  @SuppressWarnings("deprecation") // Vert.x's own signature
  void socketWhoseOptionsThrowIsClosed() {
    for (DatagramSocketOptions options :
        List.of(
            new DatagramSocketOptions().setMulticastNetworkInterface("nosuch0"),
            new DatagramSocketOptions().setMulticastTimeToLive(256))) {
      DatagramChannel channel =
          OURS.datagramChannel(io.netty.channel.socket.InternetProtocolFamily.IPv4);
      assertThatThrownBy(() -> OURS.configure(channel, options))
          .isInstanceOfAny(IllegalArgumentException.class, ChannelException.class);
      assertThat(channel.isOpen()).isFalse();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void socketsOfVertxWhoseOptionsThrowLeaveNoDescriptor() {
    Vertx vertx = Vertx.builder().withTransport(KQueueFfmTransport.INSTANCE).build();
    DatagramSocketOptions options =
        new DatagramSocketOptions().setMulticastNetworkInterface("nosuch0");
    int before = 0;
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> vertx.createDatagramSocket(options)).hasMessageContaining("nosuch0");
      // The first one may load what stays open.
      before = i == 0 ? sockets() : before;
    }
    assertThat(sockets()).isLessThanOrEqualTo(before);
    vertx.close().await();
  }

  private static int sockets() {
    String[] open = new File("/proc/self/fd").list();
    return (int)
        Arrays.stream(open).filter(number -> isSocket(Path.of("/proc/self/fd", number))).count();
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException e) {
      // The one by which the folder was read.
      return false;
    }
  }

  @Test
  void optionsOfTcpReachBothEnds() {
    TcpConfig config = tcpConfig();
    Bootstrap client = new Bootstrap();
    OURS.configure(config, false, client);
    assertThat(client.config().options())
        .containsAllEntriesOf(CONNECTION)
        .containsEntry(ChannelOption.TCP_FASTOPEN_CONNECT, true);
    ServerBootstrap server = new ServerBootstrap();
    OURS.configure(config, false, server);
    assertThat(server.config().options())
        .containsEntry(UnixChannelOption.SO_REUSEPORT, true)
        .containsEntry(ChannelOption.TCP_FASTOPEN, 5);
    assertThat(server.config().childOptions()).containsAllEntriesOf(CONNECTION);
  }

  @Test
  void zeroKeepsTheSystemsKeepAlive() {
    Bootstrap client = new Bootstrap();
    OURS.configure(new TcpConfig().setOption(TcpOption.KEEPIDLE, 0), false, client);
    assertThat(client.config().options()).doesNotContainKey(KQueueFfmChannelOption.TCP_KEEPIDLE);
  }

  @Test
  void domainSocketsAreSpared() {
    Bootstrap client = new Bootstrap();
    OURS.configure(tcpConfig(), true, client);
    assertThat(client.config().options()).isEmpty();
  }

  private static TcpConfig tcpConfig() {
    return new TcpConfig()
        .setSoReusePort(true)
        .setSoKeepAlive(true)
        .setOption(TcpOption.NODELAY, false)
        .setOption(TcpOption.KEEPIDLE, 11)
        .setOption(TcpOption.KEEPINTVL, 12)
        .setOption(TcpOption.KEEPCNT, 3)
        .setOption(TcpOption.USER_TIMEOUT, 14_000)
        .setOption(TcpOption.QUICKACK, true)
        .setOption(TcpOption.CORK, true)
        .setOption(TcpOption.FASTOPEN, 5)
        .setOption(TcpOption.FASTOPEN_CONNECT, true);
  }

  private static void configured(
      DatagramSocketOptions options, Consumer<DatagramChannelConfig> then) {
    DatagramChannel channel = OURS.datagramChannelFactory().newChannel();
    try {
      OURS.configure(channel, options);
      then.accept(channel.config());
    } finally {
      channel.unsafe().closeForcibly();
    }
  }

  private static String loopback() {
    try {
      return NetworkInterface.getByInetAddress(InetAddress.getLoopbackAddress()).getName();
    } catch (SocketException e) {
      throw new IllegalStateException("the loopback address has no interface", e);
    }
  }
}
