package io.github.kqueueffm.testsuite.datagram;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.DatagramUnicastIPv6MappedTest;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(
    value = "io.github.kqueueffm.testsuite.harness.PlatformFacts#carriesIpv4OverIpv6",
    disabledReason = "a socket of IPv6 does not carry IPv4 there")
class KQueueFfmDatagramUnicastIPv6MappedTest extends DatagramUnicastIPv6MappedTest {

  @Override
  protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.datagram(SocketProtocolFamily.INET6);
  }
}
