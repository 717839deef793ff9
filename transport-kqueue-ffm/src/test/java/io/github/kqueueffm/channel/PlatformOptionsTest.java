package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.KQueueFfmChannelOption.SO_ACCEPTFILTER;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.SO_REUSEPORT_LB;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.SO_SNDLOWAT;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.TCP_CORK;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.TCP_KEEPIDLE;
import static io.github.kqueueffm.channel.KQueueFfmChannelOption.TCP_NOPUSH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.kqueue.AcceptFilter;
import io.netty.channel.kqueue.KQueueChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which options every system has, and by which numbers its kernel gets them. */
class PlatformOptionsTest {
  private static final int FD = 7;

  /** One setsockopt: its level, number, and value if that is an int. */
  private record Set(int level, int option, int value, int length) {}

  private final List<Set> sets = new ArrayList<>();
  private byte[] lastValue = {};

  private ScriptedCalls kernelOf(String platform) {
    return ScriptedCalls.of(platform)
        .on("socket", FD)
        .on("fcntl", 0)
        .on("close", 0)
        .fail("getsockname", Errno.EINVAL)
        .fail("getpeername", Errno.EINVAL)
        .on("getsockopt", this::zero)
        .on("setsockopt", this::record);
  }

  private Integer zero(Object[] arguments) {
    Memory.putInt((long) arguments[3], 0);
    return 0;
  }

  private Integer record(Object[] arguments) {
    long value = (long) arguments[3];
    int length = (int) arguments[4];
    lastValue = new byte[length];
    if (length > 0) {
      Memory.copy(value, lastValue, 0, length);
    }
    int number = length >= Integer.BYTES ? Memory.getInt(value) : 0;
    sets.add(new Set((int) arguments[1], (int) arguments[2], number, length));
    return 0;
  }

  private static KernelSocket socket(Kernel kernel) throws IOException {
    Platform platform = kernel.platform();
    return KernelSocket.open(
        kernel, platform.get(Constant.AF_INET), platform.get(Constant.SOCK_STREAM));
  }

  private KQueueFfmSocketChannelConfig client(ScriptedCalls calls) throws IOException {
    KQueueFfmSocketChannelConfig config =
        new KQueueFfmSocketChannel(null, socket(calls.kernel()), false).config();
    sets.clear();
    return config;
  }

  private KQueueFfmServerSocketChannel server(ScriptedCalls calls) throws IOException {
    KQueueFfmServerSocketChannel channel =
        new KQueueFfmServerSocketChannel(socket(calls.kernel()), false);
    sets.clear();
    return channel;
  }

  @ParameterizedTest
  @CsvSource({
    "macos-aarch64, 16",
    "freebsd-x86_64, 256",
    "dragonfly-x86_64, 256",
    "netbsd-x86_64, 3",
    "linux-x86_64, 4"
  })
  void keepAliveIdleHasTheNumberOfEachSystem(String platform, int number) throws IOException {
    KQueueFfmSocketChannelConfig config = client(kernelOf(platform));
    assertThat(config.setOption(TCP_KEEPIDLE, 60)).isTrue();
    assertThat(sets).containsExactly(new Set(6, number, 60, 4));
    assertThat(config.getOptions()).containsKey(TCP_KEEPIDLE);
  }

  @Test
  void openBsdHasNoKeepAliveTimes() throws IOException {
    KQueueFfmSocketChannelConfig config = client(kernelOf("openbsd-x86_64"));
    assertThat(config.setOption(TCP_KEEPIDLE, 60)).isFalse();
    assertThat(config.getOption(TCP_KEEPIDLE)).isNull();
    assertThat(sets).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"macos-aarch64, 4", "openbsd-x86_64, 16", "linux-x86_64, 3"})
  void noPushAndCorkAreOneOption(String platform, int number) throws IOException {
    KQueueFfmSocketChannelConfig config = client(kernelOf(platform));
    assertThat(config.setOption(TCP_NOPUSH, true)).isTrue();
    assertThat(config.setOption(TCP_CORK, true)).isTrue();
    assertThat(sets).containsExactly(new Set(6, number, 1, 4), new Set(6, number, 1, 4));
  }

  @Test
  void netBsdHasNeitherNoPushNorCork() throws IOException {
    KQueueFfmSocketChannelConfig config = client(kernelOf("netbsd-x86_64"));
    assertThat(config.setOption(TCP_NOPUSH, true)).isFalse();
    assertThatThrownBy(() -> config.setTcpNoPush(true))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("netbsd");
  }

  @Test
  void lingerOfMacOsIsInSeconds() throws IOException {
    KQueueFfmSocketChannelConfig config = client(kernelOf("macos-aarch64"));
    assertThat(config.setOption(ChannelOption.SO_LINGER, 10)).isTrue();
    assertThat(sets).containsExactly(new Set(0xffff, 0x1080, 1, 8));
  }

  /** A short of 10 ms on macOS: 16,384 s would be 0, which drops what is unsent. */
  @ParameterizedTest
  @CsvSource({
    "macos-aarch64, 326, 326",
    "macos-aarch64, 327, 327",
    "macos-aarch64, 328, 327",
    "macos-x86_64, 16384, 327",
    "macos-aarch64, 32768, 327",
    "openbsd-x86_64, 32767, 32767",
    "openbsd-x86_64, 32768, 32767",
    "freebsd-x86_64, 65536, 32767",
    "netbsd-x86_64, 2147483647, 32767",
    "dragonfly-x86_64, 40000, 32767",
    "linux-x86_64, 2147483647, 2147483647"
  })
  void lingerIsAtMostWhatTheSystemKeeps(String platform, int wanted, int kept) throws IOException {
    ScriptedCalls calls = kernelOf(platform);
    KQueueFfmSocketChannelConfig config = client(calls);
    assertThat(config.setOption(ChannelOption.SO_LINGER, wanted)).isTrue();
    assertThat(lingerSeconds()).isEqualTo(kept);
    lastValue = new byte[0];
    config.setSoLinger(wanted);
    assertThat(lingerSeconds()).isEqualTo(kept);
    calls.on(
        "getsockopt",
        arguments -> {
          Memory.copy(lastValue, 0, (long) arguments[3], lastValue.length);
          return 0;
        });
    assertThat(config.getSoLinger()).as("what is read").isEqualTo(kept);
    assertThat(config.getOption(ChannelOption.SO_LINGER)).isEqualTo(kept);
  }

  /** Of the last struct linger that was set, which has to be on. */
  private int lingerSeconds() {
    ByteBuffer linger = ByteBuffer.wrap(lastValue).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(linger.getInt()).as("l_onoff").isOne();
    return linger.getInt();
  }

  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "freebsd-x86_64", "netbsd-x86_64", "openbsd-x86_64"})
  void lowWaterMarkIsSetOnTheBsds(String platform) throws IOException {
    KQueueFfmSocketChannelConfig config = client(kernelOf(platform));
    config.setSndLowAt(4096);
    assertThat(sets).containsExactly(new Set(0xffff, 4099, 4096, 4));
    assertThat(config.getOptions()).containsKey(SO_SNDLOWAT);
  }

  @Test
  void soReusePortLbIsSetOnFreeBsd() throws IOException {
    KQueueFfmServerSocketChannel server = server(kernelOf("freebsd-x86_64"));
    assertThat(server.config().setOption(SO_REUSEPORT_LB, true)).isTrue();
    assertThat(sets).containsExactly(new Set(0xffff, 0x10000, 1, 4));
  }

  @Test
  void optionThatOnlyTheHeadersHaveIsNotListed() throws IOException {
    ScriptedCalls calls = kernelOf("freebsd-x86_64");
    KQueueFfmSocketChannelConfig config = client(calls);
    calls.fail("getsockopt", Errno.ENOPROTOOPT).fail("setsockopt", Errno.ENOPROTOOPT);
    assertThat(config.setOption(TCP_KEEPIDLE, 60)).isFalse();
    assertThat(config.getOption(TCP_KEEPIDLE)).isNull();
    assertThat(config.getOptions()).doesNotContainKey(TCP_KEEPIDLE);
  }

  @Test
  void refusedValueIsThrownWithTheReason() throws IOException {
    ScriptedCalls calls = kernelOf("freebsd-x86_64");
    KQueueFfmSocketChannelConfig config = client(calls);
    calls.fail("setsockopt", Errno.EPERM);
    assertThatThrownBy(() -> config.setOption(TCP_KEEPIDLE, 60))
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("TCP_KEEPIDLE to 60")
        .hasMessageContaining("EPERM");
  }

  @Test
  void deadConnectionOnMacOsAcceptsEveryOption_netty6741() throws IOException {
    ScriptedCalls calls = kernelOf("macos-aarch64");
    KernelSocket accepted =
        KernelSocket.accepted(calls.kernel(), FD, calls.kernel().platform().get(Constant.AF_INET));
    KQueueFfmSocketChannelConfig config = new KQueueFfmSocketChannel(null, accepted, true).config();
    Map<ChannelOption<?>, Object> options = config.getOptions();
    calls.fail("setsockopt", Errno.EINVAL).fail("getpeername", Errno.EINVAL);
    sets.clear();
    options.forEach((option, value) -> assertTaken(config, option, value));
    assertThat(options)
        .containsKeys(ChannelOption.SO_KEEPALIVE, ChannelOption.SO_LINGER, TCP_KEEPIDLE);
  }

  @SuppressWarnings("unchecked")
  private static <T> void assertTaken(ChannelConfig config, ChannelOption<?> option, Object value) {
    assertThat(config.setOption((ChannelOption<T>) option, (T) value)).as("%s", option).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "macos-aarch64, 36",
    "freebsd-x86_64, 61",
    "dragonfly-x86_64, 61",
    "netbsd-x86_64, 61",
    "openbsd-x86_64, 61",
    "linux-x86_64, 67"
  })
  void trafficClassOfIpv6HasTheNumberOfEachSystem(String name, int number) throws IOException {
    ScriptedCalls calls = kernelOf(name);
    Platform platform = calls.kernel().platform();
    KernelSocket socket =
        KernelSocket.open(
            calls.kernel(), platform.get(Constant.AF_INET6), platform.get(Constant.SOCK_STREAM));
    KQueueFfmSocketChannelConfig config = new KQueueFfmSocketChannel(null, socket, false).config();
    sets.clear();
    assertThat(config.setOption(ChannelOption.IP_TOS, 0x10)).isEqualTo(platform.isLinux());
    assertThat(sets).first().isEqualTo(new Set(41, number, 0x10, 4));
    // Linux marks the IPv4 packets of such a socket by the option of IPv4.
    assertThat(sets.subList(1, sets.size()))
        .isEqualTo(platform.isLinux() ? List.of(new Set(0, 1, 0x10, 4)) : List.of());
  }

  private static final class Lines extends Handler {
    final List<String> lines = new ArrayList<>();

    @Override
    public void publish(LogRecord line) {
      lines.add(line.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  private static List<String> logged(ThrowingRunnable action) throws IOException {
    Logger logger = Logger.getLogger(KQueueFfmChannelConfig.class.getName());
    Lines log = new Lines();
    logger.addHandler(log);
    try {
      action.run();
    } finally {
      logger.removeHandler(log);
    }
    return log.lines;
  }

  private interface ThrowingRunnable {
    void run() throws IOException;
  }

  /** What childOption(IP_TOS) does to three connections. */
  private static void acceptThree(KQueueFfmServerSocketChannel listener) {
    for (int i = 0; i < 3; i++) {
      KQueueFfmSocketChannelConfig config =
          new KQueueFfmSocketChannel(
                  listener, FD + 1 + i, InetSocketAddress.createUnresolved("10.0.0.1", 80))
              .config();
      assertThat(config.setOption(ChannelOption.IP_TOS, 0x10))
          .as("or a bootstrap logs it")
          .isTrue();
      config.setTrafficClass(0x20);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "freebsd-x86_64", "netbsd-x86_64"})
  void connectionsOfOneListenerWarnOnceOfAnOptionThatTheirIpv4DoesNotGet(String name)
      throws IOException {
    ScriptedCalls calls = kernelOf(name);
    Platform platform = calls.kernel().platform();
    KernelSocket socket =
        KernelSocket.open(
            calls.kernel(), platform.get(Constant.AF_INET6), platform.get(Constant.SOCK_STREAM));
    KQueueFfmServerSocketChannel listener = new KQueueFfmServerSocketChannel(socket, false);
    KQueueFfmServerSocketChannel other = new KQueueFfmServerSocketChannel(socket, false);
    List<String> lines =
        logged(() -> {
          acceptThree(listener);
          acceptThree(other);
        });
    assertThat(lines).hasSize(2).allMatch(line -> line.startsWith("IP_TOS holds for IPv6 alone: "));
  }

  /** The options of IPv4 and IPv6 that a datagram channel has, each of which is set on it. */
  private static List<Boolean> setOptionsOfBoth(KQueueFfmDatagramChannelConfig config)
      throws IOException {
    NetworkInterface via = NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1"));
    return List.of(
        config.setOption(ChannelOption.IP_TOS, 0x10),
        config.setOption(ChannelOption.IP_MULTICAST_TTL, 3),
        config.setOption(ChannelOption.IP_MULTICAST_IF, via),
        config.setOption(ChannelOption.IP_MULTICAST_ADDR, InetAddress.getByName("127.0.0.1")),
        config.setOption(ChannelOption.IP_MULTICAST_LOOP_DISABLED, true),
        config.setOption(NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_LOOP), false));
  }

  private static KQueueFfmDatagramChannelConfig datagrams(ScriptedCalls calls, Constant family)
      throws IOException {
    Platform platform = calls.kernel().platform();
    KernelSocket socket =
        KernelSocket.open(calls.kernel(), platform.get(family), platform.get(Constant.SOCK_DGRAM));
    return new KQueueFfmDatagramChannel(socket, false).config();
  }

  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "macos-x86_64", "freebsd-x86_64", "netbsd-x86_64"})
  void optionThatASocketOfBothFamiliesHasForIpv6AloneIsFalseWithTheReason(String name)
      throws IOException {
    KQueueFfmDatagramChannelConfig config = datagrams(kernelOf(name), Constant.AF_INET6);
    sets.clear();
    List<String> lines =
        logged(() -> {
          assertThat(setOptionsOfBoth(config)).containsOnly(false);
          config.setTrafficClass(0x20);
        });
    assertThat(sets).as("IPv6 has them").extracting(Set::level).containsOnly(41).hasSize(7);
    assertThat(lines)
        .hasSize(7)
        .allMatch(line -> line.contains(name) && line.contains("SocketProtocolFamily.INET"));
    assertThat(lines.get(1)).contains("IP_MULTICAST_TTL");
  }

  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "freebsd-x86_64", "netbsd-x86_64", "openbsd-x86_64"})
  void optionOfASocketOfIpv4AloneIsTrue(String name) throws IOException {
    KQueueFfmDatagramChannelConfig config = datagrams(kernelOf(name), Constant.AF_INET);
    sets.clear();
    assertThat(setOptionsOfBoth(config)).containsOnly(true);
    assertThat(sets).extracting(Set::level).containsOnly(0).hasSize(6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "macos-aarch64",
        "freebsd-x86_64",
        "openbsd-x86_64",
        "netbsd-x86_64",
        "dragonfly-x86_64"
      })
  void reusedAddressOfDatagramsIsAReusedPortTooAsInTheJdk(String name) throws IOException {
    KQueueFfmDatagramChannelConfig config = datagrams(kernelOf(name), Constant.AF_INET);
    sets.clear();
    assertThat(config.setOption(ChannelOption.SO_REUSEADDR, true)).isTrue();
    config.setReuseAddress(false);
    assertThat(sets)
        .containsExactly(
            new Set(0xffff, 0x200, 1, 4),
            new Set(0xffff, 4, 1, 4),
            new Set(0xffff, 0x200, 0, 4),
            new Set(0xffff, 4, 0, 4));
  }

  @Test
  void reusedAddressIsItselfAloneOnLinuxAndForStreams() throws IOException {
    KQueueFfmDatagramChannelConfig linux = datagrams(kernelOf("linux-x86_64"), Constant.AF_INET);
    sets.clear();
    linux.setReuseAddress(true);
    assertThat(sets).containsExactly(new Set(1, 2, 1, 4));
    KernelSocket stream = socket(kernelOf("netbsd-x86_64").kernel());
    sets.clear();
    new KQueueFfmSocketChannel(null, stream, false).config().setReuseAddress(true);
    assertThat(sets).containsOnly(new Set(0xffff, 4, 1, 4), new Set(6, 1, 1, 4));
  }

  @Test
  void optionOfASocketOfBothFamiliesIsTrueOnLinux() throws IOException {
    KQueueFfmDatagramChannelConfig config = datagrams(kernelOf("linux-x86_64"), Constant.AF_INET6);
    sets.clear();
    assertThat(setOptionsOfBoth(config)).containsOnly(true);
    assertThat(sets).extracting(Set::level).contains(0, 41).hasSize(12);
  }

  @Test
  void optionOfASocketThatCannotCarryIpv4IsTrue() throws IOException {
    ScriptedCalls calls = kernelOf("openbsd-x86_64");
    // IPV6_V6ONLY cannot be cleared there.
    KQueueFfmDatagramChannelConfig config =
        datagrams(calls.fail("setsockopt", Errno.EINVAL), Constant.AF_INET6);
    calls.on("setsockopt", this::record);
    assertThat(config.setOption(ChannelOption.IP_TOS, 0x10)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"freebsd-x86_64", "dragonfly-x86_64", "netbsd-x86_64"})
  void acceptFilterTakesEffectWhenTheSocketListens(String platform) throws Exception {
    ScriptedCalls calls = kernelOf(platform).on("listen", 0);
    KQueueFfmServerSocketChannel server = server(calls);
    KQueueFfmAcceptFilter filter = new KQueueFfmAcceptFilter("httpready", "some");
    assertThat(server.config().setOption(SO_ACCEPTFILTER, filter)).isTrue();
    assertThat(sets).isEmpty();
    server.listen();
    assertThat(sets).extracting(Set::option).containsExactly(0x1000);
    assertThat(text(0, 16)).isEqualTo("httpready");
    assertThat(text(16, 240)).isEqualTo("some");
    assertThat(server.config().getOption(SO_ACCEPTFILTER)).isSameAs(filter);
    server.config().setAcceptFilter(new KQueueFfmAcceptFilter(""));
    assertThat(sets.getLast().length()).as("an empty name removes it").isZero();
  }

  private String text(int offset, int width) {
    return new String(lastValue, offset, width, StandardCharsets.US_ASCII).trim();
  }

  @Test
  void nettysAcceptFilterIsTakenAndGivenBack() throws Exception {
    KQueueFfmServerSocketChannel server = server(kernelOf("freebsd-x86_64").on("listen", 0));
    AcceptFilter filter = new AcceptFilter("dataready", "a, b");
    assertThat(server.config().setOption(KQueueChannelOption.SO_ACCEPTFILTER, filter)).isTrue();
    assertThat(server.config().getOption(KQueueChannelOption.SO_ACCEPTFILTER)).isSameAs(filter);
    assertThat(server.config().getAcceptFilter())
        .isEqualTo(new KQueueFfmAcceptFilter("dataready", "a, b"));
    server.listen();
    assertThat(text(0, 16)).isEqualTo("dataready");
    assertThat(text(16, 240)).isEqualTo("a, b");
  }

  @Test
  void filterThatIsTooLongIsRefused() throws Exception {
    KQueueFfmServerSocketChannel server = server(kernelOf("freebsd-x86_64").on("listen", 0));
    server.config().setAcceptFilter(new KQueueFfmAcceptFilter("x".repeat(16)));
    assertThatThrownBy(server::listen)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 15");
  }

  @Test
  void fastOpenIsSetAfterListenOnMacOs_netty11735() throws Exception {
    KQueueFfmServerSocketChannel server = server(kernelOf("macos-aarch64").on("listen", 0));
    assertThat(server.config().setOption(ChannelOption.TCP_FASTOPEN, 100)).isTrue();
    assertThat(sets).isEmpty();
    server.listen();
    assertThat(sets).containsExactly(new Set(6, 261, 1, 4));
    assertThat(server.config().getOption(ChannelOption.TCP_FASTOPEN)).isEqualTo(100);
  }

  @Test
  void serverListensWithoutFastOpenWhereItIsDisabled_netty11766() throws Exception {
    ScriptedCalls calls = kernelOf("freebsd-x86_64").on("listen", 0);
    KQueueFfmServerSocketChannel server = server(calls);
    server.config().setTcpFastOpen(true);
    calls.fail("setsockopt", Errno.EPERM);
    server.listen();
    assertThat(server.isActive()).isTrue();
  }

  @Test
  void fastOpenIsFalseOnSystemsWithoutIt() throws Exception {
    assertThat(
            server(kernelOf("openbsd-x86_64")).config().setOption(ChannelOption.TCP_FASTOPEN, 100))
        .isFalse();
    KQueueFfmSocketChannelConfig client = client(kernelOf("openbsd-x86_64"));
    assertThat(client.setOption(ChannelOption.TCP_FASTOPEN_CONNECT, true)).isFalse();
    assertThat(client.isTcpFastOpenConnect()).isFalse();
    assertThat(client.getOptions()).doesNotContainKey(ChannelOption.TCP_FASTOPEN_CONNECT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "macos-x86_64", "freebsd-x86_64", "linux-x86_64"})
  void fastOpenConnectIsSupportedElsewhere(String platform) throws Exception {
    ChannelConfig config = client(kernelOf(platform));
    assertThat(config.setOption(ChannelOption.TCP_FASTOPEN_CONNECT, true)).isTrue();
    assertThat(config.getOptions()).containsEntry(ChannelOption.TCP_FASTOPEN_CONNECT, true);
  }
}
