package io.github.kqueueffm.testsuite.datagram;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.github.kqueueffm.testsuite.harness.LoopbackMulticast;
import io.github.kqueueffm.testsuite.harness.SimulatedRun;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.DatagramMulticastTest;
import java.util.List;
import org.junit.jupiter.api.TestInfo;

class KQueueFfmDatagramMulticastTest extends DatagramMulticastTest {

  @Override
  protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.datagram(SocketProtocolFamily.INET);
  }

  @Override
  protected void run(TestInfo test, Runner<Bootstrap, Bootstrap> shared) throws Throwable {
    super.run(
        test,
        SimulatedRun.isOn()
            ? new LoopbackMulticast("230.0.0.1", "192.0.2.1").inPlaceOf(test)
            : shared);
  }
}
