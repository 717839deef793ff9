package io.github.kqueueffm.selector.book;

import static io.github.kqueueffm.abi.Constant.NOTE_TRIGGER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.selector.ScriptedPollers;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SelectorTest {
  private static final long LONGEST = 86_399_999_999_999L;

  private final ScriptedKernel script = ScriptedKernel.on("macos-aarch64");
  private final Events events = new Events(4);

  @AfterEach
  void free() {
    events.close();
  }

  @Test
  void theSpecsFormGoesOnAfterADay() throws IOException {
    try (script;
        Selector selector = new Selector(ScriptedPollers.open(script))) {
      script.expectKevent().waits(LONGEST).returns();
      script.expectKevent().waits(LONGEST).returns(script.read(5).udata(1));
      assertThat(selector.select(events, Integer.MAX_VALUE)).isEqualTo(1);
    }
  }

  @Test
  void theSpecsFormWaitsForTheRestWhenTheKernelIsEarly() throws IOException {
    try (script;
        Selector selector = new Selector(ScriptedPollers.open(script))) {
      script.expectKevent().waits(1_000_000_000).returns();
      script
          .expectKevent()
          .where(call -> call.timeout() > 0 && call.timeout() < 1_000_000_000 ? null : "not less")
          .does(call -> 0);
      script.expectKevent().waits().returns(script.read(5).udata(1));
      assertThat(selector.select(events, 1_000)).isEqualTo(1);
    }
  }

  @Test
  void aNegativeNumberOfMillisecondsIsRefused() throws IOException {
    try (script;
        Selector selector = new Selector(ScriptedPollers.open(script))) {
      assertThatThrownBy(() -> selector.select(events, -1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("-1");
    }
  }

  @Test
  void triggerThatComesTooLateDoesNotEndTheWait() throws IOException {
    try (script;
        Selector selector = new Selector(ScriptedPollers.open(script))) {
      // An event ends the sleep while the trigger is on its way.
      script.expectKevent().runs(selector::wakeup).returns(script.read(5).udata(7));
      script
          .expectKevent()
          .changes(script.user(0).fflags(script.platform().get(NOTE_TRIGGER)).udata(0))
          .withoutSlots();
      assertThat(selector.select(events)).isEqualTo(1);
      script.expectKevent().forEver().returns(script.user(0));
      script.expectKevent().forEver().returns(script.read(5).udata(8));
      assertThat(selector.select(events)).isEqualTo(1);
      assertThat(events.token(0)).isEqualTo(8);
    }
  }
}
