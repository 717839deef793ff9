package io.github.kqueueffm.grpc;

import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ManagedChannelProvider.NewChannelBuilderResult;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyChannelProvider;
import io.netty.channel.Channel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * The builders of grpc-netty, with the loops and channels of this transport. The providers do not
 * use this class themselves, so they load on an older Java and without grpc-netty.
 */
enum ChannelBuilders {
  TCP(KQueueFfmSocketChannel.class, InetSocketAddress.class),
  DOMAIN(KQueueFfmDomainSocketChannel.class, DomainSocketAddress.class);

  private final Class<? extends Channel> channelType;
  private final Class<? extends SocketAddress> addressType;

  ChannelBuilders(
      Class<? extends Channel> channelType, Class<? extends SocketAddress> addressType) {
    this.channelType = channelType;
    this.addressType = addressType;
  }

  ManagedChannelBuilder<?> forAddress(String name, int port) {
    return overThis(NettyChannelBuilder.forAddress(name, port));
  }

  ManagedChannelBuilder<?> forTarget(String target) {
    return overThis(NettyChannelBuilder.forTarget(target));
  }

  /**
   * What grpc-netty's provider answers, which is an error for credentials that it does not know.
   */
  NewChannelBuilderResult newBuilder(String target, ChannelCredentials credentials) {
    return overThis(new NettyChannelProvider().newChannelBuilder(target, credentials));
  }

  NewChannelBuilderResult newBuilder(
      String target,
      ChannelCredentials credentials,
      NameResolverRegistry registry,
      NameResolverProvider resolver) {
    return overThis(
        new NettyChannelProvider().newChannelBuilder(target, credentials, registry, resolver));
  }

  private NewChannelBuilderResult overThis(NewChannelBuilderResult result) {
    if (result.getChannelBuilder() instanceof NettyChannelBuilder builder) {
      overThis(builder);
    }
    return result;
  }

  private NettyChannelBuilder overThis(NettyChannelBuilder builder) {
    return builder.eventLoopGroup(Loops.workers()).channelType(channelType, addressType);
  }
}
