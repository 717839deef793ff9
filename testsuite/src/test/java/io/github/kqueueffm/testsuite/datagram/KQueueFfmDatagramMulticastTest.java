package io.github.kqueueffm.testsuite.datagram;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.github.kqueueffm.testsuite.harness.LoopbackMulticast;
import io.github.kqueueffm.testsuite.harness.SimulatedRun;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.DatagramMulticastTest;
import java.net.InetAddress;
import java.util.List;

class KQueueFfmDatagramMulticastTest extends DatagramMulticastTest {

  @Override
  protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.datagram(SocketProtocolFamily.INET);
  }

  @Override
  public void testMulticast(Bootstrap sender, Bootstrap receiver) throws Throwable {
    if (SimulatedRun.isOn()) {
      LoopbackMulticast.run(sender, receiver, InetAddress.getByName("230.0.0.1"));
    } else {
      super.testMulticast(sender, receiver);
    }
  }
}
