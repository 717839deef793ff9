package io.github.kqueueffm.testsuite.socket;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.github.kqueueffm.testsuite.harness.SimulatedRun;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketSslEchoTest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** The pairs with NIO are in {@link KQueueFfmSocketSslEchoTest}; fast open is for ours alone. */
@Tag("any-netty")
class KQueueFfmJdkLoopbackSocketSslEchoTest extends SocketSslEchoTest {

  /** The engines and their settings, which do not concern the system. */
  public static Collection<Object[]> data() throws Exception {
    return SimulatedRun.share(SocketSslEchoTest.data());
  }

  @Override
  protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.socketWithFastOpen().subList(0, 1);
  }

  @Override
  protected SocketAddress newSocketAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }
}
