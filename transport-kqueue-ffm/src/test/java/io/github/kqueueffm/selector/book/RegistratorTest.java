package io.github.kqueueffm.selector.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.selector.ScriptedPollers;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;

class RegistratorTest {
  private static final int FD = 5;

  private final ScriptedKernel script = ScriptedKernel.on("macos-aarch64");

  @Test
  void registerArmsOneShotAtOnceWithTheTokenAsUdata() throws IOException {
    try (script;
        Selector selector = new Selector(ScriptedPollers.open(script))) {
      script.expectKevent().changes(script.read(FD).oneShot().udata(42)).withoutSlots();
      selector.registrator().register(FD, new Token(42), Interests.READABLE);
    }
  }

  @Test
  void registersForBothDirections() throws IOException {
    try (script;
        Selector selector = new Selector(ScriptedPollers.open(script))) {
      script.expectKevent().changes(script.read(FD).oneShot().udata(-1)).withoutSlots();
      script.expectKevent().changes(script.write(FD).oneShot().udata(-1)).withoutSlots();
      selector.registrator().register(FD, new Token(-1), Interests.READABLE.or(Interests.WRITABLE));
    }
  }

  @Test
  void registersBothOrNeither() throws IOException {
    try (script;
        Selector selector = new Selector(ScriptedPollers.open(script))) {
      script.expectKevent().changes(script.read(FD).oneShot());
      script.expectKevent().changes(script.write(FD).oneShot()).fails(Errno.EPIPE);
      script.expectKevent().changes(script.read(FD).delete());
      assertThatThrownBy(() ->
              selector
                  .registrator()
                  .register(FD, new Token(1), Interests.WRITABLE.or(Interests.READABLE)))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void registerFailsWithTheKernelsErrno() throws IOException {
    try (script;
        Selector selector = new Selector(ScriptedPollers.open(script))) {
      script.expectKevent().fails(Errno.EINVAL);
      assertThatThrownBy(
              () -> selector.registrator().register(FD, new Token(1), Interests.WRITABLE))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("register fd 5 for WRITABLE")
          .hasMessageContaining("EINVAL");
      script.expectKevent().fails(Errno.EBADF);
      assertThatThrownBy(
              () -> selector.registrator().register(FD, new Token(1), Interests.READABLE))
          .isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void registerFailsAfterCloseLoop() throws IOException {
    try (script;
        Selector selector = new Selector(ScriptedPollers.open(script));
        Events events = new Events(4)) {
      Registrator registrator = selector.registrator();
      assertThat(registrator.isClosed()).isFalse();
      registrator.closeLoop();
      assertThat(registrator.isClosed()).isTrue();
      assertThatThrownBy(() -> registrator.register(FD, new Token(1), Interests.READABLE))
          .isInstanceOf(InterruptedIOException.class)
          .hasMessage("Poll instance closed.");
      assertThatThrownBy(registrator::closeLoop)
          .isInstanceOf(InterruptedIOException.class)
          .hasMessage("Poll instance closed.");
      // No select waits any more.
      script.expectKevent().polls().times(2).returns();
      assertThat(selector.select(events)).isZero();
      assertThat(selector.select(events)).isZero();
    }
  }

  @Test
  void registerFailsAfterCloseOfTheSelector() throws IOException {
    try (script) {
      Selector selector = new Selector(ScriptedPollers.open(script));
      selector.close();
      assertThatThrownBy(
              () -> selector.registrator().register(FD, new Token(1), Interests.READABLE))
          .isInstanceOf(InterruptedIOException.class);
      selector.registrator().forget(FD);
    }
  }

  @Test
  void closeLoopEndsTheCurrentWait() throws IOException {
    try (script;
        Selector selector = new Selector(ScriptedPollers.open(script));
        Events events = new Events(4)) {
      script
          .expectKevent()
          .forEver()
          .runs(() -> {
            try {
              selector.registrator().closeLoop();
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          })
          .returns(script.user(0));
      script
          .expectKevent()
          .changes(script.user(0).fflags(script.platform().get(Constant.NOTE_TRIGGER)))
          .withoutSlots();
      assertThat(selector.select(events)).isZero();
    }
  }
}
