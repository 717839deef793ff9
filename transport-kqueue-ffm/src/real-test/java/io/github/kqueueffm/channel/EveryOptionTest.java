package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollMode;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever option a channel lists, set and read: on a socket that lives, on a closed one, and on
 * one that the peer has reset.
 */
@Tag("real")
class EveryOptionTest {
  /** Linux answers with twice what was set. */
  private static final Set<ChannelOption<?>> ROUNDED_UP =
      Set.of(ChannelOption.SO_RCVBUF, ChannelOption.SO_SNDBUF);

  @RegisterExtension final LoopExtension loop = new LoopExtension();

  static List<Class<? extends Channel>> channels() {
    return List.of(
        KQueueFfmSocketChannel.class,
        KQueueFfmServerSocketChannel.class,
        KQueueFfmDatagramChannel.class,
        KQueueFfmDomainSocketChannel.class,
        KQueueFfmServerDomainSocketChannel.class,
        KQueueFfmDomainDatagramChannel.class);
  }

  /** With the types that the compiler cannot know. */
  @SuppressWarnings("unchecked")
  private static <T> boolean set(ChannelConfig config, ChannelOption<?> option, Object value) {
    return config.setOption((ChannelOption<T>) option, (T) value);
  }

  private static Map<ChannelOption<?>, Object> withoutNulls(Map<ChannelOption<?>, Object> options) {
    Map<ChannelOption<?>, Object> values = new LinkedHashMap<>(options);
    values.values().removeIf(value -> value == null);
    return values;
  }

  @ParameterizedTest
  @MethodSource("channels")
  void optionOfLiveSocketIsSetAndReadBack(Class<? extends Channel> type) {
    Channel channel = new ReflectiveChannelFactory<>(type).newChannel();
    try {
      ChannelConfig config = channel.config();
      Map<ChannelOption<?>, Object> options = config.getOptions();
      assertThat(options).containsKeys(ChannelOption.AUTO_READ, ChannelOption.SO_RCVBUF);
      withoutNulls(options)
          .forEach((option, value) -> {
            assertThat(set(config, option, value)).as("%s is taken", option).isTrue();
            Object now = config.getOption(option);
            if (ROUNDED_UP.contains(option)) {
              assertThat((Integer) now).as("%s", option).isGreaterThanOrEqualTo((Integer) value);
            } else {
              assertThat(now).as("%s", option).isEqualTo(value);
            }
          });
      assertThat(config.getOptions().keySet()).isEqualTo(options.keySet());
    } finally {
      channel.unsafe().closeForcibly();
    }
  }

  /** What the socket held cannot be told any more, and what the channel holds still can. */
  @ParameterizedTest
  @MethodSource("channels")
  void optionOfClosedSocketIsRefusedOrKept(Class<? extends Channel> type) {
    Channel channel = new ReflectiveChannelFactory<>(type).newChannel();
    ChannelConfig config = channel.config();
    Map<ChannelOption<?>, Object> options = withoutNulls(config.getOptions());
    channel.unsafe().closeForcibly();
    options.forEach((option, value) -> {
      Throwable unread = catchThrowable(() -> config.getOption(option));
      Throwable unset = catchThrowable(() -> assertThat(set(config, option, value)).isTrue());
      if (unread != null) {
        assertClosed(option, unread);
        assertClosed(option, unset);
      } else if (unset != null) {
        // IP_RECVDSTADDR: the channel keeps it, and the socket needs it too.
        assertClosed(option, unset);
      } else {
        assertThat((Object) config.getOption(option)).as("%s", option).isEqualTo(value);
      }
    });
    assertThatThrownBy(() -> config.getOption(ChannelOption.SO_RCVBUF))
        .isInstanceOf(ChannelException.class);
    assertThat(config.getOption(ChannelOption.AUTO_READ)).isTrue();
    assertClosed(ChannelOption.SO_RCVBUF, catchThrowable(config::getOptions));
  }

  private static void assertClosed(ChannelOption<?> option, Throwable failure) {
    assertThat(failure)
        .as("%s", option)
        .isInstanceOf(ChannelException.class)
        .hasMessageEndingWith(": the channel is closed")
        .hasCauseInstanceOf(ClosedChannelException.class);
  }

  @SuppressWarnings("deprecation") // EPOLL_MODE: older code sets it.
  private static Object valueOf(ChannelOption<?> option) {
    if (option == EpollChannelOption.TCP_MD5SIG) {
      return Map.of();
    }
    return option == EpollChannelOption.EPOLL_MODE ? EpollMode.LEVEL_TRIGGERED : true;
  }

  @ParameterizedTest
  @MethodSource("channels")
  @SuppressWarnings("deprecation") // EPOLL_MODE: older code sets it.
  void epollOptionsAreNotSet(Class<? extends Channel> type) {
    Channel channel = new ReflectiveChannelFactory<>(type).newChannel();
    try {
      for (ChannelOption<?> option :
          List.of(
              EpollChannelOption.TCP_MD5SIG,
              EpollChannelOption.IP_RECVORIGDSTADDR,
              EpollChannelOption.EPOLL_MODE)) {
        Object value = valueOf(option);
        assertThat(set(channel.config(), option, value)).as("%s", option).isFalse();
        assertThat((Object) channel.config().getOption(option)).as("%s", option).isNull();
      }
    } finally {
      channel.unsafe().closeForcibly();
    }
  }

  @Test
  void optionOfResetConnectionDoesNotFail() throws Exception {
    Received received = new Received();
    Channel server =
        loop.server(KQueueFfmServerSocketChannel.class, received)
            .childOption(ChannelOption.AUTO_READ, false)
            .bind(LoopExtension.anyPort())
            .sync()
            .channel();
    InetSocketAddress address = (InetSocketAddress) server.localAddress();
    Socket peer = new Socket(address.getAddress(), address.getPort());
    peer.setSoLinger(true, 0);
    Channel channel = received.channel();
    // In the loop, so that the channel does not notice the reset in between.
    channel
        .eventLoop()
        .submit(() -> {
          peer.close();
          ChannelConfig config = channel.config();
          Map<ChannelOption<?>, Object> options = config.getOptions();
          // FreeBSD does not tell those of TCP.
          assertThat(options).containsKeys(ChannelOption.SO_KEEPALIVE, ChannelOption.SO_LINGER);
          withoutNulls(options)
              .forEach((option, value) -> {
                assertThat(set(config, option, value)).as("%s", option).isTrue();
                assertThat((Object) config.getOption(option)).as("%s", option).isNotNull();
              });
          return null;
        })
        .sync();
    server.close().sync();
  }
}
