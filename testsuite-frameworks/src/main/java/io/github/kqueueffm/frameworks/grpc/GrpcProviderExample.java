package io.github.kqueueffm.frameworks.grpc;

import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** A server and its client that leave the transport to gRPC. */
public final class GrpcProviderExample {
  private final Server server;
  private final ManagedChannel client;

  /** Offers a service on a free port, and connects to it. */
  public GrpcProviderExample(BindableService service) throws IOException {
    server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(service)
            .build()
            .start();
    client =
        Grpc.newChannelBuilderForAddress(
                "127.0.0.1", server.getPort(), InsecureChannelCredentials.create())
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
  }
}
