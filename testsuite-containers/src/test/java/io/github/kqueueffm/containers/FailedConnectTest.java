package io.github.kqueueffm.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What no published port shows: its proxy accepts for a container that does not, and so does the
 * kernel for one that is paused.
 */
class FailedConnectTest {
  private static final int MOST = 64;

  @Test
  void connectToUnusedPortIsRefused() throws Exception {
    InetSocketAddress unused;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      unused = (InetSocketAddress) socket.getLocalSocketAddress();
    }
    try (Client client = new Client(Transport.kqueueFfm())) {
      assertThatThrownBy(() -> client.connect(unused))
          .isInstanceOf(ConnectException.class)
          .hasMessageContaining("refused")
          .hasMessageContaining(Integer.toString(unused.getPort()));
    }
  }

  @Test
  void connectToFullBacklogTimesOut() throws Exception {
    List<Socket> fillers = new ArrayList<>();
    try (Client client = new Client(Transport.kqueueFfm());
        ServerSocket listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      fill(listener, fillers);
      ChannelFuture connect =
          client
              .bootstrap()
              .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 300)
              .handler(new ChannelInboundHandlerAdapter())
              .connect(listener.getLocalSocketAddress())
              .await();
      assertThat(connect.cause()).isInstanceOf(ConnectTimeoutException.class);
      // After the promise, as on Netty's transports.
      assertThat(connect.channel().closeFuture().await(10_000)).isTrue();
    } finally {
      for (Socket filler : fillers) {
        filler.close();
      }
    }
  }

  private static void fill(ServerSocket listener, List<Socket> fillers) throws IOException {
    while (fillers.size() < MOST) {
      Socket filler = new Socket();
      fillers.add(filler);
      try {
        filler.connect(listener.getLocalSocketAddress(), 300);
      } catch (SocketTimeoutException full) {
        return;
      }
    }
    throw new IOException("a backlog of 1 took " + MOST + " connections");
  }
}
