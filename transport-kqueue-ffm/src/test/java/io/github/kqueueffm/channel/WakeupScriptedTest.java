package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.elsewhere;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How tasks from other threads reach the loop: by the spec's timer on macOS, EVFILT_USER or a pipe
 * elsewhere, with one system call per sleep at most (nng #575, netty/netty#9362).
 */
@ParameterizedClass
@EnumSource(Os.class)
class WakeupScriptedTest extends AbstractScriptedLoopTest {
  private final List<String> done = new ArrayList<>();

  WakeupScriptedTest(Os os) {
    super(os);
  }

  @Test
  @DisplayName("tasks that come during a sleep end it with one call, however many they are [A7]")
  void oneCallPerSleep_nng575() {
    useRealTime();
    loop.kevent()
        .forEver()
        .runs(() ->
            elsewhere(() -> {
              loop.eventLoop().execute(() -> done.add("first"));
              loop.eventLoop().execute(() -> done.add("second"));
              loop.eventLoop().wakeup();
            }))
        .returns(loop.wakeup());
    loop.expectWakeup();
    loop.expectWakeupTaken();
    loop.sleeps();
    assertThat(done).containsExactly("first", "second");

    loop.kevent()
        .forEver()
        .runs(() -> elsewhere(() -> loop.eventLoop().execute(() -> done.add("third"))))
        .returns(loop.wakeup());
    loop.expectWakeup();
    loop.expectWakeupTaken();
    loop.sleeps();
    assertThat(done).endsWith("third");
    loop.kevent().forEver().returns();
    loop.sleeps();
  }

  @Test
  @DisplayName("a task is queued and done though the call that wakes the loop fails")
  void failedWakeupFailsNoTask() {
    useRealTime();
    loop.kevent()
        .forEver()
        .runs(() ->
            elsewhere(() -> {
              loop.eventLoop().execute(() -> done.add("task"));
              done.add("queued");
            }))
        .returns();
    loop.expectWakeupCall().fails(Errno.ENOMEM);
    loop.sleeps();
    assertThat(done).containsExactly("queued", "task");
  }

  @Test
  @DisplayName("a wakeup is neither counted as I/O nor shown to a channel [A7]")
  void wakeupIsNotCountedAsIo() {
    useRealTime();
    loop.kevent().forEver().runs(() -> elsewhere(loop.eventLoop()::wakeup)).returns(loop.wakeup());
    loop.expectWakeup();
    loop.expectWakeupTaken();
    assertThat(loop.sleeps()).isZero();
  }

  @Test
  @DisplayName("an awake loop needs no call, and runs the task before it sleeps [A7]")
  void awakeLoopNeedsNoCall() {
    useRealTime();
    loop.eventLoop()
        .execute(() ->
            elsewhere(() -> {
              loop.eventLoop().execute(() -> done.add("work"));
              loop.eventLoop().wakeup();
            }));
    loop.kevent().polls().returns();
    loop.sleeps();
    assertThat(done).containsExactly("work");
  }

  @Test
  @DisplayName("the loop's own tasks make no call")
  void taskOfTheLoopItselfNeedsNoCall() {
    useRealTime();
    loop.eventLoop().execute(() -> loop.eventLoop().execute(() -> done.add("inner")));
    loop.eventLoop().wakeup();
    loop.kevent().polls().returns();
    loop.sleeps();
    assertThat(done).containsExactly("inner");
  }

  /** Does something when the loop has looked for work for that time, and found none. */
  private void afterLook(int number, Runnable action) {
    int[] looks = {0};
    loop.afterLook(() -> {
      if (++looks[0] == number) {
        elsewhere(action);
      }
    });
  }

  @Test
  @DisplayName("work that comes after the last look ends the sleep, though not yet begun [A8]")
  void taskAfterTheLastCheckEndsTheSleep() {
    useRealTime();
    afterLook(2, () -> loop.eventLoop().execute(() -> done.add("late")));
    loop.expectWakeup();
    loop.kevent().forEver().returns(loop.wakeup());
    loop.expectWakeupTaken();
    loop.sleeps();
    assertThat(done).containsExactly("late");
    loop.kevent().forEver().returns();
    loop.sleeps();
  }

  @Test
  @DisplayName("work that comes before the sleep is announced is seen by the second look [A8]")
  void taskBeforeTheSleepIsSeenByTheLastCheck() {
    useRealTime();
    afterLook(1, () -> loop.eventLoop().execute(() -> done.add("between")));
    loop.kevent().polls().returns();
    loop.sleeps();
    assertThat(done).containsExactly("between");
  }

  @Test
  @DisplayName("a task that comes before the first look costs no call at all")
  void taskBeforeTheFirstCheckNeedsNoCall() {
    useRealTime();
    elsewhere(() -> loop.eventLoop().execute(() -> done.add("early")));
    loop.kevent().polls().returns();
    loop.sleeps();
    assertThat(done).containsExactly("early");
  }
}
