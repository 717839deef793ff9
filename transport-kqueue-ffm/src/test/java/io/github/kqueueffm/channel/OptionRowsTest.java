package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemoryCheck;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.GenericUnixChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the rows of the options accept, refuse, read and write. */
@ExtendWith(NativeMemoryCheck.class)
class OptionRowsTest {
  private static final int FD = 7;

  private final Map<String, byte[]> values = new HashMap<>();
  private final List<String> set = new ArrayList<>();

  /** A kernel that remembers the options of its one socket. */
  private ScriptedCalls kernel(String platform) {
    return ScriptedCalls.of(platform)
        .fail("getpeername", Errno.ENOTCONN)
        .fail("getsockname", Errno.EINVAL)
        .on(
            "setsockopt",
            a -> {
              byte[] value = new byte[(int) a[4]];
              Memory.copy((long) a[3], value, 0, value.length);
              values.put(a[1] + "/" + a[2], value);
              set.add(a[1] + "/" + a[2] + ' ' + HexFormat.of().formatHex(value));
              return 0;
            })
        .on(
            "getsockopt",
            a -> {
              int room = Memory.getInt((long) a[4]);
              byte[] value = values.getOrDefault(a[1] + "/" + a[2], new byte[room]);
              int length = Math.min(room, value.length);
              Memory.copy(value, 0, (long) a[3], length);
              Memory.putInt((long) a[4], length);
              return 0;
            });
  }

  private static KernelSocket accepted(ScriptedCalls calls, Constant family) {
    Kernel kernel = calls.kernel();
    return KernelSocket.accepted(kernel, FD, kernel.platform().get(family));
  }

  private static KQueueFfmSocketChannelConfig client(ScriptedCalls calls) {
    return new KQueueFfmSocketChannel(null, accepted(calls, Constant.AF_INET), true).config();
  }

  private static KQueueFfmDatagramChannelConfig datagrams(ScriptedCalls calls) {
    return new KQueueFfmDatagramChannel(accepted(calls, Constant.AF_INET), false).config();
  }

  private KernelSocket gone(String platform, Constant family) {
    ScriptedCalls calls =
        kernel(platform).fail("setsockopt", Errno.ECONNRESET).fail("getpeername", Errno.ENOTCONN);
    return accepted(calls, family);
  }

  @ParameterizedTest
  @CsvSource({"SO_RCVBUF, 0, -1", "SO_SNDBUF, 2147483647, -2147483648", "IP_TOS, 255, 256"})
  void numberOutOfItsRangeIsRefusedBeforeTheKernelIsAsked(String name, int last, int refused) {
    ScriptedCalls calls = kernel("freebsd-x86_64");
    KQueueFfmSocketChannelConfig config = client(calls);
    ChannelOption<Integer> option = ChannelOption.valueOf(name);
    set.clear();
    assertThat(config.setOption(option, last)).isTrue();
    assertThat(set).hasSize(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config.setOption(option, refused))
        .withMessageContaining(name + ": " + refused + " (expected: 0 ");
    assertThat(set).hasSize(1);
  }

  @Test
  void leastNumberOfARangeIsTaken() {
    KQueueFfmSocketChannelConfig config = client(kernel("freebsd-x86_64"));
    set.clear();
    assertThat(config.setOption(ChannelOption.IP_TOS, 0)).isTrue();
    assertThat(set).containsExactly("0/3 00000000");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config.setOption(ChannelOption.IP_TOS, -1));
  }

  @Test
  void unsignedNumberHasAllItsBits() {
    KQueueFfmSocketChannelConfig config = client(kernel("linux-x86_64"));
    long most = 0xffff_ffffL;
    assertThat(config.setOption(KQueueFfmChannelOption.TCP_NOTSENT_LOWAT, most)).isTrue();
    assertThat(config.getOption(KQueueFfmChannelOption.TCP_NOTSENT_LOWAT)).isEqualTo(most);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config.setOption(KQueueFfmChannelOption.TCP_NOTSENT_LOWAT, most + 1));
  }

  @ParameterizedTest
  @CsvSource({"linux-x86_64, true", "freebsd-x86_64, false"})
  void refusalNamesWhatLinuxTakesOnLinuxOnly(String platform, boolean named) {
    ScriptedCalls calls = kernel(platform);
    KQueueFfmSocketChannelConfig config = client(calls);
    calls.fail("setsockopt", Errno.EINVAL).on("getpeername", 0);
    assertThatThrownBy(() -> config.setOption(KQueueFfmChannelOption.TCP_KEEPCNT, 0))
        .isInstanceOf(ChannelException.class)
        .hasMessageStartingWith(
            named
                ? "cannot set TCP_KEEPCNT to 0 (expected: 1 to 127): "
                : "cannot set TCP_KEEPCNT to 0: ");
    assertThatThrownBy(() -> config.setOption(ChannelOption.TCP_NODELAY, true))
        .hasMessageStartingWith("cannot set TCP_NODELAY to true: ");
  }

  @Test
  void optionsHaveTheJdksNamesToo() {
    KQueueFfmSocketChannelConfig config = client(kernel("linux-x86_64"));
    ChannelOption<Integer> interval = NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL);
    ChannelOption<Integer> count = NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT);
    assertThat(config.setOption(interval, 5)).isTrue();
    assertThat(config.setOption(count, 6)).isTrue();
    assertThat(config.setOption(NioChannelOption.of(StandardSocketOptions.SO_RCVBUF), 7)).isTrue();
    assertThat(config.getOption(KQueueFfmChannelOption.TCP_KEEPINTVL)).isEqualTo(5);
    assertThat(config.getOption(KQueueFfmChannelOption.TCP_KEEPCNT)).isEqualTo(6);
    assertThat(config.getOption(ChannelOption.SO_RCVBUF)).isEqualTo(7);
    assertThat(config.getOption(interval)).isEqualTo(5);
  }

  @Test
  void loopOfTheJdkIsTheOppositeOfNettys() {
    KQueueFfmDatagramChannelConfig config = datagrams(kernel("freebsd-x86_64"));
    ChannelOption<Boolean> jdk = NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_LOOP);
    for (boolean on : new boolean[] {true, false}) {
      assertThat(config.setOption(jdk, on)).isTrue();
      assertThat(config.getOption(jdk)).isEqualTo(on);
      assertThat(config.getOption(ChannelOption.IP_MULTICAST_LOOP_DISABLED)).isEqualTo(!on);
    }
    assertThat(config.getOptions().keySet())
        .noneMatch(option -> option instanceof NioChannelOption)
        .contains(ChannelOption.IP_MULTICAST_LOOP_DISABLED);
    assertThat(config.setOption(NioChannelOption.of(StandardSocketOptions.SO_RCVBUF), 7)).isTrue();
    assertThat(config.getOption(ChannelOption.SO_RCVBUF)).isEqualTo(7);
  }

  @Test
  void optionOfAnotherSystemIsNotListed() {
    assertThat(client(kernel("openbsd-x86_64")).getOptions())
        .containsKey(ChannelOption.TCP_NODELAY)
        .doesNotContainKeys(
            KQueueFfmChannelOption.TCP_QUICKACK,
            KQueueFfmChannelOption.TCP_KEEPINTVL,
            ChannelOption.TCP_FASTOPEN_CONNECT);
    assertThat(client(kernel("linux-x86_64")).getOptions())
        .containsKeys(KQueueFfmChannelOption.TCP_QUICKACK, KQueueFfmChannelOption.TCP_KEEPINTVL)
        .doesNotContainKey(KQueueFfmChannelOption.SO_SNDLOWAT);
  }

  @Test
  @SuppressWarnings({"unchecked", "rawtypes"}) // As a caller in another language may be.
  void valueOfAnotherTypeIsRefusedWithTheNameOfTheOption() {
    KQueueFfmSocketChannelConfig config = client(kernel("freebsd-x86_64"));
    set.clear();
    for (ChannelOption option :
        List.of(
            ChannelOption.TCP_NODELAY,
            ChannelOption.CONNECT_TIMEOUT_MILLIS,
            ChannelOption.ALLOW_HALF_CLOSURE,
            NioChannelOption.of(StandardSocketOptions.TCP_NODELAY),
            new IntegerUnixChannelOption("number", 6, 1),
            new RawUnixChannelOption("raw", 6, 1, 4))) {
      assertThatIllegalArgumentException()
          .as(option.name())
          .isThrownBy(() -> config.setOption(option, "text"))
          .withMessageContaining("text is of type java.lang.String (expected: ");
    }
    assertThat(set).isEmpty();
  }

  @Test
  void typeIsThatOfTheValues() {
    assertThat(OptionTable.type(new IntegerUnixChannelOption("number", 6, 1)))
        .isEqualTo(Integer.class);
    assertThat(OptionTable.type(new RawUnixChannelOption("raw", 6, 1, 4)))
        .isEqualTo(ByteBuffer.class);
    assertThat(OptionTable.type(ChannelOption.TCP_NODELAY)).isEqualTo(Boolean.class);
    assertThat(OptionTable.type(ChannelOption.valueOf("ofAnotherLibrary"))).isNull();
  }

  @ParameterizedTest
  @EnumSource(OptionCodec.class)
  void valueOfAGoneConnectionIsOfTheOptionsType(OptionCodec codec) {
    Object value = codec.whenGone();
    switch (codec) {
      case LINGER -> assertThat(value).isEqualTo(-1);
      case MULTICAST_TTL -> assertThat(value).isEqualTo(1);
      case UNSIGNED -> assertThat(value).isEqualTo(0L);
      case INTEGER, TRAFFIC_CLASS -> assertThat(value).isEqualTo(0);
      case MULTICAST_INTERFACE, MULTICAST_INTERFACE_ADDRESS -> assertThat(value).isNull();
      default -> assertThat(value).isEqualTo(false);
    }
  }

  private static Object example(OptionCodec codec) throws SocketException {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    return switch (codec) {
      case UNSIGNED -> 1L;
      case INTEGER, LINGER, TRAFFIC_CLASS, MULTICAST_TTL -> 1;
      case MULTICAST_INTERFACE -> NetworkInterface.getByInetAddress(loopback);
      case MULTICAST_INTERFACE_ADDRESS -> loopback;
      default -> true;
    };
  }

  private static boolean set(OptionCodec codec, KernelSocket socket) throws IOException {
    return codec.set(socket, Constant.IPPROTO_IP, Constant.IP_TOS, example(codec));
  }

  @ParameterizedTest
  @EnumSource(OptionCodec.class)
  void codecSaysWhetherTheConnectionLives(OptionCodec codec) throws IOException {
    for (String platform : new String[] {"linux-x86_64", "freebsd-x86_64"}) {
      for (Constant family : new Constant[] {Constant.AF_INET, Constant.AF_INET6}) {
        boolean linuxOnly = codec == OptionCodec.MULTICAST_ALL && !platform.startsWith("linux");
        if (!linuxOnly) {
          assertThat(set(codec, accepted(kernel(platform), family))).isTrue();
          assertThat(set(codec, gone(platform, family))).isFalse();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = OptionCodec.class,
      names = {"SHARED_PORT", "TRAFFIC_CLASS", "MULTICAST_ALL"})
  void secondOptionIsNotTriedAfterTheFirstWasRefused(OptionCodec codec) throws IOException {
    String platform = codec == OptionCodec.SHARED_PORT ? "freebsd-x86_64" : "linux-x86_64";
    set(codec, accepted(kernel(platform), Constant.AF_INET6));
    assertThat(set).hasSize(2);
    int[] calls = {0};
    ScriptedCalls gone = kernel(platform);
    int reset = -Platform.named(platform).number(Errno.ECONNRESET);
    gone.on(
        "setsockopt",
        a -> {
          calls[0]++;
          return reset;
        });
    assertThat(set(codec, accepted(gone, Constant.AF_INET6))).isFalse();
    assertThat(calls[0]).isEqualTo(1);
  }

  @Test
  void trafficClassIsReadByTheOptionOfTheSocketsFamily() throws IOException {
    ScriptedCalls calls = kernel("freebsd-x86_64");
    values.put("0/3", new byte[] {4, 0, 0, 0});
    values.put("41/61", new byte[] {6, 0, 0, 0});
    assertThat(trafficClass(calls, Constant.AF_INET)).isEqualTo(4);
    assertThat(trafficClass(calls, Constant.AF_INET6)).isEqualTo(6);
  }

  private static Object trafficClass(ScriptedCalls calls, Constant family) throws IOException {
    return OptionCodec.TRAFFIC_CLASS.get(
        accepted(calls, family), Constant.IPPROTO_IP, Constant.IP_TOS);
  }

  @Test
  void booleansAreWrittenAs0And1() throws IOException {
    KernelSocket socket = accepted(kernel("freebsd-x86_64"), Constant.AF_INET);
    for (boolean on : new boolean[] {true, false}) {
      OptionCodec.BOOLEAN.set(socket, Constant.SOL_SOCKET, Constant.SO_KEEPALIVE, on);
      OptionCodec.MULTICAST_LOOP_DISABLED.set(
          socket, Constant.IPPROTO_IP, Constant.IP_MULTICAST_LOOP, on);
    }
    assertThat(set).containsExactly("65535/8 01000000", "0/11 00", "65535/8 00000000", "0/11 01");
  }

  @Test
  void addressThatNoInterfaceHasIsRefused() {
    KernelSocket socket = accepted(kernel("freebsd-x86_64"), Constant.AF_INET);
    InetAddress elsewhere = InetAddress.ofLiteral("192.0.2.77");
    assertThatThrownBy(() ->
            OptionCodec.MULTICAST_INTERFACE_ADDRESS.set(
                socket, Constant.IPPROTO_IP, Constant.IP_MULTICAST_IF, elsewhere))
        .isInstanceOf(SocketException.class)
        .hasMessage("no interface has the address 192.0.2.77");
    assertThat(set).isEmpty();
  }

  @Test
  void interfaceThatTheSystemChoosesHasNoAddress() throws IOException {
    KernelSocket socket = accepted(kernel("freebsd-x86_64"), Constant.AF_INET);
    assertThat(
            OptionCodec.MULTICAST_INTERFACE_ADDRESS.get(
                socket, Constant.IPPROTO_IP, Constant.IP_MULTICAST_IF))
        .isNull();
    values.put("0/9", new byte[] {127, 0, 0, 1});
    assertThat(
            OptionCodec.MULTICAST_INTERFACE_ADDRESS.get(
                socket, Constant.IPPROTO_IP, Constant.IP_MULTICAST_IF))
        .isInstanceOf(InetAddress.class);
  }

  @Test
  void optionByItsNumberIsAnIntOrBytes() {
    KQueueFfmSocketChannelConfig config = client(kernel("freebsd-x86_64"));
    IntegerUnixChannelOption number = new IntegerUnixChannelOption("number", 6, 77);
    RawUnixChannelOption raw = new RawUnixChannelOption("raw", 6, 77, 4);
    assertThat(config.setOption(number, 0x01020304)).isTrue();
    assertThat(config.getOption(number)).isEqualTo(0x01020304);
    assertThat(config.getOption(raw)).isEqualTo(ByteBuffer.wrap(new byte[] {4, 3, 2, 1}));
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {9, 8, 7, 6, 5}).position(1);
    assertThat(config.setOption(raw, bytes)).isTrue();
    assertThat(bytes.remaining()).as("stays as it was").isEqualTo(4);
    assertThat(config.getOption(number)).isEqualTo(0x05060708);
  }

  @Test
  void shorterAnswerLimitsTheBytes() {
    ScriptedCalls calls = kernel("freebsd-x86_64");
    values.put("6/77", new byte[] {1, 2});
    RawUnixChannelOption raw = new RawUnixChannelOption("raw", 6, 77, 4);
    assertThat(client(calls).getOption(raw)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
  }

  @ParameterizedTest
  @CsvSource({
    "macos-aarch64, SOL_SOCKET, SO_LINGER, true",
    "macos-aarch64, SOL_SOCKET, SO_LINGER_SEC, true",
    "macos-aarch64, SOL_SOCKET, SO_RCVBUF, false",
    "macos-aarch64, IPPROTO_TCP, SO_LINGER, false",
    "macos-aarch64, IPPROTO_TCP, SO_LINGER_SEC, false",
    "freebsd-x86_64, SOL_SOCKET, SO_LINGER, true",
    "freebsd-x86_64, IPPROTO_TCP, SO_LINGER, false"
  })
  void lingerIsKnownByItsNumbers(String name, Constant level, Constant option, boolean linger) {
    Platform platform = Platform.named(name);
    GenericUnixChannelOption<?> generic =
        new IntegerUnixChannelOption("linger", platform.get(level), platform.get(option));
    assertThat(GenericOptions.isLinger(platform, generic)).isEqualTo(linger);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, -1})
  void lingerThatWasSetIsTheOneThatCloseGoesBy(int seconds) {
    KQueueFfmSocketChannelConfig config = client(kernel("freebsd-x86_64"));
    config.setOption(ChannelOption.SO_LINGER, seconds);
    assertThat(config.getSoLinger()).isEqualTo(seconds);
    assertThat(config.blockingLinger()).isEqualTo(seconds);
  }
}
