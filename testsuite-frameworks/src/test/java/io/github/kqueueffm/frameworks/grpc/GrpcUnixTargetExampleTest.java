package io.github.kqueueffm.frameworks.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.BytesValue;
import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client leaves the transport to gRPC. gRPC has no factory of servers at a path. */
class GrpcUnixTargetExampleTest extends AbstractGrpcTest {
  private Path path;
  private GrpcDomainSocketExample server;
  private GrpcUnixTargetExample example;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    path = folder.resolve("grpc");
    server = new GrpcDomainSocketExample(new EchoService(), path);
    example = new GrpcUnixTargetExample(path);
  }

  @AfterEach
  void end() throws InterruptedException {
    example.shutDown();
    server.shutDown();
  }

  @Override
  ManagedChannel client() {
    return example.client();
  }

  @Override
  Class<? extends Channel> channelType() {
    return KQueueFfmDomainSocketChannel.class;
  }

  /** The client's threads and the server's. */
  @Override
  String threadPrefix() {
    return "";
  }

  /** This factory asks only the provider of the highest priority, which is that for TCP. */
  @ParameterizedTest
  @ValueSource(strings = {"unix:", "unix://"})
  void olderFactoryTakesTheTargetToo(String scheme) throws InterruptedException {
    ManagedChannel client = ManagedChannelBuilder.forTarget(scheme + path).usePlaintext().build();
    try {
      BytesValue empty = BytesValue.getDefaultInstance();
      CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS);
      assertThat(ClientCalls.blockingUnaryCall(client, EchoService.ONCE, options, empty))
          .isEqualTo(empty);
      witness().assertCarried(KQueueFfmDomainSocketChannel.class, 1, "");
    } finally {
      client.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }
}
