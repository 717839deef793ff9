package io.github.kqueueffm.frameworks.grpc;

import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.grpc.ManagedChannel;
import io.netty.channel.Channel;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class GrpcExampleTest extends AbstractGrpcTest {
  private GrpcExample example;

  @BeforeEach
  void start() throws IOException {
    example = new GrpcExample(new EchoService());
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
    return KQueueFfmSocketChannel.class;
  }
}
