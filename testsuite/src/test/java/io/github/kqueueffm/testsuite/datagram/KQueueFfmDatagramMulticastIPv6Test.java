package io.github.kqueueffm.testsuite.datagram;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.github.kqueueffm.testsuite.harness.LoopbackMulticast;
import io.github.kqueueffm.testsuite.harness.SimulatedRun;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.DatagramMulticastIPv6Test;
import java.util.List;
import org.junit.jupiter.api.TestInfo;

class KQueueFfmDatagramMulticastIPv6Test extends DatagramMulticastIPv6Test {

  @Override
  protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.datagram(SocketProtocolFamily.INET6);
  }

  @Override
  protected void run(TestInfo test, Runner<Bootstrap, Bootstrap> shared) throws Throwable {
    super.run(
        test,
        SimulatedRun.isOn()
            ? new LoopbackMulticast("FF01:0:0:0:0:0:0:101", "2001:db8::1").inPlaceOf(test)
            : shared);
  }
}
