package io.github.kqueueffm.kqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.kqueue.epoll.EpollKqueue;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The embedded kqueue over a kernel that counts. After each test no native memory is left. */
@Needs(SystemPromise.EPOLL)
abstract class EmbeddedTest {
  final CountingKernel calls = CountingKernel.over(Kernels.system());
  Room room;
  private long before;

  @BeforeEach
  void open() throws IOException {
    before = NativeMemory.live();
    room = new Room(calls.kernel(), EpollKqueue.open(calls.kernel(), false));
  }

  @AfterEach
  void close() {
    if (room != null) {
      room.close();
      assertThat(NativeMemory.live()).isEqualTo(before);
    }
  }
}
