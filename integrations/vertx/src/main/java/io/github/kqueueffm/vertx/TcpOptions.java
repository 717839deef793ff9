package io.github.kqueueffm.vertx;

import io.github.kqueueffm.channel.KQueueFfmChannelOption;
import io.netty.channel.ChannelOption;
import io.vertx.core.net.TcpConfig;
import io.vertx.core.net.TcpOption;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Translates the TCP options of Vert.x to those of Netty, except the ones that Vert.x sets for
 * every transport.
 */
final class TcpOptions {
  private static final List<Mapped<?>> CONNECTION =
      List.of(
          new Mapped<>(TcpOption.USER_TIMEOUT, KQueueFfmChannelOption.TCP_USER_TIMEOUT),
          new Mapped<>(TcpOption.QUICKACK, KQueueFfmChannelOption.TCP_QUICKACK),
          new Mapped<>(TcpOption.CORK, KQueueFfmChannelOption.TCP_CORK),
          // In Vert.x 0 means the system's default. No system accepts it as a value.
          new Mapped<>(TcpOption.KEEPIDLE, KQueueFfmChannelOption.TCP_KEEPIDLE, value -> value > 0),
          new Mapped<>(
              TcpOption.KEEPINTVL, KQueueFfmChannelOption.TCP_KEEPINTVL, value -> value > 0),
          new Mapped<>(TcpOption.KEEPCNT, KQueueFfmChannelOption.TCP_KEEPCNT, value -> value > 0));

  /** For a socket that connects. */
  static final List<Mapped<?>> CLIENT =
      Stream.concat(
              Stream.of(
                  new Mapped<>(TcpOption.FASTOPEN_CONNECT, ChannelOption.TCP_FASTOPEN_CONNECT)),
              CONNECTION.stream())
          .toList();

  /** For a socket that listens. */
  static final List<Mapped<?>> SERVER =
      List.of(new Mapped<>(TcpOption.FASTOPEN, ChannelOption.TCP_FASTOPEN));

  /** For a socket that was accepted. */
  static final List<Mapped<?>> CHILD = CONNECTION;

  private TcpOptions() {}

  /** A method of a bootstrap that sets an option. */
  interface Setter {
    <T> Object set(ChannelOption<T> option, T value);
  }

  record Mapped<T>(TcpOption<T> from, ChannelOption<T> to, Predicate<T> isMeant) {
    Mapped(TcpOption<T> from, ChannelOption<T> to) {
      this(from, to, value -> true);
    }

    void set(TcpConfig config, Setter setter) {
      T value = config.getOption(from);
      if (value != null && isMeant.test(value)) {
        setter.set(to, value);
      }
    }
  }
}
