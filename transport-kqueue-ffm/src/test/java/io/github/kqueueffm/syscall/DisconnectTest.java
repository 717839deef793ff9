package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The local address of a socket after a disconnect. */
@ExtendWith(NativeMemoryCheck.class)
class DisconnectTest {

  private static KernelSocket socket(ScriptedCalls calls) {
    Kernel kernel = calls.kernel();
    return KernelSocket.accepted(kernel, 7, kernel.platform().get(Constant.AF_INET));
  }

  @Test
  void portThatLinuxGivesUpInDisconnectIsBoundAgain() throws IOException {
    List<String> bound = new ArrayList<>();
    int[] port = {0x1234};
    ScriptedCalls calls =
        ScriptedCalls.of("linux-x86_64")
            .on(
                "connect",
                arguments -> {
                  port[0] = 0;
                  return 0;
                })
            .on(
                "getsockname",
                arguments -> {
                  long address = (long) arguments[1];
                  Memory.clear(address, 16);
                  Memory.putShort(address, 2);
                  Memory.putByte(address + 2, port[0] >> 8);
                  Memory.putByte(address + 3, port[0]);
                  Memory.putInt((long) arguments[2], 16);
                  return 0;
                })
            .on(
                "bind",
                arguments -> {
                  bound.add(Platforms.hex((long) arguments[1], (int) arguments[2]));
                  return 0;
                });
    socket(calls).disconnect();
    assertThat(bound).containsExactly("02001234" + "00".repeat(12));
    ScriptedCalls taken = calls.fail("bind", Errno.EADDRINUSE);
    port[0] = 0x1234;
    assertThatThrownBy(() -> socket(taken).disconnect())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("port");
  }
}
