package io.github.kqueueffm.testsuite.domain;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.github.kqueueffm.testsuite.harness.SimulatedRun;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.unix.tests.UnixTestUtils;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketSslEchoTest;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Tag;

@Tag("any-netty")
class KQueueFfmDomainSocketSslEchoTest extends SocketSslEchoTest {

  /** The engines and their settings, which do not concern the system. */
  public static Collection<Object[]> data() throws Exception {
    return SimulatedRun.share(SocketSslEchoTest.data());
  }

  @Override
  protected SocketAddress newSocketAddress() {
    return UnixTestUtils.newDomainSocketAddress();
  }

  @Override
  protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.domainSocket();
  }
}
