package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Descriptors in the control messages of a recvmsg that the test answers. */
@ExtendWith(NativeMemoryCheck.class)
class FdPassingReceiveTest {
  private static final int SOCKET = 5;

  static List<Platform> platforms() {
    return Platforms.ALL;
  }

  /** Answers recvmsg with one message for each array of descriptors. */
  private static ScriptedCalls sending(Platform platform, int flags, int[]... messages) {
    Struct msghdr = platform.struct("msghdr");
    ControlMessages writer = new ControlMessages(platform);
    return ScriptedCalls.of(platform.name())
        .on("close", 0)
        .on("fcntl", 0)
        .on(
            "recvmsg",
            arguments -> {
              long header = (long) arguments[1];
              long control = Memory.getLong(header + msghdr.offset("msg_control"));
              int length = 0;
              for (int[] descriptors : messages) {
                length += writer.putDescriptors(control + length, descriptors);
              }
              int width = msghdr.width("msg_controllen");
              Memory.put(header + msghdr.offset("msg_controllen"), width, length);
              Memory.putInt(header + msghdr.offset("msg_flags"), flags);
              return 1;
            });
  }

  private static List<Integer> received(FdPassing.Receiver receiver) {
    return IntStream.range(0, receiver.count()).map(receiver::descriptor).boxed().toList();
  }

  private static long closed(ScriptedCalls calls) {
    return calls.log().stream().filter(call -> call.startsWith("close(")).count();
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void descriptorsOfEveryMessageArriveInOrder(Platform platform) {
    ScriptedCalls calls = sending(platform, 0, new int[] {7, 9, 8}, new int[] {20, 21});
    try (FdPassing.Receiver receiver = new FdPassing.Receiver(platform)) {
      assertThat(receiver.receive(calls.kernel(), SOCKET)).isEqualTo(1);
      assertThat(received(receiver)).startsWith(7, 9, 8).endsWith(20, 21).doesNotContain(0);
      assertThat(receiver.isTruncated()).isFalse();
      assertThat(closed(calls)).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void truncationIsReported(Platform platform) {
    int truncated = platform.get(Constant.MSG_CTRUNC);
    ScriptedCalls calls = sending(platform, truncated, new int[] {7});
    try (FdPassing.Receiver receiver = new FdPassing.Receiver(platform)) {
      receiver.receive(calls.kernel(), SOCKET);
      assertThat(receiver.isTruncated()).isTrue();
      calls.fail("recvmsg", Errno.EAGAIN);
      assertThat(receiver.receive(calls.kernel(), SOCKET))
          .isEqualTo(-platform.number(Errno.EAGAIN));
      assertThat(receiver.isTruncated()).isFalse();
      assertThat(receiver.count()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "freebsd-x86_64", "linux-x86_64"})
  void descriptorThatIsInheritedByChildrenIsMadeCloseOnExec(String name) {
    Platform platform = Platform.named(name);
    ScriptedCalls calls = sending(platform, 0, new int[] {7});
    try (FdPassing.Receiver receiver = new FdPassing.Receiver(platform)) {
      receiver.receive(calls.kernel(), SOCKET);
      int set = platform.get(Constant.F_SETFD);
      int flag = platform.get(Constant.FD_CLOEXEC);
      assertThat(calls.log()).contains("fcntl(7, " + set + ", " + flag + ')');
    }
  }

  @Test
  void descriptorThatIsCloseOnExecAlreadyIsLeftSo() {
    Platform platform = Platform.named("freebsd-x86_64");
    ScriptedCalls calls = sending(platform, 0, new int[] {7});
    calls.on("fcntl", platform.get(Constant.FD_CLOEXEC));
    try (FdPassing.Receiver receiver = new FdPassing.Receiver(platform)) {
      assertThat(receiver.receive(calls.kernel(), SOCKET)).isEqualTo(1);
      int set = platform.get(Constant.F_SETFD);
      assertThat(calls.log()).noneMatch(call -> call.startsWith("fcntl(7, " + set));
      assertThat(received(receiver)).containsExactly(7);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "freebsd-x86_64"})
  void allAreClosedIfOneCannotBeMadeCloseOnExec(String name) {
    Platform platform = Platform.named(name);
    ScriptedCalls calls = sending(platform, 0, new int[] {7, 9});
    calls.fail("fcntl", Errno.EBADF);
    try (FdPassing.Receiver receiver = new FdPassing.Receiver(platform)) {
      assertThat(receiver.receive(calls.kernel(), SOCKET)).isEqualTo(-platform.number(Errno.EBADF));
      assertThat(calls.log()).contains("close(7)", "close(9)");
      assertThat(receiver.count()).isZero();
    }
  }

  @Test
  void unwantedDescriptorsAreClosedOnce() {
    Platform platform = Platform.named("linux-x86_64");
    ScriptedCalls calls = sending(platform, 0, new int[] {7, 9});
    try (FdPassing.Receiver receiver = new FdPassing.Receiver(platform)) {
      receiver.receive(calls.kernel(), SOCKET);
      receiver.closeAll(calls.kernel());
      receiver.closeAll(calls.kernel());
      assertThat(closed(calls)).isEqualTo(2);
    }
  }

  /** The byte that carries the descriptors lands behind the room for their message. */
  @ParameterizedTest
  @MethodSource("platforms")
  void messageHasRoomForOneByteAndForTheDescriptors(Platform platform) {
    Struct msghdr = platform.struct("msghdr");
    ScriptedCalls calls =
        ScriptedCalls.of(platform.name())
            .on(
                "recvmsg",
                arguments -> {
                  long header = (long) arguments[1];
                  long control = Memory.getLong(header + msghdr.offset("msg_control"));
                  int width = msghdr.width("msg_controllen");
                  long room = Memory.getUnsigned(header + msghdr.offset("msg_controllen"), width);
                  long iovec = Memory.getLong(header + msghdr.offset("msg_iov"));
                  assertThat(room).isGreaterThanOrEqualTo(512 * 4);
                  assertThat(Memory.getLong(iovec)).isEqualTo(control + room);
                  assertThat(Memory.getLong(iovec + Long.BYTES)).isEqualTo(1);
                  Memory.put(header + msghdr.offset("msg_controllen"), width, 0);
                  return 1;
                });
    try (FdPassing.Receiver receiver = new FdPassing.Receiver(platform)) {
      assertThat(receiver.receive(calls.kernel(), SOCKET)).isEqualTo(1);
      assertThat(receiver.count()).isZero();
    }
  }

  /** As on a socket of datagrams, where a message may be empty. */
  @Test
  void descriptorsWithoutAByteAreReceivedToo() {
    Platform platform = Platform.named("linux-x86_64");
    ScriptedCalls calls = sending(platform, 0, new int[] {7});
    Kernel kernel = withoutByte(calls);
    try (FdPassing.Receiver receiver = new FdPassing.Receiver(platform)) {
      assertThat(receiver.receive(kernel, SOCKET)).isZero();
      assertThat(received(receiver)).contains(7);
    }
  }

  private static Kernel withoutByte(ScriptedCalls calls) {
    Kernel one = calls.kernel();
    return ScriptedCalls.over(one)
        .on(
            "recvmsg",
            a -> {
              one.recvmsg((int) a[0], (long) a[1], (int) a[2]);
              return 0;
            })
        .kernel();
  }

  @Test
  void onlyReceivedDescriptorsAreMadeCloseOnExec() {
    Platform platform = Platform.named("macos-aarch64");
    ScriptedCalls calls = sending(platform, 0, new int[] {7, 9});
    try (FdPassing.Receiver receiver = new FdPassing.Receiver(platform)) {
      receiver.receive(calls.kernel(), SOCKET);
      String set = ", " + platform.get(Constant.F_SETFD) + ", " + platform.get(Constant.FD_CLOEXEC);
      assertThat(calls.log().stream().filter(call -> call.startsWith("fcntl")))
          .containsExactly("fcntl(7" + set + ')', "fcntl(9" + set + ')');
    }
  }
}
