package io.github.kqueueffm.selector.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.kqueue.Provider;
import io.github.kqueueffm.selector.ScriptedPollers;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A selector on libkqueue, which some threads use while one waits. In releases 2.4 to 2.6 each of
 * them would go on only at the end of that wait.
 */
@Tag("real")
@Needs(SystemPromise.EPOLL)
class LibkqueueSelectorTest {
  private static final String LIBRARIES = "io.github.kqueueffm.kqueue.Provider#libraries";
  private static final int WAIT_MILLIS = 10_000;

  private static Selector open(Provider library) throws IOException {
    return Selector.open(library.kernel());
  }

  /** Begins a wait that is longer than anything here takes if it does not await its end. */
  private static CompletableFuture<Integer> waiting(Selector selector, Events events) {
    CompletableFuture<Integer> result = new CompletableFuture<>();
    Thread thread =
        new Thread(() -> {
          try {
            result.complete(selector.select(events, WAIT_MILLIS));
          } catch (IOException | RuntimeException e) {
            result.completeExceptionally(e);
          }
        });
    thread.setDaemon(true);
    thread.start();
    // Until it waits, as good as always; else the test shows less, and does not fail for it.
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    return result;
  }

  private static void assertBeforeTheEndOfTheWait(long start) {
    assertThat(System.nanoTime() - start)
        .isLessThan(TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS - 1_000));
  }

  @ParameterizedTest
  @MethodSource(LIBRARIES)
  void pipeIsTheWakeup(Provider library) throws IOException {
    try (Selector selector = open(library)) {
      assertThat(selector.describe()).contains("wakeup pipe");
    }
  }

  @ParameterizedTest
  @MethodSource(LIBRARIES)
  void wakeupDoesNotAwaitTheEndOfTheWaitThatItEnds(Provider library) throws Exception {
    try (Selector selector = open(library);
        Events events = new Events(4)) {
      long start = System.nanoTime();
      CompletableFuture<Integer> waiting = waiting(selector, events);
      selector.wakeup();
      assertThat(waiting.get(2, TimeUnit.MINUTES)).isZero();
      assertBeforeTheEndOfTheWait(start);
    }
  }

  @ParameterizedTest
  @MethodSource(LIBRARIES)
  void registrationByAnotherThreadDoesNotAwaitTheEndOfAWait(Provider library) throws Exception {
    Kernel kernel = library.kernel();
    int[] pipe = pipe(kernel);
    try (Selector selector = open(library);
        Events events = new Events(4)) {
      long start = System.nanoTime();
      CompletableFuture<Integer> waiting = waiting(selector, events);
      selector.registrator().register(pipe[0], new Token(7), Interests.READABLE);
      assertBeforeTheEndOfTheWait(start);
      assertThat(waiting.isDone()).as("it goes on to wait, for what was registered").isFalse();
      writeByte(kernel, pipe[1]);
      assertThat(waiting.get(2, TimeUnit.MINUTES)).isEqualTo(1);
      assertThat(events.token(0)).isEqualTo(7);
      assertBeforeTheEndOfTheWait(start);
      selector.registrator().forget(pipe[0]);
    } finally {
      kernel.close(pipe[0]);
      kernel.close(pipe[1]);
    }
  }

  @ParameterizedTest
  @MethodSource(LIBRARIES)
  void forcedWakeupIsRefusedWhereATriggerAwaitsTheEndOfTheWait(Provider library)
      throws IOException {
    if (library.name().contains("V2_4")) {
      assertThatThrownBy(() -> new Selector(ScriptedPollers.forced(library.kernel(), "user")))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("-Dio.github.kqueueffm.wakeup=user does not work here")
          .hasMessageContaining("another thread")
          .hasMessageEndingWith("pipe does");
      assertThatThrownBy(() -> new Selector(ScriptedPollers.forced(library.kernel(), "timer")))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("another thread");
    } else if (library.name().contains("imitated")) {
      try (Selector selector = new Selector(ScriptedPollers.forced(library.kernel(), "user"))) {
        assertThat(selector.describe()).contains("wakeup user");
      }
    }
  }

  private static int[] pipe(Kernel kernel) {
    long fds = NativeMemory.allocate(8);
    try {
      assertThat(kernel.pipe(fds)).isZero();
      return new int[] {Memory.getInt(fds), Memory.getInt(fds + 4)};
    } finally {
      NativeMemory.free(fds);
    }
  }

  private static void writeByte(Kernel kernel, int fd) {
    long any = NativeMemory.allocate(1);
    try {
      assertThat(kernel.write(fd, any, 1)).isEqualTo(1);
    } finally {
      NativeMemory.free(any);
    }
  }
}
