package io.github.kqueueffm.selector;

import static io.github.kqueueffm.selector.Interest.NONE;
import static io.github.kqueueffm.selector.Interest.ONE_SHOT;
import static io.github.kqueueffm.selector.Interest.PEER_CLOSE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Kevent;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A poller on libkqueue: both filters of a descriptor share a registration, a change by another
 * thread may await the end of a wait, and knotes outlive their descriptor.
 */
class LibkqueuePollerTest {
  private static final int FD = 5;

  private final ScriptedKernel script = ScriptedKernel.on("linux-x86_64");
  private final Events events = new Events(16);
  private Poller poller;

  @BeforeEach
  void open() throws IOException {
    poller = ScriptedPollers.open(script);
  }

  @AfterEach
  void close() {
    poller.close();
    script.close();
    events.close();
  }

  /** The library is given a deletion before each addition. */
  private void expectAdd(Kevent add, Kevent delete) {
    script.expectKevent().changes(delete).withoutSlots().fails(Errno.ENOENT);
    script.expectKevent().changes(add).withoutSlots();
  }

  private void expectSentinel() {
    expectAdd(script.read(FD).sentinel(), script.read(FD).delete());
  }

  private void expectSentinelAnew() {
    script.expectKevent().changes(script.read(FD).delete()).withoutSlots();
    expectSentinel();
  }

  private void expectWritable() {
    expectAdd(script.write(FD).oneShot(), script.write(FD).delete());
  }

  private int turn(Kevent... answers) throws IOException {
    script.expectKevent().changes().forEver().returns(answers);
    return poller.select(events, -1, () -> true);
  }

  @Test
  void peerCloseIsArmedAgainWhenTheWriteFilterHasReplacedIt() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(PEER_CLOSE);
    expectSentinel();
    turn();

    registration.write(ONE_SHOT);
    expectWritable();
    expectSentinelAnew();
    assertThat(turn(script.write(FD))).isEqualTo(1);

    expectSentinelAnew();
    turn();
    turn();
  }

  @Test
  void writeFilterDoesNotReplaceReadOneShot() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(ONE_SHOT);
    expectAdd(script.read(FD).oneShot(), script.read(FD).delete());
    turn();

    registration.write(ONE_SHOT);
    expectWritable();
    assertThat(turn(script.write(FD))).isEqualTo(1);
    turn();
  }

  @Test
  void readEventReplacesNothing() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(PEER_CLOSE);
    expectSentinel();
    assertThat(turn(script.read(FD).eof())).isEqualTo(1);
    turn();
  }

  @Test
  void forgottenDescriptorHasNoKnoteLeft() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(PEER_CLOSE);
    expectSentinel();
    turn();
    expectForget();
    registration.forget();
  }

  @Test
  void renewedDescriptorHasNoKnoteLeft() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(PEER_CLOSE);
    expectSentinel();
    turn();
    script.expectKevent().changes(script.read(FD).delete()).withoutSlots();
    expectForget();
    registration.renew();
    expectSentinel();
    turn();
  }

  @Test
  void interestThatIsTakenBackSendsNoChange() throws IOException {
    Registration registration = poller.add(FD, null);
    registration.read(PEER_CLOSE);
    expectSentinel();
    turn();
    registration.write(ONE_SHOT);
    registration.write(NONE);
    turn();
  }

  private void expectForget() {
    script.expectKevent().changes(script.read(FD).delete()).withoutSlots();
    script.expectKevent().changes(script.write(FD).delete()).withoutSlots().fails(Errno.ENOENT);
  }

  @Test
  void loopDoesNotWaitWhileAnotherThreadsChangeIsUnderWay() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch polled = new CountDownLatch(1);
    Kevent trigger = script.user(0).fflags(script.platform().get(Constant.NOTE_TRIGGER));
    script.expectKevent().changes(trigger).withoutSlots();
    script
        .expectKevent()
        .changes(script.read(FD).delete())
        .runs(inside::countDown)
        .blocksUntil(polled)
        .fails(Errno.ENOENT);
    script.expectKevent().polls().runs(polled::countDown).returns();
    script.expectKevent().changes(script.read(FD).oneShot().udata(9)).withoutSlots();
    Thread[] other = {null};
    poller.select(
        events,
        -1,
        () -> {
          other[0] = Thread.ofPlatform().start(() -> poller.immediate().arm(FD, 9, true, false));
          await(inside);
          return true;
        });
    other[0].join(10_000);
    assertThat(other[0].isAlive()).isFalse();
    turn();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void closedKqueueIsNotChanged() {
    poller.close();
    assertThat(poller.immediate().arm(FD, 9, true, true)).isEqualTo(ImmediateChanges.CLOSED);
    poller.immediate().forget(FD);
    poller.immediate().delete(FD, ImmediateChanges.READ | ImmediateChanges.WRITE, true);
    assertThat(script.calls("kevent")).isEqualTo(1);
  }
}
