package io.github.kqueueffm.frameworks.grpc;

import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmEventLoopGroup;
import io.github.kqueueffm.channel.KQueueFfmServerDomainSocketChannel;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A server and its client over a Unix domain socket. */
public final class GrpcDomainSocketExample {
  private final EventLoopGroup group = new KQueueFfmEventLoopGroup(2);
  private final Server server;
  private final ManagedChannel client;

  /** Offers a service at that path, and connects to it. */
  public GrpcDomainSocketExample(BindableService service, Path path) throws IOException {
    DomainSocketAddress address = new DomainSocketAddress(path.toFile());
    server =
        NettyServerBuilder.forAddress(address)
            .bossEventLoopGroup(group)
            .workerEventLoopGroup(group)
            .channelType(KQueueFfmServerDomainSocketChannel.class)
            .addService(service)
            .build()
            .start();
    client =
        NettyChannelBuilder.forAddress(address)
            .eventLoopGroup(group)
            .channelType(KQueueFfmDomainSocketChannel.class, DomainSocketAddress.class)
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
