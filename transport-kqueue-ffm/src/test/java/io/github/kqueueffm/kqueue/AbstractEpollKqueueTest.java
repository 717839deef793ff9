package io.github.kqueueffm.kqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.kqueue.epoll.EpollKqueue;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The embedded kqueue over a kernel that counts. After each test no native memory is left. */
@Needs(SystemPromise.EPOLL)
abstract class AbstractEpollKqueueTest {
  final CountingKernel calls = CountingKernel.over(Kernels.system());
  KqueueFixture fixture;
  private long before;

  @BeforeEach
  void open() throws IOException {
    before = NativeMemory.live();
    fixture = new KqueueFixture(calls.kernel(), openKqueue(calls.kernel()));
  }

  EpollKqueue openKqueue(Kernel kernel) throws IOException {
    return EpollKqueue.open(kernel, false);
  }

  @AfterEach
  void close() {
    if (fixture != null) {
      fixture.close();
      assertThat(NativeMemory.live()).isEqualTo(before);
    }
  }
}
