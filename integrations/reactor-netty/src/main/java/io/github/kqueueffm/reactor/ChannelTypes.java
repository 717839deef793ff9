package io.github.kqueueffm.reactor;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmDomainDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmServerDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.netty.channel.Channel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.DomainDatagramChannel;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.unix.ServerDomainSocketChannel;
import java.util.Map;
import java.util.function.Supplier;

/** The channels of this transport for each kind that reactor-netty requests. */
final class ChannelTypes {
  private static final Map<Class<?>, Ours> OURS =
      Map.of(
          SocketChannel.class,
          new Ours(KQueueFfmSocketChannel.class, KQueueFfmSocketChannel::new),
          ServerSocketChannel.class,
          new Ours(KQueueFfmServerSocketChannel.class, KQueueFfmServerSocketChannel::new),
          DatagramChannel.class,
          new Ours(KQueueFfmDatagramChannel.class, KQueueFfmDatagramChannel::new),
          DomainSocketChannel.class,
          new Ours(KQueueFfmDomainSocketChannel.class, KQueueFfmDomainSocketChannel::new),
          ServerDomainSocketChannel.class,
          new Ours(
              KQueueFfmServerDomainSocketChannel.class, KQueueFfmServerDomainSocketChannel::new),
          DomainDatagramChannel.class,
          new Ours(KQueueFfmDomainDatagramChannel.class, KQueueFfmDomainDatagramChannel::new));

  private ChannelTypes() {}

  static <C extends Channel> C newChannel(Class<C> kind) {
    return kind.cast(ours(kind).constructor.get());
  }

  static <C extends Channel> Class<? extends C> channelClass(Class<C> kind) {
    return ours(kind).type.asSubclass(kind);
  }

  private static Ours ours(Class<?> kind) {
    Ours ours = OURS.get(kind);
    if (ours == null) {
      throw new IllegalArgumentException(
          "the kqueue transport has no channel for " + kind.getName());
    }
    return ours;
  }

  private record Ours(Class<? extends Channel> type, Supplier<? extends Channel> constructor) {}
}
