package io.github.kqueueffm.selector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.Kevent;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Opens a poller on a scripted kernel before each test. After it, closes the poller, checks that
 * the script is complete, and that no native memory is left.
 */
abstract class AbstractPollerTest {
  static final int FD = 5;

  private final String platform;
  private final int slots;
  private final long memoryBefore = NativeMemory.live();

  ScriptedKernel script;
  Poller poller;
  Events events;

  AbstractPollerTest() {
    this("freebsd-x86_64", 16);
  }

  AbstractPollerTest(String platform, int slots) {
    this.platform = platform;
    this.slots = slots;
  }

  @BeforeEach
  final void open() throws IOException {
    openOn(platform);
  }

  @AfterEach
  final void close() {
    ScriptedKernel openedOn = script;
    Events used = events;
    try (openedOn;
        used) {
      poller.close();
    }
    assertThat(NativeMemory.live()).as("native allocations left").isEqualTo(memoryBefore);
  }

  /** Uses the kernel of another platform instead, with a USER wakeup and NOTE_LOWAT. */
  final void openOn(String platform) throws IOException {
    openOn(platform, "user", true);
  }

  final void openOn(String platform, String wakeup, boolean lowat) throws IOException {
    if (poller != null) {
      close();
    }
    script = ScriptedKernel.on(platform);
    poller = ScriptedPollers.open(script, wakeup, lowat);
    events = new Events(slots);
  }

  /** Uses events with so many slots instead. */
  final void useSlots(int slots) {
    events.close();
    events = new Events(slots);
  }

  /** One turn of a loop that has nothing else to do. */
  final int turn() throws IOException {
    return poller.select(events, -1, () -> true);
  }

  /** Expects a wait with these changes, and returns no event. */
  final void expectChanges(Kevent... changes) {
    script.expectKevent().changes(changes).forEver().returns();
  }

  /** The change that triggers a USER wakeup. */
  final Kevent trigger() {
    return script.user(0).fflags(script.platform().get(Constant.NOTE_TRIGGER)).udata(0);
  }

  final void expectTrigger() {
    script.expectKevent().changes(trigger()).withoutSlots();
  }
}
