package io.github.kqueueffm.testsuite.datagram;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.netty.bootstrap.Bootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.DatagramConnectNotExistsTest;
import java.util.List;

class KQueueFfmDatagramConnectNotExistsTest extends DatagramConnectNotExistsTest {

  @Override
  protected List<BootstrapFactory<Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.datagramSocket();
  }
}
