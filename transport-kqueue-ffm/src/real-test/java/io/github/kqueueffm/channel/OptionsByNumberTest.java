package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.NativeMemory;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Options that a user gives by level and number, under whatever name. */
@Tag("real")
class OptionsByNumberTest {
  /** Options that every socket has, each of which is on or off. */
  private static final List<Constant> FLAGS =
      List.of(Constant.SO_REUSEADDR, Constant.SO_KEEPALIVE, Constant.SO_BROADCAST);

  private final Platform platform = Kernels.system().platform();
  private final int socketLevel = platform.get(Constant.SOL_SOCKET);

  static List<Class<? extends Channel>> channels() {
    return EveryOptionTest.channels();
  }

  private static ByteBuffer ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * values.length);
    bytes.order(ByteOrder.nativeOrder());
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.flip();
  }

  /** Those of the channel's own options, which the options by number must not be taken for. */
  private static Set<String> names(ChannelConfig config) {
    Set<String> names =
        config.getOptions().keySet().stream()
            .map(ChannelOption::name)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    names.add(ChannelOption.SO_LINGER.name());
    names.add("IP_MULTICAST_LOOP");
    return names;
  }

  private void assertIntegersHold(ChannelConfig config, String name) {
    for (Constant flag : FLAGS) {
      IntegerUnixChannelOption option =
          new IntegerUnixChannelOption(name, socketLevel, platform.get(flag));
      assertThat(config.setOption(option, 1)).as("%s as %s", flag, name).isTrue();
      assertThat(config.getOption(option)).as("%s as %s", flag, name).isNotZero();
      assertThat(config.setOption(option, 0)).as("%s as %s", flag, name).isTrue();
      assertThat(config.getOption(option)).as("%s as %s", flag, name).isZero();
    }
  }

  private void assertBytesHold(ChannelConfig config, String name) {
    for (Constant flag : FLAGS) {
      RawUnixChannelOption option =
          new RawUnixChannelOption(name, socketLevel, platform.get(flag), Integer.BYTES);
      ByteBuffer off = ints(0);
      assertThat(config.setOption(option, off)).as("%s as %s", flag, name).isTrue();
      assertThat(off.remaining()).as("the value stays the caller's").isEqualTo(Integer.BYTES);
      assertThat(config.getOption(option)).as("%s as %s", flag, name).isEqualTo(off);
    }
    RawUnixChannelOption linger = linger(name);
    for (ByteBuffer value : List.of(ints(1, 3), ints(1, 5))) {
      assertThat(config.setOption(linger, value)).as("SO_LINGER as %s", name).isTrue();
      ByteBuffer now = config.getOption(linger).order(ByteOrder.nativeOrder());
      assertThat(now.getInt(0)).as("SO_LINGER as %s, 128 on the BSDs", name).isNotZero();
      assertThat(now.getInt(4)).as("SO_LINGER as %s", name).isEqualTo(value.getInt(4));
    }
    assertThat(config.setOption(linger, ints(0, 0))).as("SO_LINGER as %s", name).isTrue();
  }

  private RawUnixChannelOption linger(String name) {
    int option = platform.getOr(Constant.SO_LINGER_SEC, platform.get(Constant.SO_LINGER));
    return new RawUnixChannelOption(name, socketLevel, option, 2 * Integer.BYTES);
  }

  @ParameterizedTest
  @MethodSource("channels")
  void isSetAndReadUnderTheNameOfAnyOtherOption(Class<? extends Channel> type) {
    Channel channel = new ReflectiveChannelFactory<>(type).newChannel();
    try {
      long memory = NativeMemory.live();
      for (String name : names(channel.config())) {
        assertIntegersHold(channel.config(), name);
        assertBytesHold(channel.config(), name);
      }
      assertThat(NativeMemory.live()).as("native allocations").isEqualTo(memory);
    } finally {
      channel.unsafe().closeForcibly();
    }
  }

  @Test
  void isNotTakenForTheOptionWhoseNameItHas() {
    KQueueFfmSocketChannel channel = new KQueueFfmSocketChannel();
    try {
      KQueueFfmSocketChannelConfig config = channel.config();
      IntegerUnixChannelOption keepAlive =
          new IntegerUnixChannelOption(
              ChannelOption.SO_LINGER.name(), socketLevel, platform.get(Constant.SO_KEEPALIVE));
      assertThat(config.setOption(keepAlive, 1)).isTrue();
      assertThat(channel.blockingLinger()).as("seconds that close may block for").isEqualTo(-1);
      assertThat(config.setOption(linger("anything"), ints(1, 3))).isTrue();
      assertThat(config.getSoLinger()).isEqualTo(3);
      assertThat(channel.blockingLinger()).as("seconds that close may block for").isEqualTo(3);
    } finally {
      channel.unsafe().closeForcibly();
    }
  }

  @ParameterizedTest
  @MethodSource("channels")
  void isRefusedWithItsNameWhereTheSocketLacksIt(Class<? extends Channel> type) {
    Channel channel = new ReflectiveChannelFactory<>(type).newChannel();
    try {
      ChannelConfig config = channel.config();
      long memory = NativeMemory.live();
      IntegerUnixChannelOption number = new IntegerUnixChannelOption("none", socketLevel, 0x7abc);
      RawUnixChannelOption raw = new RawUnixChannelOption("bytes", socketLevel, 0x7abc, 8);
      assertThatThrownBy(() -> config.setOption(number, 1)).hasMessageContaining("cannot set none");
      assertThatThrownBy(() -> config.getOption(number)).hasMessageContaining("cannot read none");
      assertThatThrownBy(() -> config.setOption(raw, ints(1, 2)))
          .isInstanceOf(ChannelException.class)
          .hasMessageContaining("cannot set bytes");
      assertThatThrownBy(() -> config.getOption(raw))
          .isInstanceOf(ChannelException.class)
          .hasMessageContaining("cannot read bytes");
      assertThatThrownBy(() -> config.setOption(linger("SO_LINGER"), ints(1)))
          .as("a value that is too short")
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(NativeMemory.live()).as("native allocations").isEqualTo(memory);
    } finally {
      channel.unsafe().closeForcibly();
    }
  }
}
