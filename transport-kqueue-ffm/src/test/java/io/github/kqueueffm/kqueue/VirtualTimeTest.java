package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.kqueue.epoll.ClockedKqueue;
import io.github.kqueueffm.kqueue.epoll.EpollKqueue;
import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The embedded kqueue whose time the test decides. */
abstract class VirtualTimeTest extends AbstractEpollKqueueTest {
  final VirtualTime time = new VirtualTime(calls);
  private final List<KqueueFixture> others = new ArrayList<>();

  @Override
  EpollKqueue openKqueue(Kernel kernel) throws IOException {
    return ClockedKqueue.open(kernel, time::now);
  }

  @AfterEach
  void closeOthers() {
    others.forEach(KqueueFixture::close);
  }

  /** Another thread's view of the fixture's kqueue. */
  KqueueFixture other() {
    KqueueFixture other = new KqueueFixture(fixture.kernel, new Borrowed(fixture.kqueue));
    others.add(other);
    return other;
  }

  static long millis(long millis) {
    return millis * VirtualTime.MILLI;
  }
}
