package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.selector.Poller;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each call that makes a descriptor names the limit when there is none left. */
@Tag("real")
class DescriptorCallsTest {
  private final CountingKernel calls = CountingKernel.over(Kernels.system());
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"epollCreate1", "eventfd"})
  @Needs(SystemPromise.EPOLL)
  void loopNamesTheLimit(String call) {
    namesTheLimit(call, () -> Poller.open(calls.kernel()).close());
  }

  @Test
  void loopOnAKernelsKqueueNamesTheLimit() {
    calls.with(Call.KQUEUE).with(Call.KEVENT);
    namesTheLimit("kqueue", () -> Poller.open(calls.kernel()).close());
  }

  @Test
  void socketNamesTheLimit() {
    int stream = Kernels.system().platform().get(Constant.SOCK_STREAM);
    int family = Kernels.system().platform().get(Constant.AF_INET);
    namesTheLimit("socket", () -> KernelSocket.open(calls.kernel(), family, stream));
  }

  @Test
  void fileRegionNamesTheLimit() throws Exception {
    Path file = Files.writeString(directory.resolve("region"), "content");
    namesTheLimit("open", () -> KQueueFfmFileRegion.open(calls.kernel(), file, 0, 7));
  }

  private void namesTheLimit(String call, ThrowingCallable action) {
    long memory = NativeMemory.live();
    calls.fail(call, Errno.EMFILE);
    assertThatThrownBy(action)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("EMFILE")
        .hasMessageContaining("limit on open descriptors (ulimit -n)");
    assertThat(NativeMemory.live()).isEqualTo(memory);
  }
}
