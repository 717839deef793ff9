package io.github.kqueueffm.frameworks.grpc;

import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.grpc.ManagedChannel;
import io.netty.channel.Channel;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class GrpcDomainSocketExampleTest extends AbstractGrpcTest {
  private GrpcDomainSocketExample example;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    example = new GrpcDomainSocketExample(new EchoService(), folder.resolve("grpc"));
  }

  @AfterEach
  void end() throws InterruptedException {
    example.shutDown();
  }

  @Override
  ManagedChannel client() {
    return example.client();
  }

  @Override
  Class<? extends Channel> channelType() {
    return KQueueFfmDomainSocketChannel.class;
  }
}
