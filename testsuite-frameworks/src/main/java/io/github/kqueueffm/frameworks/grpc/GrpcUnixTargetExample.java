package io.github.kqueueffm.frameworks.grpc;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A client that leaves the transport to gRPC, and names only the path of a server's socket. */
public final class GrpcUnixTargetExample {
  private final ManagedChannel client;

  /** Connects to the server at that path. */
  public GrpcUnixTargetExample(Path path) {
    client = Grpc.newChannelBuilder("unix:" + path, InsecureChannelCredentials.create()).build();
  }

  /** What stubs are made with. */
  public ManagedChannel client() {
    return client;
  }

  /** Ends it. */
  public void shutDown() throws InterruptedException {
    client.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
  }
}
