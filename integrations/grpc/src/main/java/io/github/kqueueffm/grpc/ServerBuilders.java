package io.github.kqueueffm.grpc;

import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import io.grpc.ServerProvider.NewServerBuilderResult;
import io.grpc.netty.NettyServerBuilder;
import java.net.InetSocketAddress;

/** The builders of grpc-netty, with the loops and channels of this transport. */
final class ServerBuilders {

  private ServerBuilders() {}

  static ServerBuilder<?> forPort(int port) {
    return overTcp(NettyServerBuilder.forPort(port));
  }

  static NewServerBuilderResult forPort(int port, ServerCredentials credentials) {
    // Not in the try: a port out of range is an error of the caller, as with grpc-netty's provider.
    InetSocketAddress address = new InetSocketAddress(port);
    NettyServerBuilder builder;
    try {
      builder = NettyServerBuilder.forAddress(address, credentials);
    } catch (IllegalArgumentException e) {
      // It does not know these credentials. gRPC then asks the next provider.
      return NewServerBuilderResult.error(e.getMessage());
    }
    return NewServerBuilderResult.serverBuilder(overTcp(builder));
  }

  private static NettyServerBuilder overTcp(NettyServerBuilder builder) {
    return builder
        .bossEventLoopGroup(Loops.acceptor())
        .workerEventLoopGroup(Loops.workers())
        .channelType(KQueueFfmServerSocketChannel.class);
  }
}
