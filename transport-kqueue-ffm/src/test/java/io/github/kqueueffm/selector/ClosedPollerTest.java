package io.github.kqueueffm.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Kevent;
import io.github.kqueueffm.syscall.NativeMemoryCheck;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A poller that is closed, or that could not be opened, leaves nothing behind. */
@ExtendWith(NativeMemoryCheck.class)
class ClosedPollerTest {
  private static final int MANY = 200;

  /** A kernel of which a poller with that wakeup opens a kqueue; what follows is not expected. */
  private static ScriptedKernel withKqueue(String platform, String wakeup) {
    ScriptedKernel script = ScriptedKernel.on(platform);
    ScriptedPollers.assume(script.kernel(), wakeup, true);
    script.expect("kqueue").answers(ScriptedPollers.KQUEUE);
    return script;
  }

  /** Expects that the poller cannot be opened, and closes its kqueue last. */
  private static AbstractThrowableAssert<?, ?> assertThatOpenFails(ScriptedKernel script) {
    script.expect("close", ScriptedPollers.KQUEUE);
    return assertThatThrownBy(
        () -> Poller.open(script.kernel(), null, ScriptedPollers::unexpected));
  }

  @ParameterizedTest
  @CsvSource({
    "macos-aarch64, timer, 1",
    "freebsd-x86_64, user, 1",
    "openbsd-x86_64, pipe, 3",
    "macos-aarch64, pipe, 3",
    "linux-x86_64, user, 1"
  })
  void closeClosesEveryDescriptorOnceAndFreesAllMemory(
      String platform, String wakeup, int descriptors) throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on(platform);
        Events events = new Events(4)) {
      Poller poller = ScriptedPollers.open(script, wakeup, true);
      int timer = script.timer(1).filter();
      Registration registration = poller.add(MANY, null);
      for (int i = 0; i < MANY; i++) {
        // More than the changelist has room for at first.
        registration.submit(timer, script.timer(1).delete().flags(), 0, 0);
        poller.add(i, null).read(Interest.ONE_SHOT);
      }
      script.allow("kevent");
      poller.select(events, 0, () -> true);
      poller.close();
      assertThat(registration.isValid()).isFalse();
      poller.close();
      assertThat(script.calls("close")).isEqualTo(descriptors);
    }
  }

  @ParameterizedTest
  @CsvSource({"true, pipe2", "false, pipe"})
  void failureToOpenPipeNamesTheCall(boolean atomic, String call) {
    try (ScriptedKernel script = withKqueue(atomic ? "freebsd-x86_64" : "macos-aarch64", "pipe")) {
      script.expect(call).fails(Errno.EMFILE);
      assertThatOpenFails(script)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(call + "(")
          .hasMessageContaining("EMFILE");
    }
  }

  @ParameterizedTest
  @CsvSource({"0, O_NONBLOCK", "1, FD_CLOEXEC"})
  void pipeThatCannotBeMadeNonBlockingIsClosed(int before, String what) {
    try (ScriptedKernel script = withKqueue("macos-aarch64", "pipe")) {
      script.expect("pipe").writesInts(0, ScriptedPollers.PIPE_READ, ScriptedPollers.PIPE_WRITE);
      for (int i = 0; i < before; i++) {
        script.expect("fcntl", ScriptedPollers.PIPE_READ);
      }
      script.expect("fcntl", ScriptedPollers.PIPE_READ).fails(Errno.EINVAL);
      script.expect("close", ScriptedPollers.PIPE_READ);
      script.expect("close", ScriptedPollers.PIPE_WRITE);
      assertThatOpenFails(script)
          .isInstanceOf(IOException.class)
          .hasMessageContaining(what)
          .hasMessageContaining("EINVAL");
    }
  }

  @Test
  void kqueueIsClosedIfNeitherUserEventNorPipeCanBeAdded() {
    try (ScriptedKernel script = withKqueue("openbsd-x86_64", "user")) {
      script.expectKevent().fails(Errno.ENOMEM);
      script.expect("pipe2").fails(Errno.EMFILE);
      assertThatOpenFails(script)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("EMFILE")
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    }
  }

  @Test
  void kqueueIsClosedIfTheWakeupFailsOtherwise() {
    try (ScriptedKernel script = withKqueue("freebsd-x86_64", "user")) {
      script
          .expectKevent()
          .runs(() -> {
            throw new IllegalStateException("for the test");
          });
      assertThatOpenFails(script).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void closedEventsAreRefused() throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64");
        Poller poller = ScriptedPollers.open(script)) {
      Events used = new Events(4);
      script.expectKevent().polls().returns(script.read(1).udata(1));
      assertThat(poller.select(used, 0, null)).isEqualTo(1);
      for (Events events : new Events[] {used, new Events(4)}) {
        events.close();
        events.close();
        assertThat(events.size()).isZero();
        assertThatThrownBy(() -> poller.select(events, 0, null))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("closed");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "macos-aarch64, kevent, openbsd-x86_64, kevent",
    "macos-aarch64, kevent, netbsd-x86_64, __kevent50",
    "netbsd-x86_64, __kevent50, netbsd-x86_64, __kevent100"
  })
  void eventsOfAnotherLayoutAreRefused(
      String platform, String symbol, String otherPlatform, String otherSymbol) throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on(platform).withKeventSymbol(symbol);
        ScriptedKernel otherScript =
            ScriptedKernel.on(otherPlatform).withKeventSymbol(otherSymbol);
        Poller one = ScriptedPollers.open(script);
        Poller other = ScriptedPollers.open(otherScript);
        Events events = new Events(4)) {
      script.expectKevent().polls().returns();
      one.select(events, 0, null);
      assertThatThrownBy(() -> other.select(events, 0, null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("laid out for " + platform + ", not for " + otherPlatform);
    }
  }

  @Test
  void closeOfTheKqueueThatFailsLeavesNoMemory() throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64")) {
      Poller poller = ScriptedPollers.open(script);
      script.expect("close", ScriptedPollers.KQUEUE).fails(Errno.EIO);
      assertThatThrownBy(poller::close).hasMessageContaining("EIO");
    }
  }

  /** libkqueue, where the pipe's knote has to be deleted. */
  @ParameterizedTest
  @CsvSource({"ENOENT, false", "ENOMEM, true"})
  void knoteOfPipeIsDeletedBeforePipeIsClosed(Errno answer, boolean fails) throws IOException {
    try (ScriptedKernel script = withKqueue("linux-x86_64", "pipe")) {
      Kevent read = script.read(ScriptedPollers.PIPE_READ);
      ScriptedPollers.expectPipe(script);
      script.expectKevent().changes(read.delete()).withoutSlots().fails(Errno.ENOENT);
      script.expectKevent().changes(read.flags(Constant.EV_ADD)).withoutSlots();
      Poller poller = Poller.open(script.kernel(), null, ScriptedPollers::unexpected);
      assertThat(poller.hasUserEvents()).isFalse();
      script.expectKevent().changes(read.delete()).withoutSlots().fails(answer);
      script
          .expectKevent()
          .changes(script.write(ScriptedPollers.PIPE_READ).delete())
          .fails(Errno.ENOENT);
      script.expect("close", ScriptedPollers.PIPE_READ);
      script.expect("close", ScriptedPollers.PIPE_WRITE);
      script.expect("close", ScriptedPollers.KQUEUE);
      if (fails) {
        assertThatThrownBy(poller::close).hasMessageContaining("ENOMEM");
      } else {
        poller.close();
      }
    }
  }
}
