package io.github.kqueueffm.grpc;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ManagedChannelProvider;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.Set;

/**
 * A service that gRPC finds: channels over TCP. If the transport is not available, neither is this
 * provider, and gRPC takes the one of grpc-netty.
 */
public final class KQueueFfmChannelProvider extends ManagedChannelProvider {

  /** For the service loader. */
  public KQueueFfmChannelProvider() {}

  @Override
  protected boolean isAvailable() {
    return Priorities.isAvailable();
  }

  @Override
  protected int priority() {
    return Priorities.TCP;
  }

  @Override
  protected Collection<Class<? extends SocketAddress>> getSupportedSocketAddressTypes() {
    return Set.of(InetSocketAddress.class);
  }

  @Override
  protected ManagedChannelBuilder<?> builderForAddress(String name, int port) {
    return ChannelBuilders.TCP.forAddress(name, port);
  }

  /**
   * This factory of gRPC takes the provider of the highest priority without a look at the target,
   * so this provider serves both kinds.
   */
  @Override
  protected ManagedChannelBuilder<?> builderForTarget(String target) {
    return (target.startsWith("unix:") ? ChannelBuilders.DOMAIN : ChannelBuilders.TCP)
        .forTarget(target);
  }

  @Override
  protected NewChannelBuilderResult newChannelBuilder(
      String target, ChannelCredentials credentials) {
    return ChannelBuilders.TCP.newBuilder(target, credentials);
  }

  @Override
  protected NewChannelBuilderResult newChannelBuilder(
      String target,
      ChannelCredentials credentials,
      NameResolverRegistry registry,
      NameResolverProvider resolver) {
    return ChannelBuilders.TCP.newBuilder(target, credentials, registry, resolver);
  }
}
