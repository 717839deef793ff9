package io.github.kqueueffm.testsuite.domain;

import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.util.UUID;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Names that are no files, which only Linux has. */
@EnabledOnOs(OS.LINUX)
class KQueueFfmAbstractDomainSocketEchoTest extends KQueueFfmDomainSocketEchoTest {

  @Override
  protected SocketAddress newSocketAddress() {
    return new DomainSocketAddress("\0" + UUID.randomUUID());
  }
}
