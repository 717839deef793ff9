package io.github.kqueueffm.testsuite.socket;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.github.kqueueffm.testsuite.harness.SimulatedRun;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketSslEchoTest;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Tag;

@Tag("any-netty")
class KQueueFfmSocketSslEchoTest extends SocketSslEchoTest {

  /** The engines and their settings, which do not concern the system. */
  public static Collection<Object[]> data() throws Exception {
    return SimulatedRun.share(SocketSslEchoTest.data());
  }

  @Override
  protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.socket();
  }
}
