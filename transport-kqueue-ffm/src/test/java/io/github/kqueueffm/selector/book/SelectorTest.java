package io.github.kqueueffm.selector.book;

import static io.github.kqueueffm.abi.Constant.NOTE_TRIGGER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.selector.ScriptedPollers;
import io.github.kqueueffm.syscall.Kevent;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SelectorTest {
  private static final long LONGEST = 86_399_999_999_999L;

  private final ScriptedKernel script = ScriptedKernel.on("macos-aarch64");
  private final long before = NativeMemory.live();
  private final Events events = new Events(4);

  @AfterEach
  void free() {
    events.close();
    assertThat(NativeMemory.live()).isEqualTo(before);
  }

  @Test
  void selectContinuesAfterADay() throws IOException {
    try (script;
        Selector selector = new Selector(ScriptedPollers.open(script))) {
      script.expectKevent().waits(LONGEST).returns();
      script.expectKevent().waits(LONGEST).returns(script.read(5).udata(1));
      assertThat(selector.select(events, Integer.MAX_VALUE)).isEqualTo(1);
    }
  }

  /** Until its wakeup is proven, its waits are short; a user sees none of it. */
  @Test
  void selectContinuesAfterTheShortWaitsOfUnprovenWakeup() throws IOException {
    try (script) {
      ScriptedPollers.guess(script.kernel(), "timer");
      ScriptedPollers.expectOpen(script, "timer");
      try (Selector selector = Selector.open(script.kernel())) {
        script.expectKevent().waits(25_000_000).times(3).returns();
        script.expectKevent().waits(25_000_000).returns(script.read(5).udata(1));
        assertThat(selector.select(events)).isEqualTo(1);
        script.expectKevent().waits(25_000_000).runs(selector::wakeup).returns();
        script.expectKevent().withoutSlots();
        script.expectKevent().polls().returns(script.timer(0).data(1));
        assertThat(selector.select(events)).isZero();
      }
    }
  }

  @Test
  void selectWaitsForTheRestWhenTheKernelReturnsEarly() throws IOException {
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
  void negativeTimeoutIsRefused() throws IOException {
    try (script;
        Selector selector = new Selector(ScriptedPollers.open(script))) {
      assertThatThrownBy(() -> selector.select(events, -1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("-1");
    }
  }

  @Test
  void lateTriggerDoesNotEndTheWait() throws IOException {
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

  @Test
  void wakeupEndsTheSelect() throws IOException {
    try (script;
        Selector selector = new Selector(ScriptedPollers.open(script))) {
      script.expectKevent().forEver().runs(selector::wakeup).returns(script.user(0));
      script.expectKevent().changes(trigger()).withoutSlots();
      assertThat(selector.select(events)).isZero();
    }
  }

  @Test
  void selectWithTimeoutZeroDoesNotWaitAndIsNotRepeated() throws IOException {
    try (script;
        Selector selector = new Selector(ScriptedPollers.open(script))) {
      script.expectKevent().polls().returns();
      assertThat(selector.select(events, 0)).isZero();
      script.expectKevent().polls().returns(script.read(5).udata(1));
      assertThat(selector.selectNanos(events, 0)).isEqualTo(1);
    }
  }

  @Test
  void closeEndsTheLoopAndClosesTheKqueueOnce() throws IOException {
    try (script) {
      Selector selector = new Selector(ScriptedPollers.open(script));
      assertThat(selector).hasToString("Selector (" + selector.describe() + ", awake)");
      selector.close();
      assertThat(selector.toString()).endsWith(", closed)");
      selector.close();
      assertThat(selector.registrator().isClosed()).isTrue();
      assertThat(script.calls("close")).isEqualTo(1);
      assertThatThrownBy(() -> selector.select(events)).isInstanceOf(ClosedSelectorException.class);
    }
  }

  @Test
  void eventHasTheKernelsFields() throws IOException {
    try (script;
        Selector selector = new Selector(ScriptedPollers.open(script))) {
      Kevent end = script.read(5).udata(-1).eof(Errno.ECONNRESET).data(3);
      Kevent writable = script.write(6).udata(2).data(4096);
      Kevent refused = script.write(7).udata(0).oneShot().error(Errno.EBADF);
      script.expectKevent().returns(end, writable, refused);
      assertThat(selector.select(events)).isEqualTo(3);
      assertThat(events.size()).isEqualTo(3);
      assertThat(events.capacity()).isEqualTo(4);
      List<Event> copies = new ArrayList<>();
      events.forEach(copies::add);
      Iterator<Event> iterator = events.iterator();
      for (int i = 0; i < 3; i++) {
        Kevent expected = List.of(end, writable, refused).get(i);
        Event event = copies.get(i);
        assertThat(iterator.next().id()).isEqualTo(event.id());
        assertThat(event.token()).isEqualTo(new Token(expected.udata()));
        assertThat(List.of(event.id(), event.ident(), event.data()))
            .isEqualTo(List.of(expected.udata(), expected.ident(), expected.data()))
            .isEqualTo(List.of(events.token(i), events.ident(i), events.data(i)));
        assertThat(List.of(event.filter(), event.flags(), event.fflags()))
            .isEqualTo(List.of(expected.filter(), expected.flags(), expected.fflags()))
            .isEqualTo(List.of(events.filter(i), events.flags(i), events.fflags(i)));
        assertThat(List.of(event.isReadable(), event.isWritable()))
            .isEqualTo(List.of(i == 0, i != 0))
            .isEqualTo(List.of(events.isReadable(i), events.isWritable(i)));
        assertThat(List.of(event.isEof(), event.isError()))
            .isEqualTo(List.of(i == 0, i == 2))
            .isEqualTo(List.of(events.isEof(i), events.isError(i)));
        assertThat(events.eofErrno(i)).isEqualTo(i == 0 ? end.fflags() : 0);
      }
      assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
      assertThat(copies.get(0)).hasToString("event of token -1 (readable, eof)");
      assertThat(copies.get(2)).hasToString("event of token 0 (writable, errno 9)");
    }
  }

  private Kevent trigger() {
    return script.user(0).fflags(script.platform().get(NOTE_TRIGGER)).udata(0);
  }
}
