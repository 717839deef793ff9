package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.StandardSocketOptions;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Values that NIO refuses, on the real kernel. */
@Tag("real")
class OptionRangesTest {
  @RegisterExtension final LoopExtension loop = new LoopExtension();

  private static final Supplier<Channel> CLIENT = KQueueFfmSocketChannel::new;
  private static final Supplier<Channel> SERVER = KQueueFfmServerSocketChannel::new;
  private static final Supplier<Channel> DATAGRAM = KQueueFfmDatagramChannel::new;
  private static final Supplier<Channel> LOCAL = KQueueFfmDomainSocketChannel::new;
  private static final Supplier<Channel> LOCAL_SERVER = KQueueFfmServerDomainSocketChannel::new;
  private static final Supplier<Channel> LOCAL_DATAGRAM = KQueueFfmDomainDatagramChannel::new;

  static Stream<Arguments> options() {
    return Stream.of(
        Arguments.of(CLIENT, ChannelOption.SO_RCVBUF),
        Arguments.of(CLIENT, ChannelOption.SO_SNDBUF),
        Arguments.of(CLIENT, ChannelOption.IP_TOS),
        Arguments.of(CLIENT, NioChannelOption.of(StandardSocketOptions.SO_RCVBUF)),
        Arguments.of(SERVER, ChannelOption.SO_RCVBUF),
        Arguments.of(SERVER, ChannelOption.SO_BACKLOG),
        Arguments.of(DATAGRAM, ChannelOption.SO_RCVBUF),
        Arguments.of(DATAGRAM, ChannelOption.SO_SNDBUF),
        Arguments.of(DATAGRAM, ChannelOption.IP_TOS),
        Arguments.of(LOCAL, ChannelOption.SO_RCVBUF),
        Arguments.of(LOCAL, ChannelOption.SO_SNDBUF),
        Arguments.of(LOCAL_SERVER, ChannelOption.SO_RCVBUF),
        Arguments.of(LOCAL_DATAGRAM, ChannelOption.SO_RCVBUF),
        Arguments.of(LOCAL_DATAGRAM, ChannelOption.SO_SNDBUF));
  }

  @ParameterizedTest
  @MethodSource("options")
  void negativeValueIsRefusedByTheNameOfItsOption(
      Supplier<Channel> maker, ChannelOption<Integer> option) throws Exception {
    Channel channel = maker.get();
    loop.group().register(channel).sync();
    ChannelConfig config = channel.config();
    Integer before = config.getOption(option);
    assertThatThrownBy(() -> config.setOption(option, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(option.name())
        .hasMessageContaining("-1 (expected: ");
    assertThat(config.getOption(option)).isEqualTo(before);
    channel.close().sync();
  }

  @ParameterizedTest
  @MethodSource("trafficClasses")
  void trafficClassOfMoreThanAByteIsRefused(Supplier<Channel> maker) throws Exception {
    Channel channel = maker.get();
    loop.group().register(channel).sync();
    assertThatThrownBy(() -> channel.config().setOption(ChannelOption.IP_TOS, 0x100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("IP_TOS: 256 (expected: 0 to 255)");
    channel.close().sync();
  }

  @ParameterizedTest
  @MethodSource("trafficClasses")
  void greatestTrafficClassIsTaken(Supplier<Channel> maker) throws Exception {
    Channel channel = maker.get();
    loop.group().register(channel).sync();
    assertThat(channel.config().setOption(ChannelOption.IP_TOS, 0xff)).isTrue();
    channel.close().sync();
  }

  static Stream<Supplier<Channel>> trafficClasses() {
    return Stream.of(CLIENT, DATAGRAM);
  }
}
