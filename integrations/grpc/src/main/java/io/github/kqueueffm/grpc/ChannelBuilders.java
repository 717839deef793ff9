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
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;

/**
 * The builders of grpc-netty, with the loops and channels of this transport. The providers do not
 * use these classes themselves, so they load on an older Java and without grpc-netty.
 */
final class ChannelBuilders {

  private ChannelBuilders() {}

  static ManagedChannelBuilder<?> forAddress(String name, int port) {
    return overTcp(NettyChannelBuilder.forAddress(name, port));
  }

  static ManagedChannelBuilder<?> forTarget(String target) {
    return overTcp(NettyChannelBuilder.forTarget(target));
  }

  static ManagedChannelBuilder<?> forDomainTarget(String target) {
    return overDomainSockets(NettyChannelBuilder.forTarget(target));
  }

  /**
   * What grpc-netty's provider answers, which is an error for credentials that it does not know.
   */
  static NewChannelBuilderResult newBuilder(String target, ChannelCredentials credentials) {
    return new NettyChannelProvider().newChannelBuilder(target, credentials);
  }

  static NewChannelBuilderResult newBuilder(
      String target,
      ChannelCredentials credentials,
      NameResolverRegistry registry,
      NameResolverProvider resolver) {
    return new NettyChannelProvider().newChannelBuilder(target, credentials, registry, resolver);
  }

  static NewChannelBuilderResult overTcp(NewChannelBuilderResult result) {
    if (result.getChannelBuilder() instanceof NettyChannelBuilder builder) {
      overTcp(builder);
    }
    return result;
  }

  static NewChannelBuilderResult overDomainSockets(NewChannelBuilderResult result) {
    if (result.getChannelBuilder() instanceof NettyChannelBuilder builder) {
      overDomainSockets(builder);
    }
    return result;
  }

  private static NettyChannelBuilder overTcp(NettyChannelBuilder builder) {
    return builder
        .eventLoopGroup(Loops.workers())
        .channelType(KQueueFfmSocketChannel.class, InetSocketAddress.class);
  }

  private static NettyChannelBuilder overDomainSockets(NettyChannelBuilder builder) {
    return builder
        .eventLoopGroup(Loops.workers())
        .channelType(KQueueFfmDomainSocketChannel.class, DomainSocketAddress.class);
  }
}
