package io.github.kqueueffm.testsuite.datagram;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.DatagramMulticastTest;
import java.util.List;

class KQueueFfmDatagramMulticastTest extends DatagramMulticastTest {

  @Override
  protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.datagram(SocketProtocolFamily.INET);
  }
}
