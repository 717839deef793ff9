package io.github.kqueueffm.testsuite.socket;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.netty.bootstrap.Bootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.SocketChannelEOFTest;
import java.util.List;

class KQueueFfmSocketChannelEOFTest extends SocketChannelEOFTest {

  @Override
  protected List<BootstrapFactory<Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.clientSocket();
  }
}
