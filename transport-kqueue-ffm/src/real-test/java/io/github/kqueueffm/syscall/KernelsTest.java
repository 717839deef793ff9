package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.SystemPromise;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("real")
class KernelsTest {
  private static final Platform HERE = Platform.current();

  @Test
  void missingLibraryIsNamedWithTheProperty(@TempDir Path directory) {
    Path missing = directory.resolve("libnone.so");
    assertThatThrownBy(() -> Kernels.open(HERE, missing.toString()))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("-Dio.github.kqueueffm.library=" + missing)
        .hasMessageContaining("no readable file");
  }

  @Test
  void fileThatIsNotALibraryIsNamedWithTheProperty() {
    Path program = Path.of(System.getProperty("java.home"), "bin", "java");
    assertThatThrownBy(() -> Kernels.open(HERE, program.toString()))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("-Dio.github.kqueueffm.library=" + program)
        .hasMessageContaining("cannot be loaded");
  }

  @Test
  void directoryIsRefusedAsALibrary(@TempDir Path directory) {
    assertThatThrownBy(() -> Kernels.open(HERE, directory.toString()))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("-Dio.github.kqueueffm.library=" + directory)
        .hasMessageContaining("is a directory; name the library's file in it");
  }

  @Test
  @Needs(SystemPromise.EPOLL)
  void linuxOfAnotherProcessorIsRefusedWithTheProperty() {
    String other = HERE.name().equals("linux-x86_64") ? "linux-aarch64" : "linux-x86_64";
    assertThatThrownBy(() -> Kernels.open(Platform.named(other), null))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("-Dio.github.kqueueffm.platform=" + other)
        .hasMessageContaining(HERE.name())
        .hasMessageContaining("epoll_event");
  }

  @Test
  @Needs(SystemPromise.EPOLL)
  void systemWithoutAnEventQueueIsNamed() {
    // The C library here has no kqueue, and OpenBSD's facts know no epoll.
    assertThatThrownBy(() -> Kernels.open(Platform.named("openbsd-x86_64"), null))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("neither kqueue")
        .hasMessageContaining("openbsd-x86_64");
  }

  /**
   * Seen with ulimit -n 10 to 14: the JVM cannot open its library, and says that nothing is there.
   */
  @Test
  void systemWithoutAnyFunctionHasMostLikelyNoDescriptorLeft() {
    ScriptedCalls calls = ScriptedCalls.over(Kernels.system());
    for (Call call : Call.values()) {
      calls.without(call);
    }
    assertThatThrownBy(() -> Kernels.requireEventQueue(calls.kernel()))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("ulimit -n");
  }

  @Test
  @Needs(SystemPromise.EPOLL)
  void missingFunctionReturnsEnosys() {
    Platform openbsd = Platform.named("openbsd-x86_64");
    Kernel kernel = new FfmKernel(openbsd, null);
    int enosys = -openbsd.number(Errno.ENOSYS);
    assertThat(kernel.has(Call.KQUEUE)).isFalse();
    assertThat(kernel.kqueue()).isEqualTo(enosys);
    assertThat(kernel.kevent(0, 0, 0, 0, 0, 0)).isEqualTo(enosys);
    assertThat(kernel.epollCreate1(0)).isEqualTo(enosys);
    assertThat(kernel.timerfdSettime(0, 0, 0)).isEqualTo(enosys);
    long sent = NativeMemory.allocate(Long.BYTES);
    assertThat(kernel.sendfile(0, 0, 0, 0, sent)).isEqualTo(enosys);
    NativeMemory.free(sent);
  }

  @Test
  void errnoOfAFailedCallIsNegative() {
    Kernel kernel = Kernels.system();
    int ebadf = -HERE.number(Errno.EBADF);
    assertThat(kernel.close(-1)).isEqualTo(ebadf);
    assertThat(kernel.read(-1, 0, 0)).isEqualTo(ebadf);
    assertThat(kernel.fcntl(-1, 3, 0)).isEqualTo(ebadf);
  }

  @Test
  void kernelForAThreadHasItsOwnErrnoAndFreesIt() {
    long before = NativeMemory.live();
    Kernel bound = Kernels.system().forThread();
    assertThat(bound.close(-1)).isEqualTo(-HERE.number(Errno.EBADF));
    assertThat(bound.platform()).isSameAs(Kernels.system().platform());
    bound.release();
    assertThat(NativeMemory.live()).isEqualTo(before);
  }
}
