package io.github.kqueueffm.testsuite.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.github.kqueueffm.testsuite.harness.UnixPeer;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.tests.UnixTestUtils;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.AbstractSocketShutdownOutputByPeerTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.util.List;

/** The peer is a socket of the JDK, except on a simulated system. */
class KQueueFfmDomainSocketShutdownOutputByPeerTest
    extends AbstractSocketShutdownOutputByPeerTest<UnixPeer> {

  @Override
  protected SocketAddress newSocketAddress() {
    return UnixTestUtils.newDomainSocketAddress();
  }

  @Override
  protected List<BootstrapFactory<ServerBootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.serverDomainSocket();
  }

  @Override
  protected UnixPeer newSocket() {
    try {
      return UnixPeer.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void connect(UnixPeer socket, SocketAddress address) throws IOException {
    socket.connect(((DomainSocketAddress) address).path());
  }

  @Override
  protected void write(UnixPeer socket, int data) throws IOException {
    assertThat(socket.write((byte) data)).isOne();
  }

  @Override
  protected void shutdownOutput(UnixPeer socket) throws IOException {
    socket.shutdownOutput();
  }

  @Override
  protected void close(UnixPeer socket) throws IOException {
    socket.close();
  }
}
