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
class EventLoopScriptedTest extends AbstractScriptedLoopTest {
  private static final int OTHER = 12;

  private final List<Recorder> children = new ArrayList<>();

  EventLoopScriptedTest(Os os) {
    super(os);
  }

  private Recorder child() {
    Recorder child = new Recorder();
    children.add(child);
    return child;
  }

  /** A server with two children, of which all three are armed. */
  private void twoChildren() {
    loop.listen(this::child);
    loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(SERVER).data(2));
    loop.tcp().accept(SERVER, CHILD, THERE, THEIR_PORT);
    loop.tcp().accept(SERVER, OTHER, THERE, THEIR_PORT);
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(OTHER).oneShot(), loop.read(SERVER).oneShot())
        .returns();
    loop.turn();
  }

  @Test
  @DisplayName("changes and the wait are one call, and arming again is none of its own")
  void turnMakesOneKeventCall() {
    useRealTime();
    Recorder child = new Recorder().echo();
    loop.accepted(child);
    int before = loop.script().calls("kevent");
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .forEver()
        .returns(loop.read(CHILD).data(2));
    loop.tcp().recv(CHILD, "hi");
    loop.tcp().send(CHILD, "hi");
    loop.sleeps();
    for (int i = 0; i < 3; i++) {
      loop.kevent(loop.read(CHILD).oneShot()).forEver().returns(loop.read(CHILD).data(2));
      loop.tcp().recv(CHILD, "hi");
      loop.tcp().send(CHILD, "hi");
      loop.sleeps();
    }
    assertThat(loop.script().calls("kevent") - before).isEqualTo(4);
  }

  @Test
  @DisplayName(
      "a channel that got a closed one's number within a batch gets none of its events [A1]")
  void numberReusedWithinBatchIsAnotherChannel_netty9113() {
    twoChildren();
    children.get(1).onRead(() -> children.get(0).channel().close());
    loop.kevent()
        .returns(loop.read(OTHER).data(4), loop.read(SERVER).data(1), loop.read(CHILD).data(9));
    loop.tcp().recv(OTHER, "kill");
    loop.tcp().close(CHILD);
    loop.tcp().accept(SERVER, CHILD, THERE, THEIR_PORT);
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    assertThat(children.get(0).log()).containsExactly("active", "inactive");
    assertThat(children.get(2).log()).containsExactly("active");

    loop.kevent(loop.read(OTHER).oneShot(), loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).data(3));
    loop.tcp().recv(CHILD, "new");
    loop.turn();
    assertThat(children.get(2).log()).containsExactly("read new", "complete");
  }

  @Test
  @DisplayName("an event of a registration that is gone is dropped, also a batch later [A1]")
  void lateEventsOfAClosedChannelAreDropped_netty16439() {
    twoChildren();
    loop.tcp().close(CHILD);
    children.get(0).channel().close();
    loop.tasks();
    loop.kevent().returns(loop.read(CHILD).data(9), loop.write(CHILD).udata(0x1_0000_0001L));
    assertThat(loop.turn()).isZero();
    assertThat(children.get(0).log()).containsExactly("active", "inactive");
  }

  @Test
  @DisplayName("events for unknown ids are dropped, and not counted [A1]")
  void unknownIdsAreDropped() {
    twoChildren();
    loop.kevent()
        .returns(
            loop.read(CHILD).udata(0x4711),
            loop.read(77).udata(-1),
            loop.read(77).udata(0x1_0000_0001L),
            loop.read(OTHER).data(2));
    loop.tcp().recv(OTHER, "ok");
    assertThat(loop.turn()).isEqualTo(1);
    assertThat(children.get(1).log()).contains("read ok");
  }

  @Test
  @DisplayName("EINTR: the changes were applied, and are not sent again [A6]")
  void eintrDoesNotSendChangesAgain_netty9013() {
    loop.listen(this::child);
    loop.kevent(loop.read(SERVER).oneShot()).fails(Errno.EINTR);
    assertThat(loop.turn()).isZero();
    loop.kevent().fails(Errno.EINTR);
    loop.turn();
    loop.kevent().returns(loop.read(SERVER).data(1));
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    loop.kevent(loop.read(SERVER).oneShot()).returns();
    loop.turn();
  }

  @Test
  @DisplayName("a failed kevent is retried after a pause, with its changes")
  void failedKeventIsRetriedWithItsChanges() {
    loop.listen(this::child);
    loop.kevent(loop.read(SERVER).oneShot()).fails(Errno.ENOMEM);
    assertThat(turnRests()).isTrue();
    assertThat(Thread.interrupted()).as("the flag of what ended the rest").isTrue();
    loop.kevent(loop.read(SERVER).oneShot()).returns();
    loop.turn();
  }

  @Test
  @DisplayName("a flag that a user's thread had before the failure does not take the rest away")
  void failedKeventRestsOnInterruptedThread() {
    loop.listen(this::child);
    loop.kevent(loop.read(SERVER).oneShot()).fails(Errno.ENOMEM);
    Thread.currentThread().interrupt();
    assertThat(turnRests()).isTrue();
    assertThat(Thread.interrupted()).as("the user's flag").isTrue();
  }

  /** Whether the loop sleeps in that turn; an interrupt ends the sleep as soon as it is seen. */
  private boolean turnRests() {
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
    loop.turn();
    over.set(true);
    return seen.join();
  }

  @Test
  @DisplayName("more changes than slots for events go out in parts, of which only the last waits")
  void fullChangelistIsSentInParts() {
    limitEvents(4);
    loop.listen(this::child);
    loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(SERVER).data(2));
    loop.tcp().accept(SERVER, CHILD, THERE, THEIR_PORT);
    loop.tcp().accept(SERVER, OTHER, THERE, THEIR_PORT);
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    loop.kevent(loop.read(CHILD).oneShot()).polls().returns();
    loop.kevent(loop.read(OTHER).oneShot()).polls().returns();
    loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(OTHER).data(2));
    loop.tcp().recv(OTHER, "hi");
    loop.turn();
    assertThat(children.get(1).log()).contains("read hi");
  }

  @Test
  @DisplayName("a task in the far future does not make a time-out that kevent refuses [A5]")
  void timeoutsAreClamped_netty13503() {
    byte[] day = Os.timespec(86_399, 999_999_999);
    useRealTime();
    loop.eventLoop().schedule(() -> {}, Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    loop.eventLoop().schedule(() -> {}, 20_000, TimeUnit.DAYS);
    loop.kevent().where(call -> Arrays.equals(call.bytes(5, 16), day) ? null : "it is not a day");
    loop.sleeps();
  }

  @Test
  @DisplayName("a wait ends when the next task is due, to the nanosecond and not below 0 [A5]")
  void timeoutsAreThoseOfTheNextTask() {
    useRealTime();
    loop.eventLoop().schedule(() -> {}, 1, TimeUnit.HOURS);
    long hour = TimeUnit.HOURS.toNanos(1);
    loop.kevent()
        .where(call ->
            call.timeout() <= hour && call.timeout() > hour - 60_000_000_000L
                ? null
                : "it waits " + call.timeout() + " ns");
    loop.sleeps();
    boolean[] done = {false};
    loop.eventLoop().schedule(() -> done[0] = true, -1, TimeUnit.SECONDS);
    loop.kevent().polls();
    loop.sleeps();
    assertThat(done[0]).isTrue();
  }
}
