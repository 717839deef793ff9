package io.github.kqueueffm.testsuite.datagram;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.github.kqueueffm.testsuite.harness.LoopbackMulticast;
import io.github.kqueueffm.testsuite.harness.SimulatedRun;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.DatagramMulticastIPv6Test;
import java.net.InetAddress;
import java.util.List;

class KQueueFfmDatagramMulticastIPv6Test extends DatagramMulticastIPv6Test {

  @Override
  protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.datagram(SocketProtocolFamily.INET6);
  }

  @Override
  public void testMulticast(Bootstrap sender, Bootstrap receiver) throws Throwable {
    if (SimulatedRun.isOn()) {
      LoopbackMulticast.run(sender, receiver, InetAddress.getByName("FF01:0:0:0:0:0:0:101"));
    } else {
      super.testMulticast(sender, receiver);
    }
  }
}
