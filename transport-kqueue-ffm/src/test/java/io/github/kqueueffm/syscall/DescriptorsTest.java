package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which calls set the flags of a descriptor, close it and replace it, and what their errors do. */
class DescriptorsTest {
  private static final int FD = 7;

  /** Status flags of an owner, without O_NONBLOCK of any system: O_RDWR and one more. */
  private static final int OTHER_FLAGS = 2 | 0x40;

  private static String fcntl(Platform platform, Constant command, int argument) {
    return "fcntl(" + FD + ", " + platform.get(command) + ", " + argument + ')';
  }

  private static String closesOnExec(Platform platform) {
    return fcntl(platform, Constant.F_SETFD, platform.get(Constant.FD_CLOEXEC));
  }

  private static ScriptedCalls withFlags(String platform, int flags) {
    int get = Platform.named(platform).get(Constant.F_GETFL);
    return ScriptedCalls.of(platform).on("fcntl", a -> (int) a[1] == get ? flags : 0);
  }

  private static ScriptedCalls failing(String name, Constant command, Errno errno) {
    Platform platform = Platform.named(name);
    int refused = platform.get(command);
    return ScriptedCalls.of(name)
        .on("fcntl", a -> (int) a[1] == refused ? -platform.number(errno) : 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"linux-x86_64", "macos-aarch64", "netbsd-x86_64"})
  void ownersStatusFlagsStayWhenADescriptorIsMadeNonBlocking(String name) {
    for (int flags : new int[] {0, OTHER_FLAGS}) {
      ScriptedCalls calls = withFlags(name, flags);
      Platform platform = calls.kernel().platform();
      assertThat(Descriptors.addFlags(calls.kernel(), FD)).isZero();
      assertThat(calls.log())
          .containsExactly(
              fcntl(platform, Constant.F_GETFL, 0),
              fcntl(platform, Constant.F_SETFL, flags | platform.get(Constant.O_NONBLOCK)),
              closesOnExec(platform));
    }
  }

  @Test
  void statusFlagsThatFitAreNotSetAgain() {
    Platform platform = Platform.named("freebsd-x86_64");
    int flags = OTHER_FLAGS | platform.get(Constant.O_NONBLOCK);
    ScriptedCalls calls = withFlags("freebsd-x86_64", flags);
    assertThat(Descriptors.addFlags(calls.kernel(), FD)).isZero();
    assertThat(calls.log())
        .containsExactly(fcntl(platform, Constant.F_GETFL, 0), closesOnExec(platform));
  }

  @ParameterizedTest
  @EnumSource(names = {"F_GETFL", "F_SETFL", "F_SETFD"})
  void failureToAddFlagsEndsTheCallsAndIsReturned(Constant command) {
    ScriptedCalls calls = failing("openbsd-x86_64", command, Errno.EBADF);
    Platform platform = calls.kernel().platform();
    assertThat(Descriptors.addFlags(calls.kernel(), FD)).isEqualTo(-platform.number(Errno.EBADF));
    assertThat(calls.log())
        .hasSize(List.of(Constant.F_GETFL, Constant.F_SETFL, Constant.F_SETFD).indexOf(command) + 1)
        .last()
        .asString()
        .startsWith("fcntl(" + FD + ", " + platform.get(command) + ", ");
  }

  @Test
  void failureToSetStatusFlagsIsNotHiddenByTheNextCall() {
    ScriptedCalls calls = failing("macos-aarch64", Constant.F_SETFL, Errno.EBADF);
    assertThat(Descriptors.setFlags(calls.kernel(), FD))
        .isEqualTo(-calls.kernel().platform().number(Errno.EBADF));
    assertThat(calls.log()).hasSize(1);
  }

  @Test
  void sigpipeIsSwitchedOffByTheValue1() {
    List<String> values = new ArrayList<>();
    ScriptedCalls calls =
        ScriptedCalls.of("macos-aarch64")
            .on(
                "setsockopt",
                a -> {
                  values.add(Platforms.hex((long) a[3], (int) a[4]));
                  return 0;
                });
    assertThat(Descriptors.ignoreSigpipe(calls.kernel(), FD)).isZero();
    assertThat(values).containsExactly("01000000");
  }

  @Test
  void closeThatASignalInterruptedIsNeitherAFailureNorRepeated() {
    ScriptedCalls calls = ScriptedCalls.of("freebsd-x86_64").on("close", 0);
    assertThatCode(() -> Descriptors.close(calls.kernel(), FD)).doesNotThrowAnyException();
    calls.fail("close", Errno.EINTR);
    assertThatCode(() -> Descriptors.close(calls.kernel(), FD)).doesNotThrowAnyException();
    assertThat(calls.log()).containsExactly("close(7)", "close(7)");
  }

  @Test
  void closeOfADescriptorThatIsNotOpenIsUnexpected() {
    ScriptedCalls calls = ScriptedCalls.of("freebsd-x86_64").fail("close", Errno.EBADF);
    assertThatThrownBy(() -> Descriptors.close(calls.kernel(), FD))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("close(7)")
        .hasMessageContaining("EBADF");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void closeWithoutAnErrnoHasClosed(int result) {
    assertThat(Descriptors.isClosed(Platform.named("linux-x86_64"), result)).isTrue();
  }

  @Test
  void dup3ReplacesAndSetsTheFlagInOneCall() {
    int[] interruptions = {2};
    Platform platform = Platform.named("openbsd-x86_64");
    ScriptedCalls calls =
        ScriptedCalls.of("openbsd-x86_64")
            .on("dup3", a -> interruptions[0]-- > 0 ? -platform.number(Errno.EINTR) : FD);
    assertThat(Descriptors.canReplace(calls.kernel())).isTrue();
    assertThat(Descriptors.replace(calls.kernel(), 9, FD)).isZero();
    String call = "dup3(9, 7, " + platform.get(Constant.O_CLOEXEC) + ')';
    assertThat(calls.log()).containsExactly(call, call, call);
  }

  @Test
  void dup2IsFollowedByTheFlagWhereDup3IsMissing() {
    Platform platform = Platform.named("openbsd-x86_64");
    for (int onto : new int[] {FD, 0}) {
      ScriptedCalls calls =
          ScriptedCalls.of("openbsd-x86_64").without(Call.DUP3).on("dup2", onto).on("fcntl", 0);
      assertThat(Descriptors.canReplace(calls.kernel())).isTrue();
      assertThat(Descriptors.replace(calls.kernel(), 9, onto)).isZero();
      assertThat(calls.log())
          .containsExactly(
              "dup2(9, " + onto + ')',
              "fcntl("
                  + onto
                  + ", "
                  + platform.get(Constant.F_SETFD)
                  + ", "
                  + platform.get(Constant.FD_CLOEXEC)
                  + ')');
    }
  }

  @Test
  void replacementThatFailsIsReturnedAndSetsNoFlag() {
    for (Call missing : new Call[] {Call.DUP2, Call.DUP3}) {
      ScriptedCalls calls =
          ScriptedCalls.of("freebsd-x86_64")
              .without(missing)
              .fail("dup2", Errno.EMFILE)
              .fail("dup3", Errno.EMFILE)
              .on("fcntl", 0);
      assertThat(Descriptors.replace(calls.kernel(), 9, FD))
          .isEqualTo(-calls.kernel().platform().number(Errno.EMFILE));
      assertThat(calls.log()).hasSize(1);
    }
  }

  @Test
  void nothingReplacesWithoutBothCalls() {
    ScriptedCalls calls = ScriptedCalls.of("freebsd-x86_64").without(Call.DUP2).without(Call.DUP3);
    assertThat(Descriptors.canReplace(calls.kernel())).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"EINVAL", "ENOTCONN", "ECONNRESET"})
  void resetConnectionAnswersWithOneOfThreeErrnos(Errno errno) {
    Platform platform = Platform.named("freebsd-x86_64");
    assertThat(Descriptors.isReset(platform, platform.number(errno))).isTrue();
    assertThat(Descriptors.isReset(platform, platform.number(Errno.EBADF))).isFalse();
  }
}
