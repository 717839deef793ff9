package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked about a socket that other code opened, and set on it. */
@ExtendWith(NativeMemoryCheck.class)
class AdoptedSocketTest {
  private static final int FD = 7;

  private Constant type = Constant.SOCK_STREAM;
  private Constant family = Constant.AF_INET;
  private int v6Only;

  private ScriptedCalls system(String name) {
    Platform platform = Platform.named(name);
    return ScriptedCalls.of(name)
        .on(
            "getsockopt",
            a -> {
              boolean asksType = (int) a[2] == platform.get(Constant.SO_TYPE);
              Memory.putInt((long) a[3], asksType ? platform.get(type) : v6Only);
              return 0;
            })
        .on("getsockname", a -> name(platform, a))
        .on("fcntl", 0)
        .on("setsockopt", 0)
        .on("getpeername", 0);
  }

  private int name(Platform platform, Object... a) {
    long memory = (long) a[1];
    assertThat(Memory.getInt((long) a[2])).isGreaterThanOrEqualTo(28);
    if (platform.isLinux()) {
      Memory.putShort(memory, platform.get(family));
    } else {
      Memory.putByte(memory + 1, platform.get(family));
    }
    return 0;
  }

  private static KernelSocket adopt(ScriptedCalls calls) throws IOException {
    return KernelSocket.adopt(calls.kernel(), FD);
  }

  @ParameterizedTest
  @ValueSource(strings = {"linux-x86_64", "macos-aarch64", "netbsd-x86_64"})
  void typeAndFamilyAreTheKernels(String name) throws IOException {
    for (Constant each : new Constant[] {Constant.AF_INET, Constant.AF_INET6, Constant.AF_UNIX}) {
      family = each;
      type = each == Constant.AF_UNIX ? Constant.SOCK_DGRAM : Constant.SOCK_STREAM;
      KernelSocket socket = adopt(system(name));
      Platform platform = Platform.named(name);
      assertThat(socket.fd()).isEqualTo(FD);
      assertThat(socket.family()).isEqualTo(platform.get(each));
      assertThat(socket.type()).isEqualTo(platform.get(type));
      assertThat(socket.isOpen()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({"0, false", "1, true"})
  void socketOfIpv6IsAskedWhetherItCarriesIpv4(int value, boolean only) throws IOException {
    family = Constant.AF_INET6;
    v6Only = value;
    assertThat(adopt(system("freebsd-x86_64")).isV6Only()).isEqualTo(only);
  }

  @Test
  void socketOfIpv6ThatIsGoneIsNotAsked() throws IOException {
    family = Constant.AF_INET6;
    v6Only = 1;
    ScriptedCalls calls = system("macos-aarch64").fail("getpeername", Errno.EINVAL);
    assertThat(adopt(calls).isV6Only()).isFalse();
    assertThat(calls.log()).filteredOn(call -> call.startsWith("getsockopt")).hasSize(1);
  }

  @Test
  void socketOfIpv4IsNotAsked() throws IOException {
    ScriptedCalls calls = system("freebsd-x86_64");
    assertThat(adopt(calls).isV6Only()).isFalse();
    assertThat(calls.log()).filteredOn(call -> call.startsWith("getsockopt")).hasSize(1);
  }

  @Test
  void flagsAndTheSignalAreSet() throws IOException {
    ScriptedCalls calls = system("macos-aarch64");
    adopt(calls);
    assertThat(calls.log())
        .containsSubsequence("fcntl(7, 3, 0)", "fcntl(7, 4, 4)", "fcntl(7, 2, 1)")
        .contains("setsockopt(7, 65535, 4130, 4)");
  }

  @Test
  void failureOfAFlagLeavesTheDescriptorToItsOwner() {
    ScriptedCalls calls = system("macos-aarch64").fail("fcntl", Errno.ENOMEM);
    assertThatThrownBy(() -> adopt(calls))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("O_NONBLOCK and FD_CLOEXEC")
        .hasMessageContaining("ENOMEM");
    assertThat(calls.log()).noneMatch(call -> call.startsWith("close"));
  }

  @Test
  void nameThatCannotBeReadFailsTheAdoption() {
    ScriptedCalls calls = system("freebsd-x86_64").fail("getsockname", Errno.ENOBUFS);
    assertThatThrownBy(() -> adopt(calls))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("getsockname")
        .hasMessageContaining("fd 7");
  }

  @ParameterizedTest
  @CsvSource({
    "freebsd-x86_64, ECONNRESET, true",
    "macos-aarch64, EINVAL, true",
    "freebsd-x86_64, ENOBUFS, false"
  })
  void peerThatHasGoneWasAPeer(String name, Errno errno, boolean connected) throws IOException {
    assertThat(adopt(system(name).fail("getpeername", errno)).wasConnected()).isEqualTo(connected);
  }

  @Test
  void socketWithAPeerIsConnected() throws IOException {
    ScriptedCalls calls = system("freebsd-x86_64");
    assertThat(adopt(calls).wasConnected()).isTrue();
    assertThat(calls.log()).noneMatch(call -> call.startsWith("recv"));
  }

  @ParameterizedTest
  @CsvSource({"0, true", "1, true", "-1, false"})
  void inputWithoutAPeerSaysThatThereWasOne(int input, boolean connected) throws IOException {
    Platform platform = Platform.named("netbsd-x86_64");
    int answer = input < 0 ? -platform.number(Errno.ENOTCONN) : input;
    ScriptedCalls calls =
        system("netbsd-x86_64").fail("getpeername", Errno.ENOTCONN).on("recv", answer);
    assertThat(adopt(calls).wasConnected()).isEqualTo(connected);
    assertThat(calls.log()).contains("recv(7, " + platform.get(Constant.MSG_PEEK) + ')');
  }

  @Test
  void datagramsWithoutAPeerAreNotReadForIt() throws IOException {
    type = Constant.SOCK_DGRAM;
    ScriptedCalls calls = system("netbsd-x86_64").fail("getpeername", Errno.ENOTCONN).on("recv", 1);
    assertThat(adopt(calls).wasConnected()).isFalse();
    assertThat(calls.log()).noneMatch(call -> call.startsWith("recv"));
  }
}
