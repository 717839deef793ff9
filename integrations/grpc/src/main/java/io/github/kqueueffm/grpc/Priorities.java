package io.github.kqueueffm.grpc;

import io.github.kqueueffm.channel.KQueueFfm;

/** When gRPC prefers the providers of this package. */
final class Priorities {
  /** Above grpc-netty's, which is 5. */
  static final int TCP = 6;

  /** Above grpc-netty's for Unix domain sockets, which is 3, and below {@link #TCP}. */
  static final int DOMAIN = 4;

  private Priorities() {}

  /**
   * Does not warn where the transport is not available: nobody asked for it by name. Without
   * grpc-netty, as with only grpc-netty-shaded, there is nothing to build on, and the transport is
   * not even looked at.
   */
  static boolean isAvailable() {
    return isGrpcNettyPresent() && KQueueFfm.isAvailable();
  }

  private static boolean isGrpcNettyPresent() {
    try {
      Class.forName("io.grpc.netty.NettyChannelBuilder", false, Priorities.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      // A linkage error is that of a grpc-netty which is newer than gRPC's API here.
      return false;
    }
  }
}
