package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The local address of an accepted connection that is asked for only after the close. */
@Tag("real")
class AcceptedAddressTest {
  @RegisterExtension final LoopExtension loop = new LoopExtension();

  private final Received received = new Received();

  /** Closes an accepted channel, and gives it with the address that its peer connected to. */
  private Channel closed(InetAddress bound, InetAddress asked) throws Exception {
    Channel server =
        loop.server(KQueueFfmServerSocketChannel.class, received).bind(bound, 0).sync().channel();
    InetSocketAddress listener = (InetSocketAddress) server.localAddress();
    try (Socket peer = new Socket(asked, listener.getPort())) {
      Channel accepted = received.channel();
      accepted.close().sync();
      assertThat(accepted.localAddress())
          .isEqualTo(new InetSocketAddress(asked, listener.getPort()))
          .isEqualTo(peer.getRemoteSocketAddress());
      return accepted;
    } finally {
      server.close().sync();
    }
  }

  @Test
  void isTheListenersIfItIsBoundToOneAddress() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    Channel accepted = closed(loopback, loopback);
    assertThat(accepted.localAddress()).isEqualTo(accepted.parent().localAddress());
  }

  @Test
  void isTheConnectionsOwnIfTheListenerIsBoundToTheWildcard() throws Exception {
    Channel accepted =
        closed(new InetSocketAddress(0).getAddress(), InetAddress.getLoopbackAddress());
    assertThat(accepted.localAddress()).isNotEqualTo(accepted.parent().localAddress());
  }
}
