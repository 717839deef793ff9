package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The message that carries descriptors, as sendmsg reads it. */
@ExtendWith(NativeMemoryCheck.class)
class FdPassingSendTest {
  private static final int SOCKET = 5;
  private static final int FLAGS = 64;

  static List<Platform> platforms() {
    return Platforms.ALL;
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void oneByteCarriesThemAllInOneControlMessage(Platform platform) {
    int[] descriptors = {7, 9, 8};
    try (ScriptedKernel script = ScriptedKernel.on(platform.name())) {
      script
          .expect("sendmsg", SOCKET, ScriptedKernel.ANY, FLAGS)
          .does(call -> {
            assertMessage(platform, call.argument(1), descriptors);
            return 1;
          });
      assertThat(FdPassing.send(script.kernel(), SOCKET, FLAGS, descriptors)).isEqualTo(1);
    }
  }

  private static void assertMessage(Platform platform, long message, int... descriptors) {
    Struct msghdr = platform.struct("msghdr");
    assertThat(Memory.getLong(message + msghdr.offset("msg_name"))).isZero();
    assertThat(Memory.getInt(message + msghdr.offset("msg_namelen"))).isZero();
    int width = msghdr.width("msg_iovlen");
    assertThat(Memory.getUnsigned(message + msghdr.offset("msg_iovlen"), width)).isEqualTo(1);
    long iovec = Memory.getLong(message + msghdr.offset("msg_iov"));
    assertThat(Memory.getLong(iovec + 8)).isEqualTo(1);

    ControlMessages messages = new ControlMessages(platform);
    long control = Memory.getLong(message + msghdr.offset("msg_control"));
    int length = new Msghdr(platform).controlLength(message);
    assertThat(length).isEqualTo(messages.space(descriptors.length * 4));
    long first = messages.first(control, length);
    assertThat(messages.isDescriptors(first)).isTrue();
    assertThat(messages.next(control, length, first)).isZero();
    for (int i = 0; i < descriptors.length; i++) {
      assertThat(Memory.getInt(messages.data(first) + 4L * i)).isEqualTo(descriptors[i]);
    }
    // The struct, the payload and the control message do not overlap.
    long payload = Memory.getLong(iovec);
    assertThat(control).isGreaterThanOrEqualTo(message + msghdr.size());
    assertThat(payload < control || payload >= control + length).isTrue();
    assertThat(payload < message || payload >= message + msghdr.size()).isTrue();
    assertThat(iovec + 16 <= message || iovec >= message + msghdr.size()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 253})
  void asManyAsOneMessageCanCarryAreSent(int count) {
    int[] descriptors = IntStream.rangeClosed(1, count).toArray();
    try (ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64")) {
      script
          .expect("sendmsg", SOCKET)
          .does(call -> {
            assertMessage(script.platform(), call.argument(1), descriptors);
            return -script.platform().number(Errno.EAGAIN);
          });
      assertThat(FdPassing.send(script.kernel(), SOCKET, 0, descriptors))
          .isEqualTo(-script.platform().number(Errno.EAGAIN));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 254})
  void noneOrTooManyAreRefusedWithoutACall(int count) {
    try (ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64")) {
      assertThatThrownBy(() -> FdPassing.send(script.kernel(), SOCKET, 0, new int[count]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(count + " descriptors");
    }
  }
}
