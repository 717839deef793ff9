package io.github.kqueueffm.channel;

import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.selector.ScriptedPollers;
import io.github.kqueueffm.syscall.ScriptedKernel;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.ManualIoEventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An event loop whose first wakeup is a guess. */
class UnprovenWakeupScriptedTest {
  private static final long LONGEST = 25_000_000;

  private final Logger logger = Logger.getLogger(KQueueFfmIoHandler.class.getName());
  private final Lines lines = new Lines();
  private final List<String> done = new ArrayList<>();

  private static final class Lines extends Handler {
    private final List<String> messages = new ArrayList<>();

    @Override
    public void publish(LogRecord line) {
      messages.add(line.getLevel() + ": " + line.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void listen() {
    logger.addHandler(lines);
  }

  @AfterEach
  void listenNoMore() {
    logger.removeHandler(lines);
  }

  @Test
  void taskRunsAfterTheShortWaitAndTheLogNamesTheLie() throws Exception {
    try (ScriptedKernel script = ScriptedKernel.on("macos-aarch64")) {
      ScriptedPollers.guess(script.kernel(), "timer");
      ScriptedPollers.expectOpen(script, "timer");
      ManualIoEventLoop loop =
          new ManualIoEventLoop(
              Thread.currentThread(),
              KQueueFfmIoHandler.newFactory(
                  script.kernel(), 0, DefaultSelectStrategyFactory.INSTANCE));
      script
          .expectKevent()
          .waits(LONGEST)
          .runs(() -> ScriptedLoop.elsewhere(() -> loop.execute(() -> done.add("task"))))
          .returns();
      script
          .expectKevent()
          .changes(script.timer(0).flags(EV_ADD, EV_ENABLE, EV_CLEAR))
          .withoutSlots();
      script.expectKevent().polls().returns();
      script.expectKevent().changes(script.user(0).flags(EV_ADD, EV_CLEAR)).withoutSlots();
      script.expectKevent().changes(script.timer(0).delete()).withoutSlots();
      try (EventRecording recording = EventRecording.of("Fallback")) {
        loop.run(Long.MAX_VALUE);
        RecordedEvent fallback = recording.events("Fallback").get(0);
        assertThat(fallback.getString("feature")).isEqualTo("wakeup timer");
        assertThat(fallback.getString("replacement")).isEqualTo("wakeup user");
        assertThat(fallback.getString("reason")).isEqualTo("it does not fire");
      }
      script.verify();
      assertThat(done).containsExactly("task");
      assertThat(lines.messages).hasSize(1);
      assertThat(lines.messages.get(0))
          .isEqualTo(
              "WARNING: The wakeup timer of kqueue of the system does not work: it does not fire;"
                  + " user is used from now on. -Dio.github.kqueueffm.wakeup=timer, user or pipe"
                  + " forces one.");
      script.allow("kevent");
      shutDown(loop);
    }
  }

  private static void shutDown(ManualIoEventLoop loop) {
    loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    while (!loop.isTerminated()) {
      loop.runNow();
    }
  }
}
