package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import org.junit.jupiter.api.Test;

class IpStackTest {

  @Test
  void isNotJudgedWhileThereIsNoDescriptorToProbeWith() {
    try (ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64")) {
      script.expect("socket").fails(Errno.EMFILE);
      assertThat(IpStack.of(script.kernel())).isEqualTo(IpStack.IPV4_ONLY);

      script.expect("socket").answers(5);
      script.expect("setsockopt", 5);
      script.expect("close", 5);
      assertThat(IpStack.of(script.kernel())).isEqualTo(IpStack.DUAL);
      assertThat(IpStack.of(script.kernel())).isEqualTo(IpStack.DUAL);
    }
  }
}
