package io.github.kqueueffm.testsuite.datagram;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.netty.bootstrap.Bootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapFactory;
import io.netty.testsuite.transport.socket.DatagramConnectedWriteExceptionTest;
import java.util.List;

class KQueueFfmDatagramConnectedWriteExceptionTest extends DatagramConnectedWriteExceptionTest {

  @Override
  protected List<BootstrapFactory<Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.datagramSocket();
  }
}
