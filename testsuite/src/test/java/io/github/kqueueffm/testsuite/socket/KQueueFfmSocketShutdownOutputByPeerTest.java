package io.github.kqueueffm.testsuite.socket;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketShutdownOutputByPeerTest;
import java.util.List;

class KQueueFfmSocketShutdownOutputByPeerTest extends SocketShutdownOutputByPeerTest {

  @Override
  protected List<BootstrapFactory<ServerBootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.serverSocket();
  }
}
