package io.github.kqueueffm.grpc;

import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import io.grpc.ServerProvider;

/**
 * A service that gRPC finds: servers over TCP. If the transport is not available, neither is this
 * provider, and gRPC takes the one of grpc-netty.
 */
public final class KQueueFfmServerProvider extends ServerProvider {

  /** For the service loader. */
  public KQueueFfmServerProvider() {}

  @Override
  protected boolean isAvailable() {
    return Priorities.isAvailable();
  }

  @Override
  protected int priority() {
    return Priorities.TCP;
  }

  @Override
  protected ServerBuilder<?> builderForPort(int port) {
    return ServerBuilders.forPort(port);
  }

  @Override
  protected NewServerBuilderResult newServerBuilderForPort(
      int port, ServerCredentials credentials) {
    return ServerBuilders.forPort(port, credentials);
  }
}
