package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

  private static IpStack withSocket(ScriptedKernel script, Errno errno) {
    script.expect("socket").fails(errno);
    return IpStack.of(script.kernel());
  }

  private static IpStack withOption(ScriptedKernel script, Errno errno) {
    script.expect("socket").answers(5);
    script.expect("setsockopt", 5).fails(errno);
    script.expect("close", 5);
    return IpStack.of(script.kernel());
  }

  @ParameterizedTest
  @EnumSource(names = {"EPERM", "EACCES", "ENOBUFS", "EINVAL"})
  void isNotJudgedByARefusalThatMayPass(Errno errno) {
    try (ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64")) {
      assertThat(withSocket(script, errno)).isEqualTo(IpStack.IPV4_ONLY);
      assertThat(withSocket(script, errno)).isEqualTo(IpStack.IPV4_ONLY);
      script.expect("socket").answers(5);
      script.expect("setsockopt", 5);
      script.expect("close", 5);
      assertThat(IpStack.of(script.kernel())).isEqualTo(IpStack.DUAL);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EAFNOSUPPORT", "EPFNOSUPPORT", "EPROTONOSUPPORT"})
  void absenceOfIpv6IsRemembered(Errno errno) {
    try (ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64")) {
      assertThat(withSocket(script, errno)).isEqualTo(IpStack.IPV4_ONLY);
      assertThat(IpStack.of(script.kernel())).isEqualTo(IpStack.IPV4_ONLY);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EPERM", "EACCES", "ENOBUFS", "ENOPROTOOPT"})
  void familiesAreNotSeparateForGoodByARefusalThatMayPass(Errno errno) {
    try (ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64")) {
      assertThat(withOption(script, errno)).isEqualTo(IpStack.SEPARATE);
      script.expect("socket").answers(5);
      script.expect("setsockopt", 5);
      script.expect("close", 5);
      assertThat(IpStack.of(script.kernel())).isEqualTo(IpStack.DUAL);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EINVAL", "EOPNOTSUPP"})
  void familiesThatTheSystemSeparatesAreRemembered(Errno errno) {
    try (ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64")) {
      assertThat(withOption(script, errno)).isEqualTo(IpStack.SEPARATE);
      assertThat(IpStack.of(script.kernel())).isEqualTo(IpStack.SEPARATE);
    }
  }
}
