package io.github.kqueueffm.testsuite.datagram;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.DatagramUnicastIPv6Test;
import java.util.List;

class KQueueFfmDatagramUnicastIPv6Test extends DatagramUnicastIPv6Test {

  @Override
  protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.datagram(SocketProtocolFamily.INET6);
  }
}
