package io.github.kqueueffm.frameworks.grpc;

import io.github.kqueueffm.channel.KQueueFfmEventLoopGroup;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** A server and its client over TCP. */
public final class GrpcExample {
  private final EventLoopGroup group = new KQueueFfmEventLoopGroup(2);
  private final Server server;
  private final ManagedChannel client;

  /** Offers a service on a free port of the loopback address, and connects to it. */
  public GrpcExample(BindableService service) throws IOException {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        NettyServerBuilder.forAddress(address)
            .bossEventLoopGroup(group)
            .workerEventLoopGroup(group)
            .channelType(KQueueFfmServerSocketChannel.class)
            .addService(service)
            .build()
            .start();
    client =
        NettyChannelBuilder.forAddress(server.getListenSockets().get(0))
            .eventLoopGroup(group)
            .channelType(KQueueFfmSocketChannel.class)
            .usePlaintext()
            .build();
  }

  /** What stubs are made with. */
  public ManagedChannel client() {
    return client;
  }

  /** Ends both. */
  public void shutDown() throws InterruptedException {
    client.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
