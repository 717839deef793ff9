package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.channel.ScriptedLoop.THEIR_PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The turns of the loop on every system: one kevent call each, and whom its events reach. */
@ParameterizedClass
@EnumSource(Os.class)
class LoopStoryTest {
  private static final int OTHER = 12;

  private final Os os;
  private final List<Recorder> children = new ArrayList<>();

  LoopStoryTest(Os os) {
    this.os = os;
  }

  private Recorder child() {
    Recorder child = new Recorder();
    children.add(child);
    return child;
  }

  /** A server with two children, of which all three are armed. */
  private void twoChildren(ScriptedLoop story) {
    story.listen(this::child);
    story.kevent(story.read(SERVER).oneShot()).returns(story.read(SERVER).data(2));
    story.tcp().accept(SERVER, CHILD, THERE, THEIR_PORT);
    story.tcp().accept(SERVER, OTHER, THERE, THEIR_PORT);
    story.tcp().nothingToAccept(SERVER);
    story.turn();
    story
        .kevent(
            story.read(CHILD).oneShot(), story.read(OTHER).oneShot(), story.read(SERVER).oneShot())
        .returns();
    story.turn();
  }

  @Test
  @DisplayName("changes and the wait are one call, and arming again is none of its own")
  void aTurnIsOneKevent() {
    try (ScriptedLoop story = ScriptedLoop.inRealTime(os)) {
      Recorder child = new Recorder().echo();
      story.accepted(child);
      int before = story.script().calls("kevent");
      story
          .kevent(story.read(CHILD).oneShot(), story.read(SERVER).oneShot())
          .forEver()
          .returns(story.read(CHILD).data(2));
      story.tcp().recv(CHILD, "hi");
      story.tcp().send(CHILD, "hi");
      story.sleeps();
      for (int i = 0; i < 3; i++) {
        story.kevent(story.read(CHILD).oneShot()).forEver().returns(story.read(CHILD).data(2));
        story.tcp().recv(CHILD, "hi");
        story.tcp().send(CHILD, "hi");
        story.sleeps();
      }
      assertThat(story.script().calls("kevent") - before).isEqualTo(4);
    }
  }

  @Test
  @DisplayName(
      "a channel that got a closed one's number within a batch gets none of its events [A1]")
  void aNumberUsedAgainWithinABatchIsAnotherChannel_netty9113() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      twoChildren(story);
      children.get(1).onRead(() -> children.get(0).channel().close());
      story
          .kevent()
          .returns(
              story.read(OTHER).data(4), story.read(SERVER).data(1), story.read(CHILD).data(9));
      story.tcp().recv(OTHER, "kill");
      story.tcp().close(CHILD);
      story.tcp().accept(SERVER, CHILD, THERE, THEIR_PORT);
      story.tcp().nothingToAccept(SERVER);
      story.turn();
      assertThat(children.get(0).log()).containsExactly("active", "inactive");
      assertThat(children.get(2).log()).containsExactly("active");

      story
          .kevent(
              story.read(OTHER).oneShot(),
              story.read(CHILD).oneShot(),
              story.read(SERVER).oneShot())
          .returns(story.read(CHILD).data(3));
      story.tcp().recv(CHILD, "new");
      story.turn();
      assertThat(children.get(2).log()).containsExactly("read new", "complete");
    }
  }

  @Test
  @DisplayName("an event of a registration that is gone is dropped, also a batch later [A1]")
  void lateEventsOfAClosedChannelAreDropped_netty16439() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      twoChildren(story);
      story.tcp().close(CHILD);
      children.get(0).channel().close();
      story.tasks();
      story.kevent().returns(story.read(CHILD).data(9), story.write(CHILD).udata(0x1_0000_0001L));
      assertThat(story.turn()).isZero();
      assertThat(children.get(0).log()).containsExactly("active", "inactive");
    }
  }

  @Test
  @DisplayName("events for ids that nobody has are dropped, and not counted [A1]")
  void unknownIdsAreDropped() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      twoChildren(story);
      story
          .kevent()
          .returns(
              story.read(CHILD).udata(0x4711),
              story.read(77).udata(-1),
              story.read(77).udata(0x1_0000_0001L),
              story.read(OTHER).data(2));
      story.tcp().recv(OTHER, "ok");
      assertThat(story.turn()).isEqualTo(1);
      assertThat(children.get(1).log()).contains("read ok");
    }
  }

  @Test
  @DisplayName("EINTR: the changes were applied, and are not sent again [A6]")
  void aSignalLosesAndRepeatsNothing_netty9013() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.listen(this::child);
      story.kevent(story.read(SERVER).oneShot()).fails(Errno.EINTR);
      assertThat(story.turn()).isZero();
      story.kevent().fails(Errno.EINTR);
      story.turn();
      story.kevent().returns(story.read(SERVER).data(1));
      story.tcp().nothingToAccept(SERVER);
      story.turn();
      story.kevent(story.read(SERVER).oneShot()).returns();
      story.turn();
    }
  }

  @Test
  @DisplayName("a kevent that fails is tried again after a rest, with its changes, without a spin")
  void aFailingKeventLosesNothing() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.listen(this::child);
      story.kevent(story.read(SERVER).oneShot()).fails(Errno.ENOMEM);
      assertThat(turnRests(story)).isTrue();
      assertThat(Thread.interrupted()).as("the flag of what ended the rest").isTrue();
      story.kevent(story.read(SERVER).oneShot()).returns();
      story.turn();
    }
  }

  @Test
  @DisplayName("a flag that a user's thread had before the failure does not take the rest away")
  void aFailingKeventRestsOnAThreadThatWasInterrupted() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      story.listen(this::child);
      story.kevent(story.read(SERVER).oneShot()).fails(Errno.ENOMEM);
      Thread.currentThread().interrupt();
      assertThat(turnRests(story)).isTrue();
      assertThat(Thread.interrupted()).as("the user's flag").isTrue();
    }
  }

  /** Whether the loop sleeps in that turn; an interrupt ends the sleep as soon as it is seen. */
  private static boolean turnRests(ScriptedLoop story) {
    Thread driver = Thread.currentThread();
    AtomicBoolean over = new AtomicBoolean();
    CompletableFuture<Boolean> seen =
        CompletableFuture.supplyAsync(() -> {
          while (!over.get()) {
            if (driver.getState() == Thread.State.TIMED_WAITING) {
              driver.interrupt();
              return true;
            }
            Thread.onSpinWait();
          }
          return false;
        });
    story.turn();
    over.set(true);
    return seen.join();
  }

  @Test
  @DisplayName("more changes than slots for events go out in parts, of which only the last waits")
  void theChangelistCanBeFull() {
    try (ScriptedLoop story = ScriptedLoop.on(os, 4)) {
      story.listen(this::child);
      story.kevent(story.read(SERVER).oneShot()).returns(story.read(SERVER).data(2));
      story.tcp().accept(SERVER, CHILD, THERE, THEIR_PORT);
      story.tcp().accept(SERVER, OTHER, THERE, THEIR_PORT);
      story.tcp().nothingToAccept(SERVER);
      story.turn();
      story.kevent(story.read(CHILD).oneShot()).polls().returns();
      story.kevent(story.read(OTHER).oneShot()).polls().returns();
      story.kevent(story.read(SERVER).oneShot()).returns(story.read(OTHER).data(2));
      story.tcp().recv(OTHER, "hi");
      story.turn();
      assertThat(children.get(1).log()).contains("read hi");
    }
  }

  @Test
  @DisplayName("a task in the far future does not make a time-out that kevent refuses [A5]")
  void timeoutsAreClamped_netty13503() {
    byte[] day = Os.timespec(86_399, 999_999_999);
    try (ScriptedLoop story = ScriptedLoop.inRealTime(os)) {
      story.loop().schedule(() -> {}, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
      story.loop().schedule(() -> {}, 20_000, TimeUnit.DAYS);
      story
          .kevent()
          .where(call -> Arrays.equals(call.bytes(5, 16), day) ? null : "it is not a day");
      story.sleeps();
    }
  }

  @Test
  @DisplayName("a wait ends when the next task is due, to the nanosecond and not below 0 [A5]")
  void timeoutsAreThoseOfTheNextTask() {
    try (ScriptedLoop story = ScriptedLoop.inRealTime(os)) {
      story.loop().schedule(() -> {}, 1, TimeUnit.HOURS);
      long hour = TimeUnit.HOURS.toNanos(1);
      story
          .kevent()
          .where(call ->
              call.timeout() <= hour && call.timeout() > hour - 60_000_000_000L
                  ? null
                  : "it waits " + call.timeout() + " ns");
      story.sleeps();
      boolean[] done = {false};
      story.loop().schedule(() -> done[0] = true, -1, TimeUnit.SECONDS);
      story.kevent().polls();
      story.sleeps();
      assertThat(done[0]).isTrue();
    }
  }
}
