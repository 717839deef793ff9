package io.github.kqueueffm.selector;

import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static io.github.kqueueffm.abi.Constant.NOTE_TRIGGER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Kevent;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Wakeups at every moment of a turn. */
class WakeupTest {
  private static final int FD = 5;

  private final ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64");
  private final Events events = new Events(16);

  @AfterEach
  void free() {
    events.close();
  }

  private Kevent trigger() {
    return script.user(0).fflags(script.platform().get(NOTE_TRIGGER)).udata(0);
  }

  private void expectTrigger() {
    script.expectKevent().changes(trigger()).withoutSlots();
  }

  @Test
  void endsASleepAndIsNotAnEvent() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      script.expectKevent().forEver().runs(selector::wakeup).returns(script.user(0));
      expectTrigger();
      assertThat(selector.select(events, -1, () -> true)).isZero();
      assertThat(events.size()).isZero();
    }
  }

  @Test
  void costsOneCallPerSleep() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      script
          .expectKevent()
          .forEver()
          .runs(() -> {
            for (int i = 0; i < 100; i++) {
              selector.wakeup();
            }
          })
          .returns(script.user(0));
      expectTrigger();
      selector.select(events, -1, () -> true);
    }
  }

  @Test
  void costsNoCallWhileTheLoopIsAwake() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      selector.wakeup();
      selector.wakeup();
      script.expectKevent().forEver().returns();
      assertThat(selector.select(events, -1, () -> true)).isZero();
    }
  }

  @Test
  void workThatComesBeforeTheSleepIsPublishedIsSeenByMaySleep() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      AtomicBoolean work = new AtomicBoolean(true);
      selector.wakeup();
      script.expectKevent().polls().returns();
      selector.select(events, -1, () -> !work.get());
    }
  }

  @Test
  void workThatComesAfterTheSleepWasPublishedTriggers() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      expectTrigger();
      script.expectKevent().forEver().returns(script.user(0));
      selector.select(
          events,
          -1,
          () -> {
            selector.wakeup();
            return true;
          });
    }
  }

  @Test
  void aPollIsNoSleep() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      script.expectKevent().polls().runs(selector::wakeup).returns();
      selector.select(events, 0, () -> true);
      script.expectKevent().polls().runs(selector::wakeup).returns();
      selector.select(events, -1, () -> false);
    }
  }

  @Test
  void theSpecsFormDoesNotSleepAfterAWakeup() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      selector.wakeup();
      script.expectKevent().polls().returns();
      assertThat(selector.select(events)).isZero();
      script.expectKevent().forEver().runs(selector::wakeup).returns(script.user(0));
      expectTrigger();
      assertThat(selector.select(events)).isZero();
    }
  }

  @Test
  void aTriggerThatComesTooLateDoesNotEndTheSpecsForm() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      // An event ends the sleep while the trigger is on its way.
      script.expectKevent().runs(selector::wakeup).returns(script.read(FD).udata(7));
      expectTrigger();
      assertThat(selector.select(events)).isEqualTo(1);
      script.expectKevent().forEver().returns(script.user(0));
      script.expectKevent().forEver().returns(script.read(FD).udata(8));
      assertThat(selector.select(events)).isEqualTo(1);
      assertThat(events.token(0)).isEqualTo(8);
    }
  }

  @Test
  void aUsersTokenZeroIsHisOwn() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      script
          .expectKevent()
          .returns(
              script.read(0).udata(0),
              script.user(0),
              script.write(FD).udata(0),
              script.user(1).udata(0));
      assertThat(selector.select(events)).isEqualTo(3);
      assertThat(events.isReadable(0)).isTrue();
      assertThat(events.isWritable(1)).isTrue();
      assertThat(events.ident(2)).isEqualTo(1);
      assertThat(events.registration(0)).isNull();
      assertThat(events)
          .extracting(Event::token)
          .containsExactly(new Token(0), new Token(0), new Token(0));
    }
  }

  @Test
  void aWakeupThatFindsNoSlotComesWithTheNextBatch() throws IOException {
    Events four = new Events(4);
    try (script;
        four;
        Selector selector = ScriptedSelectors.open(script)) {
      script
          .expectKevent()
          .runs(selector::wakeup)
          .returns(
              script.read(1).udata(1),
              script.read(2).udata(2),
              script.read(3).udata(3),
              script.read(4).udata(4));
      expectTrigger();
      assertThat(selector.select(four, -1, () -> true)).isEqualTo(4);
      script.expectKevent().returns(script.user(0));
      assertThat(selector.select(four, -1, () -> true)).isZero();
    }
  }

  @Test
  void aFailedTriggerIsToldAndCanBeTriedAgain() throws IOException {
    try (script;
        Selector selector = ScriptedSelectors.open(script)) {
      script
          .expectKevent()
          .runs(() -> {
            assertThatThrownBy(selector::wakeup)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("wakeup")
                .hasMessageContaining("ENOMEM");
            selector.wakeup();
          })
          .returns(script.user(0));
      script.expectKevent().changes(trigger()).fails(Errno.ENOMEM);
      expectTrigger();
      selector.select(events, -1, () -> true);
    }
  }

  @Test
  void theTimerIsTheSpecs() throws IOException {
    ScriptedKernel script = ScriptedKernel.on("macos-aarch64");
    try (script;
        Selector selector = ScriptedSelectors.open(script, "timer", true)) {
      script.expectKevent().forEver().runs(selector::wakeup).returns(script.timer(0).data(1));
      script
          .expectKevent()
          .changes(script.timer(0).flags(EV_ADD, EV_ENABLE, EV_CLEAR).udata(0))
          .withoutSlots();
      assertThat(selector.select(events)).isZero();
      assertThat(selector.describe()).endsWith("wakeup timer");
    }
  }

  @Test
  void thePipeIsDrained() throws IOException {
    ScriptedKernel script = ScriptedKernel.on("openbsd-x86_64");
    try (script;
        Selector selector = ScriptedSelectors.open(script, "pipe", true)) {
      Kevent readable = script.read(ScriptedSelectors.PIPE_READ).data(1).udata(0);
      script.expectKevent().forEver().runs(selector::wakeup).returns(readable);
      script.expect("write", ScriptedSelectors.PIPE_WRITE, ScriptedKernel.ANY, 1).answers(1);
      script.expect("read", ScriptedSelectors.PIPE_READ).answers(1);
      assertThat(selector.select(events)).isZero();
    }
  }

  @Test
  void aFullPipeAndAStaleEventOfItAreHarmless() throws IOException {
    ScriptedKernel script = ScriptedKernel.on("macos-aarch64");
    try (script;
        Selector selector = ScriptedSelectors.open(script, "pipe", true)) {
      Kevent readable = script.read(ScriptedSelectors.PIPE_READ).data(1).udata(0);
      script.expectKevent().runs(selector::wakeup).returns(readable);
      script.expect("write", ScriptedSelectors.PIPE_WRITE).fails(Errno.EINTR);
      script.expect("write", ScriptedSelectors.PIPE_WRITE).fails(Errno.EAGAIN);
      script.expect("read", ScriptedSelectors.PIPE_READ).fails(Errno.EAGAIN);
      assertThat(selector.select(events)).isZero();
    }
  }

  @Test
  void aBrokenPipeIsTold() throws IOException {
    ScriptedKernel script = ScriptedKernel.on("openbsd-x86_64");
    try (script;
        Selector selector = ScriptedSelectors.open(script, "pipe", true)) {
      script.expectKevent().returns(script.read(ScriptedSelectors.PIPE_READ).udata(0));
      script.expect("read", ScriptedSelectors.PIPE_READ).fails(Errno.EIO);
      assertThatThrownBy(() -> selector.select(events))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("EIO");
    }
  }

  @Test
  void aBrokenPipeIsToldAfterTheEventsThatCameWithIt() throws IOException {
    ScriptedKernel script = ScriptedKernel.on("openbsd-x86_64");
    try (script;
        Selector selector = ScriptedSelectors.open(script, "pipe", true)) {
      Registration before = selector.add(5, null);
      Registration after = selector.add(6, null);
      before.read(Interest.ONE_SHOT);
      after.read(Interest.ONE_SHOT);
      script
          .expectKevent()
          .returns(
              script.read(5), script.read(ScriptedSelectors.PIPE_READ).udata(0), script.read(6));
      script.expect("read", ScriptedSelectors.PIPE_READ).fails(Errno.EIO);
      assertThat(selector.select(events)).isEqualTo(2);
      assertThat(events.registration(0)).isSameAs(before);
      assertThat(events.registration(1)).isSameAs(after);
      assertThatThrownBy(() -> selector.select(events))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("EIO");
      script.expectKevent().returns(script.read(6));
      after.read(Interest.ONE_SHOT);
      assertThat(selector.select(events)).isEqualTo(1);
    }
  }

  @Test
  void closingWakesTheSleeperAndWaitsForIt() throws Exception {
    try (script) {
      Selector selector = ScriptedSelectors.open(script);
      CountDownLatch asleep = new CountDownLatch(1);
      CountDownLatch triggered = new CountDownLatch(1);
      script
          .expectKevent()
          .forEver()
          .runs(asleep::countDown)
          .blocksUntil(triggered)
          .returns(script.user(0));
      script.expectKevent().changes(trigger()).withoutSlots().runs(triggered::countDown);
      script.expect("close", ScriptedSelectors.KQUEUE);
      Thread closer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  asleep.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
                selector.close();
              });
      assertThat(selector.select(events)).isZero();
      closer.join(10_000);
      assertThat(closer.isAlive()).isFalse();
    }
  }

  @Test
  void closingWaitsForAThreadThatIsInsideTheKernel() throws Exception {
    try (script) {
      Selector selector = ScriptedSelectors.open(script);
      CountDownLatch inside = new CountDownLatch(1);
      CountDownLatch go = new CountDownLatch(1);
      AtomicBoolean left = new AtomicBoolean();
      script
          .expectKevent()
          .changes(script.read(FD).oneShot().udata(3))
          .runs(inside::countDown)
          .blocksUntil(go)
          .runs(() -> left.set(true));
      // Somebody is inside, so the loop is woken in any case.
      script.expectKevent().changes(trigger()).withoutSlots().runs(go::countDown);
      script
          .expect("close", ScriptedSelectors.KQUEUE)
          .where(call -> left.get() ? null : "somebody is still inside");
      Thread foreign =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  selector.registrator().register(FD, new Token(3), Interests.READABLE);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      inside.await();
      selector.close();
      foreign.join(10_000);
      assertThat(left).isTrue();
    }
  }
}
