package io.github.kqueueffm.kqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.syscall.Kevent;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What a kernel's kevent is never asked for. */
@ParameterizedClass
@ValueSource(
    strings = {
      "dragonfly-x86_64",
      "freebsd-x86_64",
      "openbsd-x86_64",
      "netbsd-x86_64",
      "macos-aarch64"
    })
class KernelKqueueTest {
  private static final int ROOM = 4;
  private static final int MOST_BYTES = 128;

  @Parameter String platform;

  private final long memory = NativeMemory.allocate((long) ROOM * MOST_BYTES);
  private ScriptedKernel script;
  private Kqueue kqueue;

  @BeforeEach
  void open() throws IOException {
    script = ScriptedKernel.on(platform);
    script.expect("kqueue").answers(77);
    kqueue = Kqueues.open(script.kernel());
  }

  @AfterEach
  void close() {
    script.expect("close", 77);
    kqueue.close();
    script.close();
    NativeMemory.free(memory);
  }

  private void put(int index, Kevent change) {
    kqueue
        .layout()
        .put(
            memory + (long) index * kqueue.layout().size(),
            change.ident(),
            change.filter(),
            change.flags(),
            change.fflags(),
            change.data(),
            0);
  }

  /** DragonFly would write the answers of failing changes past the list. */
  @Test
  void roomForFewerAnswersThanChangesIsRefused() {
    put(0, script.read(5).oneShot());
    put(1, script.read(6).oneShot());
    assertThatThrownBy(() -> kqueue.kevent(memory, 2, memory, 1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 changes and room for 1 events");
    assertThat(script.calls("kevent")).isZero();
  }

  @Test
  void listWithoutRoomHasToBeNull() {
    put(0, script.read(5).oneShot());
    assertThatThrownBy(() -> kqueue.kevent(memory, 1, memory, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a null list");
    script.expectKevent().changes(script.read(5).oneShot()).withoutSlots();
    assertThat(kqueue.kevent(memory, 1, 0, 0, 0)).isZero();
  }

  @Test
  void isTheSystemsAndHasNoneOfTheLibrarysWays() {
    assertThat(kqueue.describe()).isEqualTo("kqueue of the system");
    assertThat(kqueue.changesAwaitWaits()).isFalse();
    assertThat(kqueue.sharesFilters()).isFalse();
  }

  @Test
  void roomForEachChangeIsEnough() {
    put(0, script.read(5).oneShot());
    put(1, script.read(6).oneShot());
    script
        .expectKevent()
        .changes(script.read(5).oneShot(), script.read(6).oneShot())
        .returns(script.read(5));
    assertThat(kqueue.kevent(memory, 2, memory, 2, 0)).isEqualTo(1);
  }
}
