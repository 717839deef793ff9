package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.io.IOException;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The level, option and layout by which each system reports the peer's credentials. */
@ExtendWith(NativeMemoryCheck.class)
class PeerCredentialsTest {

  /** A system that fills the struct of one option and, on Darwin, the process id of another. */
  private static ScriptedCalls system(String name, String struct, LongConsumer fill) {
    ScriptedCalls calls = ScriptedCalls.of(name);
    Struct layout = calls.kernel().platform().struct(struct);
    return calls.on(
        "getsockopt",
        a -> {
          boolean pid = name.startsWith("macos") && (int) a[2] == 2;
          if (pid) {
            Memory.putInt((long) a[3], 4242);
          } else {
            fill.accept((long) a[3]);
            Memory.putInt((long) a[4], layout.size());
          }
          return 0;
        });
  }

  private static PeerCredentials of(ScriptedCalls calls) throws IOException {
    Kernel kernel = calls.kernel();
    return PeerCredentials.of(
        KernelSocket.accepted(kernel, 7, kernel.platform().get(Constant.AF_UNIX)));
  }

  private static void assertPeer(PeerCredentials peer, int pid, int uid, int... gids) {
    assertThat(peer.pid()).isEqualTo(pid);
    assertThat(peer.uid()).isEqualTo(uid);
    assertThat(peer.gids()).containsExactly(gids);
  }

  @ParameterizedTest
  @CsvSource({
    "linux-x86_64, ucred, pid, uid, gid, 'getsockopt(7, 1, 17)'",
    "openbsd-x86_64, sockpeercred, pid, uid, gid, 'getsockopt(7, 65535, 4130)'",
    "netbsd-x86_64, unpcbid, unp_pid, unp_euid, unp_egid, 'getsockopt(7, 0, 3)'"
  })
  void plainStructIsReadByItsFields(
      String name, String struct, String pid, String uid, String gid, String call)
      throws IOException {
    Struct layout = ScriptedCalls.of(name).kernel().platform().struct(struct);
    ScriptedCalls calls =
        system(
            name,
            struct,
            memory -> {
              Memory.putInt(memory + layout.offset(pid), 100);
              Memory.putInt(memory + layout.offset(uid), 200);
              Memory.putInt(memory + layout.offset(gid), 300);
            });
    assertPeer(of(calls), 100, 200, 300);
    assertThat(calls.log()).containsExactly(call);
  }

  private static void xucred(long memory, int version, int groups) {
    Memory.putInt(memory, version);
    Memory.putInt(memory + 4, 501);
    Memory.putShort(memory + 8, groups);
    Memory.putInt(memory + 12, 20);
    Memory.putInt(memory + 16, 80);
  }

  @Test
  void darwinHasTheProcessInAnotherOption() throws IOException {
    ScriptedCalls calls = system("macos-aarch64", "xucred", memory -> xucred(memory, 0, 2));
    assertPeer(of(calls), 4242, 501, 20, 80);
    assertThat(calls.log()).containsExactly("getsockopt(7, 0, 1)", "getsockopt(7, 0, 2)");
  }

  @Test
  void darwinReportsTheUserOfAPeerThatHasClosed() throws IOException {
    ScriptedCalls calls = ScriptedCalls.of("macos-aarch64");
    Platform platform = calls.kernel().platform();
    calls.on(
        "getsockopt",
        a -> {
          if ((int) a[2] == 2) {
            return -platform.number(Errno.ENOTCONN);
          }
          xucred((long) a[3], 0, 2);
          Memory.putInt((long) a[4], platform.struct("xucred").size());
          return 0;
        });
    assertPeer(of(calls), 0, 501, 20, 80);
    assertThat(calls.log()).containsExactly("getsockopt(7, 0, 1)", "getsockopt(7, 0, 2)");
  }

  @Test
  void freeBsdHasTheProcessInTheStruct() throws IOException {
    ScriptedCalls calls =
        system(
            "freebsd-x86_64",
            "xucred",
            memory -> {
              xucred(memory, 0, 1);
              Memory.putInt(memory + 80, 77);
            });
    assertPeer(of(calls), 77, 501, 20);
    assertThat(calls.log()).containsExactly("getsockopt(7, 0, 1)");
  }

  @Test
  void dragonFlyDoesNotReportTheProcess() throws IOException {
    assertPeer(
        of(system("dragonfly-x86_64", "xucred", memory -> xucred(memory, 0, 1))), 0, 501, 20);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 17, 32767})
  void impossibleGroupCountIsLimitedByTheStruct(int count) throws IOException {
    PeerCredentials peer =
        of(system("dragonfly-x86_64", "xucred", memory -> xucred(memory, 0, count)));
    assertThat(peer.gids()).hasSize(count < 0 ? 0 : 16);
  }

  @Test
  void unknownVersionIsRefused() {
    ScriptedCalls calls = system("freebsd-aarch64", "xucred", memory -> xucred(memory, 9, 1));
    assertThatThrownBy(() -> of(calls))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 9");
  }

  @Test
  void answerThatIsTooShortIsRefused() {
    ScriptedCalls calls =
        ScriptedCalls.of("linux-x86_64")
            .on(
                "getsockopt",
                a -> {
                  Memory.putInt((long) a[4], 4);
                  return 0;
                });
    assertThatThrownBy(() -> of(calls))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("4 bytes of struct ucred");
  }

  @Test
  void failureNamesTheOption() {
    ScriptedCalls calls = ScriptedCalls.of("netbsd-x86_64").fail("getsockopt", Errno.ENOTCONN);
    assertThatThrownBy(() -> of(calls))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("level 0, option 3")
        .hasMessageContaining("ENOTCONN");
  }

  @Test
  void socketOfTheInternetHasNoCredentials() {
    ScriptedCalls calls = ScriptedCalls.of("linux-x86_64");
    Kernel kernel = calls.kernel();
    KernelSocket socket = KernelSocket.accepted(kernel, 7, kernel.platform().get(Constant.AF_INET));
    assertThatThrownBy(() -> PeerCredentials.of(socket))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("it is not local (AF_UNIX)");
    assertThat(calls.log()).isEmpty();
  }

  @Test
  void userThatLinuxDoesNotKnowMeansThatThereIsNoPeer() {
    ScriptedCalls calls =
        system("linux-x86_64", "ucred", memory -> Memory.putInt(memory + Integer.BYTES, -1));
    assertThatThrownBy(() -> of(calls))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("it has no peer");
  }
}
