package io.github.kqueueffm.frameworks.grpc;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelRegistry;
import io.grpc.ServerCredentials;
import io.grpc.ServerRegistry;
import io.netty.channel.Channel;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** No line of the program names this transport. */
class GrpcProviderExampleTest extends AbstractGrpcTest {
  private GrpcProviderExample example;

  @BeforeEach
  void start() throws IOException {
    example = new GrpcProviderExample(new EchoService());
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

  @Override
  String threadPrefix() {
    return "grpc-kqueue-ffm-";
  }

  @Test
  void serverListensOnThisTransport() {
    witness().assertListened(KQueueFfmServerSocketChannel.class);
  }

  /** As grpc-netty's providers do, so that gRPC asks the next one. */
  @Test
  void credentialsThatGrpcNettyDoesNotKnowAreAnErrorOfTheProvider() {
    ServerCredentials ofServer = new ServerCredentials() {};
    assertThatThrownBy(() -> Grpc.newServerBuilderForPort(0, ofServer))
        .isInstanceOf(ServerRegistry.ProviderNotFoundException.class)
        .hasMessageContaining("KQueueFfmServerProvider: Unsupported credential type")
        .hasMessageContaining("NettyServerProvider: Unsupported credential type");
    ChannelCredentials ofChannel =
        new ChannelCredentials() {
          @Override
          public ChannelCredentials withoutBearerTokens() {
            return this;
          }
        };
    assertThatThrownBy(() -> Grpc.newChannelBuilder("localhost:1", ofChannel))
        .isInstanceOf(ManagedChannelRegistry.ProviderNotFoundException.class)
        .hasMessageContaining("KQueueFfmChannelProvider: Unsupported credential type")
        .hasMessageContaining("NettyChannelProvider: Unsupported credential type");
  }

  @Test
  void portOutOfRangeIsRefused() {
    assertThatThrownBy(
            () -> Grpc.newServerBuilderForPort(65_536, InsecureServerCredentials.create()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("65536");
  }
}
