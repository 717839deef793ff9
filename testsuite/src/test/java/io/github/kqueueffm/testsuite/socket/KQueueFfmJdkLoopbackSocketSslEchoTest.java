package io.github.kqueueffm.testsuite.socket;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketSslEchoTest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

class KQueueFfmJdkLoopbackSocketSslEchoTest extends SocketSslEchoTest {

  @Override
  protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.socketWithFastOpen();
  }

  @Override
  protected SocketAddress newSocketAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }
}
