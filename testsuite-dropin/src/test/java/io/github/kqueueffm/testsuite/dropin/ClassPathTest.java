package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.kqueue.KQueue;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/** What the other tests rest on. */
class ClassPathTest {

  @Test
  void onlyTheDropInHasTheNames() throws Exception {
    var found = KQueue.class.getClassLoader().getResources("io/netty/channel/kqueue/KQueue.class");
    assertThat(Collections.list(found)).hasSize(1);
    assertThat(KQueue.class.getProtectionDomain().getCodeSource().getLocation().getPath())
        .contains("netty-kqueue-over-ffm");
  }

  @Test
  void propertyTurnsItOnWhereLinuxHasItOff() {
    assertThat(System.getProperty("io.github.kqueueffm.dropin")).isEqualTo("true");
    assertThat(KQueue.unavailabilityCause()).isNull();
    assertThat(KQueue.isAvailable()).isTrue();
  }
}
