package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.kqueue.Provider;
import io.netty.channel.EventLoop;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Channels on libkqueue: each of its releases, imitated, and the one that this machine has. */
@ParameterizedClass
@MethodSource("io.github.kqueueffm.kqueue.Provider#libraries")
class LibkqueueTest {
  @RegisterExtension final Loop loop;

  private final Provider library;

  LibkqueueTest(Provider library) {
    this.library = library;
    loop = new Loop(library.kernel());
  }

  @Test
  void taskOfAnotherThreadDoesNotAwaitTheEndOfTheLoopsWait() throws Exception {
    EventLoop target = loop.group().next();
    target.submit(() -> {}).get(10, TimeUnit.SECONDS);
    // Until it waits for ever, as good as always; else the test shows less, and does not fail.
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    CountDownLatch ran = new CountDownLatch(1);
    Thread other = new Thread(() -> target.execute(ran::countDown));
    other.setDaemon(true);
    other.start();
    assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void rigOfTheDatagramTestsWaitsForWhatALibraryFreesAMomentLater() {
    DatagramRig rig = new DatagramRig(library.kernel());
    assertThat(rig.local(new Inbox()).isActive()).isTrue();
    rig.close();
  }
}
