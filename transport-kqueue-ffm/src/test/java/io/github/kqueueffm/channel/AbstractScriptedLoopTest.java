package io.github.kqueueffm.channel;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Opens an event loop on the scripted kernel of a system before each test, and ends it after. */
abstract class AbstractScriptedLoopTest {
  final Os os;
  ScriptedLoop loop;

  AbstractScriptedLoopTest(Os os) {
    this.os = os;
  }

  @BeforeEach
  final void open() {
    loop = ScriptedLoop.on(os);
  }

  @AfterEach
  final void close() {
    loop.close();
  }

  /** Ends the loop and uses a new one. */
  final void reopen() {
    loop.close();
    open();
  }

  /** Uses a loop whose turns take so many events at most instead. */
  final void limitEvents(int maxEvents) {
    loop.close();
    loop = ScriptedLoop.on(os, maxEvents);
  }

  /** Uses a loop whose clock is the machine's instead, for {@link ScriptedLoop#sleeps()}. */
  final void useRealTime() {
    loop.close();
    loop = ScriptedLoop.inRealTime(os);
  }
}
