package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NativeMemoryCheck.class)
class UdpSegmentationTest {
  private static final int FD = 9;

  private static ScriptedCalls linux() {
    return ScriptedCalls.of("linux-x86_64")
        .on("socket", a -> FD)
        .on("close", 0)
        .on("setsockopt", 0)
        .on("getsockopt", 0);
  }

  private static long sockets(ScriptedCalls calls) {
    return calls.log().stream().filter(call -> call.startsWith("socket")).count();
  }

  @Test
  void kernelIsAskedOnce() {
    ScriptedCalls calls = linux();
    Kernel kernel = calls.kernel();
    assertThat(UdpSegmentation.isSupported(kernel)).isTrue();
    long before = sockets(calls);
    assertThat(UdpSegmentation.isSupported(kernel)).isTrue();
    assertThat(sockets(calls)).isEqualTo(before);
    assertThat(calls.log()).endsWith("close(" + FD + ')');
  }

  @Test
  void kernelWithoutTheOptionIsAskedOnce() {
    ScriptedCalls calls = linux().fail("getsockopt", Errno.ENOPROTOOPT);
    Kernel kernel = calls.kernel();
    assertThat(UdpSegmentation.isSupported(kernel)).isFalse();
    long before = sockets(calls);
    assertThat(UdpSegmentation.isSupported(kernel)).isFalse();
    assertThat(sockets(calls)).isEqualTo(before);
    assertThat(calls.log()).endsWith("close(" + FD + ')');
  }

  @Test
  void withoutADescriptorItIsAskedAgain() {
    ScriptedCalls calls = linux().fail("socket", Errno.EMFILE);
    Kernel kernel = calls.kernel();
    assertThat(UdpSegmentation.isSupported(kernel)).isFalse();
    calls.on("socket", a -> FD);
    assertThat(UdpSegmentation.isSupported(kernel)).isTrue();
  }

  @Test
  void socketThatCannotAnswerLeavesTheReasonToItsSend() throws IOException {
    ScriptedCalls calls = linux().fail("getsockopt", Errno.ENOBUFS);
    Kernel kernel = calls.kernel();
    KernelSocket socket =
        KernelSocket.accepted(kernel, FD, kernel.platform().get(Constant.AF_INET));
    assertThat(UdpSegmentation.isSupported(socket)).isTrue();
    calls.fail("getsockopt", Errno.ENOPROTOOPT);
    assertThat(UdpSegmentation.isSupported(socket)).isFalse();
    assertThat(sockets(calls)).isZero();
  }

  @Test
  void systemWithoutTheConstantIsNotAsked() {
    ScriptedCalls calls = ScriptedCalls.of("freebsd-x86_64");
    assertThat(UdpSegmentation.isSupported(calls.kernel())).isFalse();
    assertThat(calls.log()).isEmpty();
  }
}
