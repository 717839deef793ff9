package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The descriptor of a channel that a user gets is open as long as its socket. */
class SocketDescriptorTest {
  private final ScriptedCalls calls = ScriptedCalls.of("freebsd-x86_64").on("close", 0);
  private final KernelSocket socket =
      KernelSocket.accepted(calls.kernel(), 7, calls.kernel().platform().get(Constant.AF_INET));

  @Test
  void closesItsSocketOnce() throws IOException {
    FileDescriptor descriptor = FileDescriptors.of(socket);
    assertThat(descriptor.intValue()).isEqualTo(7);
    assertThat(descriptor.isOpen()).isTrue();
    descriptor.close();
    descriptor.close();
    assertThat(descriptor.isOpen()).isFalse();
    assertThat(socket.isOpen()).isFalse();
    assertThat(calls.log()).containsExactly("close(7)");
  }

  @Test
  void isClosedWithItsSocket() throws IOException {
    FileDescriptor descriptor = FileDescriptors.of(socket);
    socket.close();
    assertThat(descriptor.isOpen()).isFalse();
    descriptor.close();
    assertThat(calls.log()).containsExactly("close(7)");
  }
}
