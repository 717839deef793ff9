package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Options that are on or off: OpenBSD and DragonFly answer with the option's bit, 8 or 512 for
 * instance, where others answer 1.
 */
@ParameterizedClass
@ValueSource(
    strings = {
      "macos-aarch64",
      "freebsd-x86_64",
      "openbsd-x86_64",
      "netbsd-x86_64",
      "dragonfly-x86_64",
      "linux-x86_64"
    })
class BooleanOptionsTest {
  /** What the channel itself knows. */
  @SuppressWarnings("deprecation") // It is listed still.
  private static final Set<ChannelOption<?>> NOT_OF_THE_KERNEL =
      Set.of(
          ChannelOption.AUTO_READ,
          ChannelOption.AUTO_CLOSE,
          ChannelOption.SINGLE_EVENTEXECUTOR_PER_GROUP,
          ChannelOption.ALLOW_HALF_CLOSURE,
          ChannelOption.TCP_FASTOPEN_CONNECT,
          ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION,
          KQueueFfmChannelOption.IP_RECVDSTADDR,
          KQueueFfmChannelOption.UDP_GRO,
          KQueueFfmChannelOption.RCV_ALLOC_TRANSPORT_PROVIDES_GUESS);

  private final AtomicInteger answer = new AtomicInteger();
  private final ScriptedCalls calls;
  private final Platform platform;

  BooleanOptionsTest(String name) {
    calls =
        ScriptedCalls.of(name)
            .on("socket", 7)
            .on("fcntl", 0)
            .on("setsockopt", 0)
            .fail("getpeername", Errno.ENOTCONN)
            .on(
                "getsockopt",
                arguments -> {
                  Memory.putInt((long) arguments[3], answer.get());
                  return 0;
                });
    platform = Platform.named(name);
  }

  private KernelSocket socket(Constant family, Constant type) throws IOException {
    return KernelSocket.open(calls.kernel(), platform.get(family), platform.get(type));
  }

  private List<ChannelConfig> configs() throws IOException {
    Constant stream = Constant.SOCK_STREAM;
    Constant datagram = Constant.SOCK_DGRAM;
    return List.of(
        new KQueueFfmSocketChannel(null, socket(Constant.AF_INET, stream), false).config(),
        new KQueueFfmServerSocketChannel(socket(Constant.AF_INET, stream), false).config(),
        new KQueueFfmDatagramChannel(socket(Constant.AF_INET, datagram), false).config(),
        new KQueueFfmDatagramChannel(socket(Constant.AF_INET6, datagram), false).config());
  }

  private Map<ChannelOption<?>, Object> booleans(ChannelConfig config, int answer) {
    this.answer.set(answer);
    Map<ChannelOption<?>, Object> options = new LinkedHashMap<>(config.getOptions());
    options
        .entrySet()
        .removeIf(
            e -> !(e.getValue() instanceof Boolean) || NOT_OF_THE_KERNEL.contains(e.getKey()));
    return options;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 16, 32, 128, 512, 0x10000, 0x4000_0000})
  void anyNumberOtherThanZeroIsTrue(int on) throws IOException {
    for (ChannelConfig config : configs()) {
      Map<ChannelOption<?>, Object> off = booleans(config, 0);
      assertThat(off).containsKey(ChannelOption.SO_REUSEADDR);
      off.replaceAll((option, value) -> !(Boolean) value);
      assertThat(booleans(config, on)).isEqualTo(off);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 512})
  void gettersTakeAnyNumberOtherThanZeroForTrue(int on) throws IOException {
    List<ChannelConfig> configs = configs();
    answer.set(on);
    KQueueFfmSocketChannelConfig tcp = (KQueueFfmSocketChannelConfig) configs.get(0);
    assertThat(tcp.isKeepAlive() && tcp.isReuseAddress() && tcp.isTcpNoDelay()).isTrue();
    KQueueFfmServerSocketChannelConfig server = (KQueueFfmServerSocketChannelConfig) configs.get(1);
    assertThat(server.isReuseAddress() && server.isReusePort()).isTrue();
    assertThat(server.getOption(UnixChannelOption.SO_REUSEPORT)).isTrue();
    KQueueFfmDatagramChannelConfig udp = (KQueueFfmDatagramChannelConfig) configs.get(2);
    assertThat(udp.isBroadcast() && udp.isReuseAddress() && udp.isReusePort()).isTrue();
    assertThat(udp.isLoopbackModeDisabled()).isFalse();
    // Of struct linger too, which is on with 128 there.
    assertThat(tcp.getSoLinger()).isNotNegative();
  }
}
