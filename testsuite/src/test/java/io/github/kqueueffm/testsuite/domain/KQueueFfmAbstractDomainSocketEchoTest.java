package io.github.kqueueffm.testsuite.domain;

import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.util.UUID;
import org.junit.jupiter.api.condition.EnabledIf;

/** Names that are no files, which only Linux has. */
@EnabledIf(
    value = "io.github.kqueueffm.testsuite.harness.PlatformFacts#hasAbstractNames",
    disabledReason = "only Linux has names that are no files")
class KQueueFfmAbstractDomainSocketEchoTest extends KQueueFfmDomainSocketEchoTest {

  @Override
  protected SocketAddress newSocketAddress() {
    return new DomainSocketAddress("\0" + UUID.randomUUID());
  }
}
