package io.github.kqueueffm.selector;

import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_CLEAR;
import static io.github.kqueueffm.abi.Constant.EV_ENABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Kevent;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Wakeups at every moment of a turn. */
class WakeupTest extends AbstractPollerTest {
  @Test
  void endsSleepAndIsNotCountedAsEvent() throws IOException {
    script.expectKevent().forEver().runs(poller::wakeup).returns(script.user(0));
    expectTrigger();
    assertThat(turn()).isZero();
    assertThat(events.size()).isZero();
  }

  @Test
  void costsOneCallPerSleep() throws IOException {
    script
        .expectKevent()
        .forEver()
        .runs(() -> {
          for (int i = 0; i < 100; i++) {
            poller.wakeup();
          }
        })
        .returns(script.user(0));
    expectTrigger();
    turn();
  }

  @Test
  void costsNoCallWhileTheLoopIsAwake() throws IOException {
    poller.wakeup();
    poller.wakeup();
    script.expectKevent().forEver().returns();
    assertThat(turn()).isZero();
  }

  @Test
  void maySleepSeesWorkFromBeforeTheSleepIsPublished() throws IOException {
    AtomicBoolean work = new AtomicBoolean(true);
    poller.wakeup();
    script.expectKevent().polls().returns();
    poller.select(events, -1, () -> !work.get());
  }

  @Test
  void workFromAfterTheSleepIsPublishedTriggersWakeup() throws IOException {
    expectTrigger();
    script.expectKevent().forEver().returns(script.user(0));
    poller.select(
        events,
        -1,
        () -> {
          poller.wakeup();
          return true;
        });
  }

  @Test
  void pollNeedsNoWakeup() throws IOException {
    script.expectKevent().polls().runs(poller::wakeup).returns();
    poller.select(events, 0, () -> true);
    script.expectKevent().polls().runs(poller::wakeup).returns();
    poller.select(events, -1, () -> false);
  }

  @Test
  void selectPollsAfterWakeup() throws IOException {
    poller.wakeup();
    script.expectKevent().polls().returns();
    assertThat(poller.select(events, -1, null)).isZero();
    script.expectKevent().forEver().runs(poller::wakeup).returns(script.user(0));
    expectTrigger();
    assertThat(poller.select(events, -1, null)).isZero();
  }

  @Test
  void userTokenZeroIsNotTheWakeup() throws IOException {
    script
        .expectKevent()
        .returns(
            script.read(0).udata(0),
            script.user(0),
            script.write(FD).udata(0),
            script.user(1).udata(0));
    assertThat(poller.select(events, -1, null)).isEqualTo(3);
    assertThat(events.isReadable(0)).isTrue();
    assertThat(events.isWritable(1)).isTrue();
    assertThat(events.ident(2)).isEqualTo(1);
    assertThat(events.registration(0)).isNull();
    for (int i = 0; i < 3; i++) {
      assertThat(events.token(i)).isZero();
    }
  }

  @Test
  void wakeupWithoutFreeSlotComesWithTheNextBatch() throws IOException {
    useSlots(4);
    script
        .expectKevent()
        .runs(poller::wakeup)
        .returns(
            script.read(1).udata(1),
            script.read(2).udata(2),
            script.read(3).udata(3),
            script.read(4).udata(4));
    expectTrigger();
    assertThat(turn()).isEqualTo(4);
    script.expectKevent().returns(script.user(0));
    assertThat(turn()).isZero();
  }

  @Test
  void failedTriggerThrowsAndIsTriedAgain() throws IOException {
    script
        .expectKevent()
        .runs(() -> {
          assertThatThrownBy(poller::wakeup)
              .isInstanceOf(UncheckedIOException.class)
              .hasMessageContaining("wakeup")
              .hasMessageContaining("ENOMEM");
          poller.wakeup();
        })
        .returns(script.user(0));
    script.expectKevent().changes(trigger()).fails(Errno.ENOMEM);
    expectTrigger();
    turn();
  }

  @Test
  void timerWakeupIsAddedEnabledAndCleared() throws IOException {
    openOn("macos-aarch64", "timer", true);
    script.expectKevent().forEver().runs(poller::wakeup).returns(script.timer(0).data(1));
    script
        .expectKevent()
        .changes(script.timer(0).flags(EV_ADD, EV_ENABLE, EV_CLEAR).udata(0))
        .withoutSlots();
    assertThat(poller.select(events, -1, null)).isZero();
    assertThat(poller.describe()).endsWith("wakeup timer");
    assertThat(poller.hasUserEvents()).isTrue();
  }

  @Test
  void pipeIsDrained() throws IOException {
    openOn("openbsd-x86_64", "pipe", true);
    Kevent readable = script.read(ScriptedPollers.PIPE_READ).data(1).udata(0);
    script.expectKevent().forEver().runs(poller::wakeup).returns(readable);
    script.expect("write", ScriptedPollers.PIPE_WRITE, ScriptedKernel.ANY, 1).answers(1);
    script.expect("read", ScriptedPollers.PIPE_READ).answers(1);
    assertThat(poller.select(events, -1, null)).isZero();
  }

  @Test
  void fullPipeAndStaleEventOfPipeAreIgnored() throws IOException {
    openOn("macos-aarch64", "pipe", true);
    Kevent readable = script.read(ScriptedPollers.PIPE_READ).data(1).udata(0);
    script.expectKevent().runs(poller::wakeup).returns(readable);
    script.expect("write", ScriptedPollers.PIPE_WRITE).fails(Errno.EINTR);
    script.expect("write", ScriptedPollers.PIPE_WRITE).fails(Errno.EAGAIN);
    script.expect("read", ScriptedPollers.PIPE_READ).fails(Errno.EAGAIN);
    assertThat(poller.select(events, -1, null)).isZero();
  }

  @Test
  void failedReadOfPipeFailsSelect() throws IOException {
    openOn("openbsd-x86_64", "pipe", true);
    script.expectKevent().returns(script.read(ScriptedPollers.PIPE_READ).udata(0));
    script.expect("read", ScriptedPollers.PIPE_READ).fails(Errno.EIO);
    assertThatThrownBy(() -> poller.select(events, -1, null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("EIO");
  }

  @Test
  void failedReadOfPipeFailsSelectAfterTheEventsOfItsBatch() throws IOException {
    openOn("openbsd-x86_64", "pipe", true);
    Registration before = poller.add(5, null);
    Registration after = poller.add(6, null);
    before.read(Interest.ONE_SHOT);
    after.read(Interest.ONE_SHOT);
    script
        .expectKevent()
        .returns(script.read(5), script.read(ScriptedPollers.PIPE_READ).udata(0), script.read(6));
    script.expect("read", ScriptedPollers.PIPE_READ).fails(Errno.EIO);
    assertThat(poller.select(events, -1, null)).isEqualTo(2);
    assertThat(events.registration(0)).isSameAs(before);
    assertThat(events.registration(1)).isSameAs(after);
    assertThatThrownBy(() -> poller.select(events, -1, null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("EIO");
    script.expectKevent().returns(script.read(6));
    after.read(Interest.ONE_SHOT);
    assertThat(poller.select(events, -1, null)).isEqualTo(1);
  }

  @Test
  void closeWakesSleepingThreadAndWaitsForIt() throws Exception {
    CountDownLatch asleep = new CountDownLatch(1);
    CountDownLatch triggered = new CountDownLatch(1);
    script
        .expectKevent()
        .forEver()
        .runs(asleep::countDown)
        .blocksUntil(triggered)
        .returns(script.user(0));
    script.expectKevent().changes(trigger()).withoutSlots().runs(triggered::countDown);
    script.expect("close", ScriptedPollers.KQUEUE);
    Thread closer =
        Thread.ofPlatform()
            .start(() -> {
              try {
                asleep.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              poller.close();
            });
    assertThat(poller.select(events, -1, null)).isZero();
    closer.join(10_000);
    assertThat(closer.isAlive()).isFalse();
  }

  @Test
  void closeWaitsForThreadInsideTheKernel() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    AtomicBoolean left = new AtomicBoolean();
    script
        .expectKevent()
        .changes(script.read(FD).oneShot().udata(3))
        .runs(inside::countDown)
        .blocksUntil(go)
        .runs(() -> left.set(true));
    // A thread is inside, so the loop is woken in any case.
    script.expectKevent().changes(trigger()).withoutSlots().runs(go::countDown);
    script
        .expect("close", ScriptedPollers.KQUEUE)
        .where(call -> left.get() ? null : "a thread is still inside");
    Thread foreign = Thread.ofPlatform().start(() -> poller.immediate().arm(FD, 3, true, false));
    inside.await();
    poller.close();
    foreign.join(10_000);
    assertThat(left).isTrue();
  }

  @Test
  void failedWriteToPipeFailsWakeup() throws IOException {
    openOn("openbsd-x86_64", "pipe", true);
    script
        .expectKevent()
        .runs(() ->
            assertThatThrownBy(poller::wakeup)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("EPIPE"))
        .returns();
    script.expect("write", ScriptedPollers.PIPE_WRITE).fails(Errno.EPIPE);
    poller.select(events, -1, null);
  }

  @Test
  void eintrOnReadOfPipeLeavesItsByteForTheNextTurn() throws IOException {
    openOn("openbsd-x86_64", "pipe", true);
    Kevent readable = script.read(ScriptedPollers.PIPE_READ).data(1).udata(0);
    script.expectKevent().returns(readable);
    script.expect("read", ScriptedPollers.PIPE_READ).fails(Errno.EINTR);
    assertThat(poller.select(events, -1, null)).isZero();
    script.expectKevent().returns(readable);
    script.expect("read", ScriptedPollers.PIPE_READ).answers(1);
    assertThat(poller.select(events, -1, null)).isZero();
  }

  @Test
  void wakeupAndPollDisturbSelectButTimeoutDoesNot() throws IOException {
    script.expectKevent().waits(1_000).returns();
    poller.select(events, 1_000, null);
    assertThat(poller.wasDisturbed()).isFalse();
    script.expectKevent().waits(1_000).runs(poller::wakeup).returns(script.user(0));
    expectTrigger();
    poller.select(events, 1_000, null);
    assertThat(poller.wasDisturbed()).isTrue();
    script.expectKevent().polls().returns();
    poller.select(events, 0, null);
    assertThat(poller.wasDisturbed()).isTrue();
  }

  @Test
  void selectDoesNotWaitAfterEndSleeps() throws IOException {
    poller.endSleeps();
    script.expectKevent().polls().times(4).returns();
    for (int i = 0; i < 2; i++) {
      poller.select(events, -1, null);
      turn();
    }
  }
}
