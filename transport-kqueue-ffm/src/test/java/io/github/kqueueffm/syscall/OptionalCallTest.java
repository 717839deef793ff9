package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import org.junit.jupiter.api.Test;

class OptionalCallTest {
  private final Platform platform = Platform.named("linux-x86_64");
  private final OptionalCall call = new OptionalCall(true);

  private void refuse(Errno errno) {
    call.refused(platform, Call.ACCEPT4, -platform.number(errno));
  }

  @Test
  void absentCallIsNotUsable() {
    assertThat(new OptionalCall(false).isUsable()).isFalse();
  }

  @Test
  void enosysEndsTheCallAtOnce() {
    refuse(Errno.ENOSYS);
    assertThat(call.isUsable()).isFalse();
  }

  @Test
  void successBetweenRefusalsEndsTheirCount() {
    refuse(Errno.EPERM);
    refuse(Errno.EPERM);
    call.worked();
    refuse(Errno.EPERM);
    refuse(Errno.EPERM);
    assertThat(call.isUsable()).isTrue();
    refuse(Errno.EPERM);
    assertThat(call.isUsable()).isFalse();
  }

  @Test
  void callThatIsGivenUpIsKeptWithItsErrno() {
    Kernel kernel = ScriptedKernel.on(platform.name()).kernel();
    // No other test gives this one up.
    call.refused(platform, Call.DUP3, -platform.number(Errno.EPERM));
    assertThat(Fallbacks.of(kernel, true)).doesNotContainKey(Call.DUP3);
    call.refused(platform, Call.DUP3, -platform.number(Errno.ENOSYS));
    assertThat(Fallbacks.of(kernel, true).get(Call.DUP3))
        .startsWith("refused with ")
        .contains("ENOSYS");
    assertThat(Fallbacks.replacement(Call.DUP3)).isEqualTo("dup2 and fcntl");
  }

  @Test
  void successOfACallThatBeganBeforeDoesNotRevive() {
    refuse(Errno.ENOSYS);
    call.worked();
    assertThat(call.isUsable()).isFalse();
  }
}
