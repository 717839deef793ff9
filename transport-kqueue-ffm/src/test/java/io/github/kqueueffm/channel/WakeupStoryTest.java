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
class WakeupStoryTest {
  private final Os os;
  private final List<String> done = new ArrayList<>();

  WakeupStoryTest(Os os) {
    this.os = os;
  }

  @Test
  @DisplayName("tasks that come during a sleep end it with one call, however many they are [A7]")
  void oneCallPerSleep_nng575() {
    try (ScriptedLoop story = ScriptedLoop.inRealTime(os)) {
      story
          .kevent()
          .forEver()
          .runs(() ->
              elsewhere(() -> {
                story.loop().execute(() -> done.add("first"));
                story.loop().execute(() -> done.add("second"));
                story.loop().wakeup();
              }))
          .returns(story.wakeup());
      story.expectWakeup();
      story.expectWakeupTaken();
      story.sleeps();
      assertThat(done).containsExactly("first", "second");

      story
          .kevent()
          .forEver()
          .runs(() -> elsewhere(() -> story.loop().execute(() -> done.add("third"))))
          .returns(story.wakeup());
      story.expectWakeup();
      story.expectWakeupTaken();
      story.sleeps();
      assertThat(done).endsWith("third");
      story.kevent().forEver().returns();
      story.sleeps();
    }
  }

  @Test
  @DisplayName("a task is queued and done though the call that wakes the loop fails")
  void failingWakeupFailsNoTask() {
    try (ScriptedLoop story = ScriptedLoop.inRealTime(os)) {
      story
          .kevent()
          .forEver()
          .runs(() ->
              elsewhere(() -> {
                story.loop().execute(() -> done.add("task"));
                done.add("queued");
              }))
          .returns();
      story.expectWakeupCall().fails(Errno.ENOMEM);
      story.sleeps();
      assertThat(done).containsExactly("queued", "task");
    }
  }

  @Test
  @DisplayName("a wakeup is neither counted as I/O nor shown to a channel [A7]")
  void isNoEvent() {
    try (ScriptedLoop story = ScriptedLoop.inRealTime(os)) {
      story.kevent().forEver().runs(() -> elsewhere(story.loop()::wakeup)).returns(story.wakeup());
      story.expectWakeup();
      story.expectWakeupTaken();
      assertThat(story.sleeps()).isZero();
    }
  }

  @Test
  @DisplayName("while the loop is awake nobody makes a call, and the work is not slept over [A7]")
  void noCallWhileAwake() {
    try (ScriptedLoop story = ScriptedLoop.inRealTime(os)) {
      story
          .loop()
          .execute(() ->
              elsewhere(() -> {
                story.loop().execute(() -> done.add("work"));
                story.loop().wakeup();
              }));
      story.kevent().polls().returns();
      story.sleeps();
      assertThat(done).containsExactly("work");
    }
  }

  @Test
  @DisplayName("the loop's own tasks make no call")
  void noCallFromTheLoopItself() {
    try (ScriptedLoop story = ScriptedLoop.inRealTime(os)) {
      story.loop().execute(() -> story.loop().execute(() -> done.add("inner")));
      story.loop().wakeup();
      story.kevent().polls().returns();
      story.sleeps();
      assertThat(done).containsExactly("inner");
    }
  }

  /** Does something when the loop has looked for work for that time, and found none. */
  private static void afterLook(ScriptedLoop story, int number, Runnable action) {
    int[] looks = {0};
    story.afterLook(() -> {
      if (++looks[0] == number) {
        elsewhere(action);
      }
    });
  }

  @Test
  @DisplayName("work that comes after the last look ends the sleep, though not yet begun [A8]")
  void workAfterTheLastLook() {
    try (ScriptedLoop story = ScriptedLoop.inRealTime(os)) {
      afterLook(story, 2, () -> story.loop().execute(() -> done.add("late")));
      story.expectWakeup();
      story.kevent().forEver().returns(story.wakeup());
      story.expectWakeupTaken();
      story.sleeps();
      assertThat(done).containsExactly("late");
      story.kevent().forEver().returns();
      story.sleeps();
    }
  }

  @Test
  @DisplayName("work that comes before the sleep is announced is seen by the second look [A8]")
  void workBeforeTheLastLook() {
    try (ScriptedLoop story = ScriptedLoop.inRealTime(os)) {
      afterLook(story, 1, () -> story.loop().execute(() -> done.add("between")));
      story.kevent().polls().returns();
      story.sleeps();
      assertThat(done).containsExactly("between");
    }
  }

  @Test
  @DisplayName("a task that comes before the first look costs no call at all")
  void seesEarlierWork() {
    try (ScriptedLoop story = ScriptedLoop.inRealTime(os)) {
      elsewhere(() -> story.loop().execute(() -> done.add("early")));
      story.kevent().polls().returns();
      story.sleeps();
      assertThat(done).containsExactly("early");
    }
  }
}
