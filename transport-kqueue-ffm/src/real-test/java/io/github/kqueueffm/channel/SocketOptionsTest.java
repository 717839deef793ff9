package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.KQueueFfmChannelOption.IP_BIND_ADDRESS_NO_PORT;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.SO_ACCEPTFILTER;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.SO_REUSEPORT_LB;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.SO_SNDLOWAT;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.TCP_CORK;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.TCP_DEFER_ACCEPT;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.TCP_KEEPCNT;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.TCP_KEEPIDLE;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.TCP_KEEPINTVL;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.TCP_NOPUSH;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.TCP_NOTSENT_LOWAT;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.TCP_QUICKACK;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.TCP_USER_TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.Kernels;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Options of the real kernel: set, read, listed; on sockets that live, are closed or were reset.
 */
@Tag("real")
class SocketOptionsTest {
  @RegisterExtension final LoopExtension loop = new LoopExtension();

  private final Platform platform = Kernels.system().platform();
  private final int socketLevel = platform.get(Constant.SOL_SOCKET);
  private Channel channel;

  @AfterEach
  void close() throws InterruptedException {
    if (channel != null) {
      channel.close().sync();
    }
  }

  private ChannelConfig client() throws Exception {
    channel = loop.client(KQueueFfmSocketChannel.class).register().sync().channel();
    return channel.config();
  }

  private ChannelConfig server() throws Exception {
    channel =
        loop.server(KQueueFfmServerSocketChannel.class)
            .bind(LoopExtension.anyPort())
            .sync()
            .channel();
    return channel.config();
  }

  private static <T> void assertSet(ChannelConfig config, ChannelOption<T> option, T value) {
    assertThat(config.setOption(option, value)).as(option + " is supported").isTrue();
    assertThat(config.getOption(option)).as(option.name()).isEqualTo(value);
    assertThat(config.getOptions()).containsEntry(option, value);
  }

  private static <T> void assertUnsupported(
      ChannelConfig config, ChannelOption<T> option, T value) {
    assertThat(config.setOption(option, value)).as(option + " is supported").isFalse();
    assertThat(config.getOption(option)).as(option.name()).isNull();
    assertThat(config.getOptions()).doesNotContainKey(option);
  }

  @Test
  void commonOptionsAreSetAndListed() throws Exception {
    ChannelConfig config = client();
    assertThat(config.getOption(ChannelOption.TCP_NODELAY)).as("on by default").isTrue();
    assertSet(config, ChannelOption.TCP_NODELAY, false);
    assertSet(config, ChannelOption.SO_KEEPALIVE, true);
    assertSet(config, ChannelOption.SO_REUSEADDR, true);
    assertSet(config, ChannelOption.SO_LINGER, 3);
    assertSet(config, ChannelOption.SO_LINGER, -1);
    assertSet(config, ChannelOption.IP_TOS, 0x10);
    assertSet(config, ChannelOption.ALLOW_HALF_CLOSURE, true);
    assertSet(config, TCP_NOPUSH, true);
    assertSet(config, TCP_NOPUSH, false);
    assertThat(config.setOption(ChannelOption.SO_RCVBUF, 20_000)).isTrue();
    assertThat(config.getOption(ChannelOption.SO_RCVBUF)).isGreaterThanOrEqualTo(20_000);
    assertThat(config.setOption(ChannelOption.SO_SNDBUF, 20_000)).isTrue();
    assertThat(config.getOption(ChannelOption.SO_SNDBUF)).isGreaterThanOrEqualTo(20_000);
  }

  @Test
  void keepAliveIsTuned() throws Exception {
    ChannelConfig config = client();
    for (ChannelOption<Integer> option : List.of(TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT)) {
      if (SystemPromise.READS_KEEP_ALIVE_SETTINGS.isKept()) {
        assertSet(config, option, 7);
      } else if (SystemPromise.KEEP_ALIVE_SETTINGS.isKept()) {
        assertThat(config.setOption(option, 7)).as("%s", option).isTrue();
        assertThat(config.getOption(option)).as("%s cannot be read", option).isNull();
      } else {
        assertUnsupported(config, option, 7);
      }
    }
  }

  @Test
  @Needs(SystemPromise.LINUX_OPTIONS)
  void linuxOptionsAreListed() throws Exception {
    ChannelConfig config = client();
    assertSet(config, TCP_CORK, true);
    assertThat(config.getOption(TCP_NOPUSH)).as("the same by its BSD name").isTrue();
    assertSet(config, TCP_USER_TIMEOUT, 12_345);
    assertSet(config, TCP_NOTSENT_LOWAT, 4_000_000_000L);
    assertSet(config, TCP_QUICKACK, false);
    assertSet(config, IP_BIND_ADDRESS_NO_PORT, true);
    assertThat(config.getOptions())
        .containsKeys(
            KQueueFfmChannelOption.SO_BUSY_POLL,
            KQueueFfmChannelOption.IP_TRANSPARENT,
            KQueueFfmChannelOption.TCP_MAXSEG);
  }

  @Test
  @Needs(SystemPromise.LINUX_OPTIONS)
  void lowWaterMarkThatLinuxRefusesIsNotListed() throws Exception {
    ChannelConfig config = client();
    assertUnsupported(config, SO_SNDLOWAT, 2048);
    assertThatThrownBy(() -> ((KQueueFfmSocketChannelConfig) config).setSndLowAt(2048))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("SO_SNDLOWAT");
  }

  @Test
  void valueOutOfRangeIsRefused() throws Exception {
    ChannelConfig config = client();
    if (!platform.has(Constant.TCP_NOTSENT_LOWAT)) {
      assertUnsupported(config, TCP_NOTSENT_LOWAT, 4096L);
      return;
    }
    assertThatThrownBy(() -> config.setOption(TCP_NOTSENT_LOWAT, 1L << 32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 to 4294967295");
  }

  @Test
  void serverHasItsOptions() throws Exception {
    ChannelConfig config = server();
    assertThat(config.getOption(ChannelOption.SO_REUSEADDR)).as("on by default").isTrue();
    assertSet(config, UnixChannelOption.SO_REUSEPORT, true);
    assertSet(config, ChannelOption.SO_BACKLOG, 17);
    if (platform.isLinux()) {
      assertSet(config, ChannelOption.TCP_FASTOPEN, 5);
      assertSet(config, KQueueFfmChannelOption.IP_FREEBIND, true);
      assertThat(config.setOption(TCP_DEFER_ACCEPT, 3)).isTrue();
      assertThat(config.getOption(TCP_DEFER_ACCEPT)).isPositive();
      assertUnsupported(config, SO_ACCEPTFILTER, new KQueueFfmAcceptFilter("dataready"));
      KQueueFfmServerSocketChannelConfig own = (KQueueFfmServerSocketChannelConfig) config;
      assertThatThrownBy(() -> own.setAcceptFilter(new KQueueFfmAcceptFilter("dataready")))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("SO_ACCEPTFILTER");
      assertThat(own.getAcceptFilter()).isNull();
      assertUnsupported(config, SO_REUSEPORT_LB, true);
    }
  }

  @Test
  void reusedPortIsShared() throws Exception {
    Channel first =
        loop.server(KQueueFfmServerSocketChannel.class)
            .option(UnixChannelOption.SO_REUSEPORT, true)
            .bind(LoopExtension.anyPort())
            .sync()
            .channel();
    channel =
        loop.server(KQueueFfmServerSocketChannel.class)
            .option(UnixChannelOption.SO_REUSEPORT, true)
            .bind(first.localAddress())
            .sync()
            .channel();
    assertThat(channel.localAddress()).isEqualTo(first.localAddress());
    first.close().sync();
  }

  @Test
  void localSocketsHaveTheirOptions() throws Exception {
    channel = loop.client(KQueueFfmDomainSocketChannel.class).register().sync().channel();
    ChannelConfig config = channel.config();
    assertSet(
        config, UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS);
    assertSet(config, ChannelOption.ALLOW_HALF_CLOSURE, true);
    assertThat(config.setOption(ChannelOption.SO_SNDBUF, 30_000)).isTrue();
    assertThat(config.getOption(ChannelOption.SO_SNDBUF)).isGreaterThanOrEqualTo(30_000);
    assertThat(config.getOption(ChannelOption.SO_RCVBUF)).isPositive();
    assertUnsupported(config, ChannelOption.TCP_NODELAY, true);
  }

  @Test
  void jdksOptionsWorkByTheirNames() throws Exception {
    ChannelConfig config = client();
    assertThat(config.setOption(NioChannelOption.of(StandardSocketOptions.TCP_NODELAY), false))
        .isTrue();
    assertThat(config.getOption(ChannelOption.TCP_NODELAY)).isFalse();
    assertThat(config.setOption(NioChannelOption.of(StandardSocketOptions.SO_LINGER), 4)).isTrue();
    assertThat(config.getOption(ChannelOption.SO_LINGER)).isEqualTo(4);
    assertThat(config.setOption(NioChannelOption.of(StandardSocketOptions.SO_LINGER), -1)).isTrue();
    if (SystemPromise.READS_KEEP_ALIVE_SETTINGS.isKept()) {
      assertThat(config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), 21))
          .isTrue();
      assertThat(config.getOption(TCP_KEEPINTVL)).isEqualTo(21);
      assertThat(config.getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT)))
          .isEqualTo(config.getOption(TCP_KEEPCNT));
    }
    assertThat(config.setOption(NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_TTL), 3))
        .as("not an option of a stream")
        .isFalse();
  }

  @Test
  void optionsByNumberAreSetAndRead() throws Exception {
    ChannelConfig config = client();
    IntegerUnixChannelOption keepAlive =
        new IntegerUnixChannelOption("ka", socketLevel, platform.get(Constant.SO_KEEPALIVE));
    assertThat(config.setOption(keepAlive, 1)).isTrue();
    assertThat(config.getOption(keepAlive)).isNotZero();
    assertThat(config.getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
    RawUnixChannelOption linger =
        new RawUnixChannelOption("li", socketLevel, platform.get(Constant.SO_KEEPALIVE), 4);
    ByteBuffer off = ByteBuffer.allocate(4);
    assertThat(config.setOption(linger, off)).isTrue();
    assertThat(off.remaining()).as("the value is not consumed").isEqualTo(4);
    assertThat(config.getOption(linger).order(ByteOrder.nativeOrder()).getInt()).isZero();
    assertThat(config.getOption(ChannelOption.SO_KEEPALIVE)).isFalse();
  }

  @Test
  void optionByNumberThatTheKernelLacksThrows() throws Exception {
    ChannelConfig config = client();
    IntegerUnixChannelOption none = new IntegerUnixChannelOption("none", socketLevel, 0x7777);
    assertThatThrownBy(() -> config.setOption(none, 1)).isInstanceOf(ChannelException.class);
    assertThatThrownBy(() -> config.getOption(none)).isInstanceOf(ChannelException.class);
    RawUnixChannelOption raw = new RawUnixChannelOption("raw", socketLevel, 0x7777, 8);
    assertThatThrownBy(() -> config.setOption(raw, ByteBuffer.allocate(8)))
        .isInstanceOf(ChannelException.class);
    assertThatThrownBy(() -> config.setOption(raw, ByteBuffer.allocate(3)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sizeGuessOfReceiveBufferIsListed() throws Exception {
    ChannelConfig config = client();
    assertThat(config.setOption(KQueueFfmChannelOption.RCV_ALLOC_TRANSPORT_PROVIDES_GUESS, true))
        .isTrue();
    assertThat(config.getOptions())
        .containsEntry(KQueueFfmChannelOption.RCV_ALLOC_TRANSPORT_PROVIDES_GUESS, true);
  }

  @Test
  void everyListedOptionCanBeReadAlone() throws Exception {
    for (ChannelConfig config : new ChannelConfig[] {client(), server()}) {
      for (Map.Entry<ChannelOption<?>, Object> entry : config.getOptions().entrySet()) {
        assertThat((Object) config.getOption(entry.getKey()))
            .as(entry.getKey().name())
            .isEqualTo(entry.getValue());
      }
      config.getOptions().keySet().forEach(option -> assertThat(option.name()).isNotEmpty());
    }
  }

  @Test
  void closedSocketSaysSo() throws Exception {
    ChannelConfig config = client();
    channel.close().sync();
    assertThatThrownBy(() -> config.setOption(ChannelOption.SO_LINGER, 0))
        .isInstanceOf(ChannelException.class)
        .hasCauseInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> ((KQueueFfmSocketChannelConfig) config).getSoLinger())
        .isInstanceOf(ChannelException.class)
        .hasCauseInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(config::getOptions).isInstanceOf(ChannelException.class);
  }

  @Test
  void resetSocketTakesOptionsWithoutFailing_netty15896() throws Exception {
    Received received = new Received();
    Channel server =
        loop.server(KQueueFfmServerSocketChannel.class, received)
            .childOption(ChannelOption.AUTO_READ, false)
            .bind(LoopExtension.anyPort())
            .sync()
            .channel();
    java.net.InetSocketAddress address = (java.net.InetSocketAddress) server.localAddress();
    Socket peer = new Socket(address.getAddress(), address.getPort());
    channel = received.channel();
    peer.setSoLinger(true, 0);
    // In the loop, so that the channel is not closed between the reset and the options.
    channel
        .eventLoop()
        .submit(() -> {
          peer.close();
          ChannelConfig config = channel.config();
          assertThat(config.setOption(ChannelOption.TCP_NODELAY, true)).isTrue();
          assertThat(config.setOption(ChannelOption.SO_KEEPALIVE, true)).isTrue();
          assertThat(config.setOption(ChannelOption.IP_TOS, 8)).isTrue();
          assertThat(config.getOptions()).containsKey(ChannelOption.SO_SNDBUF);
          return null;
        })
        .sync();
    server.close().sync();
  }

  private RawUnixChannelOption lingerByNumber() {
    return new RawUnixChannelOption("li", socketLevel, platform.get(Constant.SO_LINGER), 8);
  }

  private static ByteBuffer fiveSeconds() {
    return ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putInt(1).putInt(5).flip();
  }

  @Test
  void lingerThatWasSetByItsNumberIsKnownToTheClose() throws Exception {
    KQueueFfmSocketChannelConfig config = (KQueueFfmSocketChannelConfig) client();
    assertThat(config.blockingLinger()).isNegative();
    config.setOption(lingerByNumber(), fiveSeconds());
    assertThat(config.blockingLinger()).isEqualTo(5);
  }

  @Test
  @Needs(SystemPromise.LINUX_OPTIONS)
  void lingerOfListenerIsKnownToTheCloseOfItsConnections() throws Exception {
    BlockingQueue<Channel> children = new LinkedBlockingQueue<>();
    channel =
        loop.server(
                KQueueFfmServerSocketChannel.class,
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void channelActive(ChannelHandlerContext context) {
                    children.add(context.channel());
                  }
                })
            .bind(LoopExtension.anyPort())
            .sync()
            .channel();
    channel.config().setOption(lingerByNumber(), fiveSeconds());
    loop.client(KQueueFfmSocketChannel.class).connect(channel.localAddress()).sync();
    Channel child = children.poll(10, TimeUnit.SECONDS);
    assertThat(((KQueueFfmSocketChannel) child).config().blockingLinger()).isEqualTo(5);
  }
}
