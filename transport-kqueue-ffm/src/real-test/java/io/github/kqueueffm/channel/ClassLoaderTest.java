package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A container undeploys an application whose transport its own threads have used. */
@Tag("real")
class ClassLoaderTest {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  @Test
  void loaderIsCollectedWhileThreadThatUsedItLives() throws Exception {
    assertLoadersAreCollected(() -> {});
  }

  @Test
  void loaderIsCollectedWhileARecordingHasItsEvents() throws Exception {
    try (EventRecording recording =
        EventRecording.of("LoopTurn", "Wakeup", "ConnectFailed", "WriteWait", "ChannelClose")) {
      assertLoadersAreCollected(() -> {
        assertThat(recording.all("LoopTurn")).isNotEmpty();
        assertThat(recording.all("Wakeup")).isNotEmpty();
        assertThat(recording.all("ChannelClose")).isNotEmpty();
      });
    }
  }

  private interface Check {
    void run() throws Exception;
  }

  private static void assertLoadersAreCollected(Check afterUse) throws Exception {
    // Netty keeps an exception of its start, whose stack names the classes that started it.
    Unpooled.directBuffer().release();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        loaders.add(thread.submit(ClassLoaderTest::use).get(60, TimeUnit.SECONDS));
      }
      afterUse.run();
      awaitCollection(loaders);
      // It has lived until now.
      thread.submit(() -> {}).get(10, TimeUnit.SECONDS);
    } finally {
      thread.shutdownNow();
    }
  }

  private static void awaitCollection(List<WeakReference<ClassLoader>> loaders)
      throws InterruptedException {
    long start = System.nanoTime();
    while (loaders.stream().anyMatch(loader -> loader.get() != null)) {
      assertThat(System.nanoTime() - start)
          .as("collected: %s", loaders.stream().map(loader -> loader.get() == null).toList())
          .isLessThan(PATIENCE_NANOS);
      System.gc();
      Thread.sleep(20);
    }
  }

  private static WeakReference<ClassLoader> use() throws Exception {
    try (IsolatedLoader loader = IsolatedLoader.open()) {
      assertThat(loader.ask(LoaderProbe.class)).contains("kqueue");
      return new WeakReference<>(loader);
    }
  }
}
