package io.github.kqueueffm.micronaut;

import io.github.kqueueffm.channel.KQueueFfm;
import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.micronaut.context.annotation.BootstrapContextCompatible;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.netty.channel.EventLoopGroupConfiguration;
import io.micronaut.http.netty.channel.EventLoopGroupFactory;
import io.micronaut.http.netty.channel.NettyChannelType;
import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * The kqueue transport under the name {@code kqueue-ffm}. The configuration names it for the event
 * loops, and also for those that accept the connections of a server:
 *
 * <pre>{@code
 * micronaut.netty.event-loops.default.transport=kqueue-ffm
 * micronaut.server.netty.parent.transport=kqueue-ffm
 * }</pre>
 *
 * <p>Micronaut uses the first available transport of that list, and fails if none is available. So
 * {@code kqueue-ffm} requires this transport, and {@code kqueue-ffm,nio} falls back to NIO. {@link
 * KQueueFfm#unavailabilityCause()} is the reason why it is not available.
 */
@Singleton
@Named(KQueueFfmEventLoopGroupFactory.NAME)
@Requires(condition = KQueueFfmAvailabilityCondition.class)
@BootstrapContextCompatible
public final class KQueueFfmEventLoopGroupFactory implements EventLoopGroupFactory {
  /** The name of this transport in the configuration. */
  public static final String NAME = "kqueue-ffm";

  /** For Micronaut. */
  public KQueueFfmEventLoopGroupFactory() {}

  @Override
  public boolean isNative() {
    return true;
  }

  @Override
  public IoHandlerFactory createIoHandlerFactory(EventLoopGroupConfiguration configuration) {
    return KQueueFfmIoHandler.newFactory();
  }

  /**
   * The older form, which Micronaut still declares.
   *
   * @deprecated as it is in Micronaut
   */
  @Override
  @Deprecated
  // Micronaut calls it too, and callers are not meant to inline it.
  @SuppressWarnings({"removal", "InlineMeSuggester"})
  public IoHandlerFactory createIoHandlerFactory() {
    return KQueueFfmIoHandler.newFactory();
  }

  @Override
  public Class<? extends Channel> channelClass(NettyChannelType type) {
    return switch (type) {
      case SERVER_SOCKET -> KQueueFfmServerSocketChannel.class;
      case CLIENT_SOCKET -> KQueueFfmSocketChannel.class;
      case DOMAIN_SERVER_SOCKET -> KQueueFfmServerDomainSocketChannel.class;
      case DOMAIN_SOCKET -> KQueueFfmDomainSocketChannel.class;
      case DATAGRAM_SOCKET -> KQueueFfmDatagramChannel.class;
    };
  }

  @Override
  public Class<? extends Channel> channelClass(
      NettyChannelType type, @Nullable EventLoopGroupConfiguration configuration) {
    return channelClass(type);
  }

  @Override
  public Channel channelInstance(
      NettyChannelType type, @Nullable EventLoopGroupConfiguration configuration) {
    return switch (type) {
      case SERVER_SOCKET -> new KQueueFfmServerSocketChannel();
      case CLIENT_SOCKET -> new KQueueFfmSocketChannel();
      case DOMAIN_SERVER_SOCKET -> new KQueueFfmServerDomainSocketChannel();
      case DOMAIN_SOCKET -> new KQueueFfmDomainSocketChannel();
      case DATAGRAM_SOCKET -> new KQueueFfmDatagramChannel();
    };
  }

  /**
   * Creates a channel for a descriptor that the program was given.
   *
   * @param parent ignored, as with Netty's own kqueue transport
   */
  @Override
  public Channel channelInstance(
      NettyChannelType type,
      @Nullable EventLoopGroupConfiguration configuration,
      @Nullable Channel parent,
      int fd) {
    return switch (type) {
      case SERVER_SOCKET -> new KQueueFfmServerSocketChannel(fd);
      case CLIENT_SOCKET -> new KQueueFfmSocketChannel(fd);
      case DOMAIN_SERVER_SOCKET -> new KQueueFfmServerDomainSocketChannel(fd);
      case DOMAIN_SOCKET -> new KQueueFfmDomainSocketChannel(fd);
      case DATAGRAM_SOCKET -> new KQueueFfmDatagramChannel(fd);
    };
  }
}
