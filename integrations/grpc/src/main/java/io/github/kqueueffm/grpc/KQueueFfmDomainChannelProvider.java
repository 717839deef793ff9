package io.github.kqueueffm.grpc;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ManagedChannelProvider;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.Set;

/**
 * A service that gRPC finds: channels to Unix domain sockets, for the targets {@code unix:path} and
 * {@code unix:///path}. The resolver of these targets is grpc-netty's, on every system. The channel
 * of grpc-netty exists on Linux alone.
 */
public final class KQueueFfmDomainChannelProvider extends ManagedChannelProvider {

  /** For the service loader. */
  public KQueueFfmDomainChannelProvider() {}

  @Override
  protected boolean isAvailable() {
    return Priorities.isAvailable();
  }

  @Override
  protected int priority() {
    return Priorities.DOMAIN;
  }

  @Override
  protected Collection<Class<? extends SocketAddress>> getSupportedSocketAddressTypes() {
    return Set.of(DomainSocketAddress.class);
  }

  @Override
  protected ManagedChannelBuilder<?> builderForAddress(String name, int port) {
    throw new UnsupportedOperationException(
        "a Unix domain socket has a path, not the host and port "
            + name
            + ':'
            + port
            + "; use a target unix:path");
  }

  @Override
  protected ManagedChannelBuilder<?> builderForTarget(String target) {
    return ChannelBuilders.DOMAIN.forTarget(target);
  }

  @Override
  protected NewChannelBuilderResult newChannelBuilder(
      String target, ChannelCredentials credentials) {
    return ChannelBuilders.DOMAIN.newBuilder(target, credentials);
  }

  @Override
  protected NewChannelBuilderResult newChannelBuilder(
      String target,
      ChannelCredentials credentials,
      NameResolverRegistry registry,
      NameResolverProvider resolver) {
    return ChannelBuilders.DOMAIN.newBuilder(target, credentials, registry, resolver);
  }
}
