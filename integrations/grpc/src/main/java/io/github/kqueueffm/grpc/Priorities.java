package io.github.kqueueffm.grpc;

import io.github.kqueueffm.channel.KQueueFfm;

/** When gRPC prefers the providers of this package. */
final class Priorities {
  /** Above grpc-netty's, which is 5. */
  static final int TCP = 6;

  /** Above grpc-netty's for Unix domain sockets, which is 3, and below every provider for TCP. */
  static final int DOMAIN = 4;

  private Priorities() {}

  /**
   * Does not log anything: nobody asked for this transport by name. Without grpc-netty, as with
   * only grpc-netty-shaded, there is nothing to build on.
   */
  static boolean isAvailable() {
    return KQueueFfm.isAvailable() && isGrpcNettyPresent();
  }

  private static boolean isGrpcNettyPresent() {
    try {
      Class.forName("io.grpc.netty.NettyChannelBuilder", false, Priorities.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
