package io.github.kqueueffm.testsuite.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.tests.UnixTestUtils;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.SocketAddressesTest;
import java.net.SocketAddress;
import java.util.List;

class KQueueFfmDomainSocketAddressesTest extends SocketAddressesTest {

  @Override
  protected SocketAddress newSocketAddress() {
    return UnixTestUtils.newDomainSocketAddress();
  }

  @Override
  protected List<BootstrapComboFactory<ServerBootstrap, Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.domainSocket();
  }

  @Override
  protected void assertAddress(SocketAddress address) {
    assertThat(address).isInstanceOf(DomainSocketAddress.class);
  }
}
