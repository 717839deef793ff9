package io.github.kqueueffm.syscall;

import static io.github.kqueueffm.abi.Constant.EV_ADD;
import static io.github.kqueueffm.abi.Constant.EV_ERROR;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import org.junit.jupiter.api.Test;

class ScriptedKernelTest {
  private final ScriptedKernel script = ScriptedKernel.on("macos-aarch64");
  private final Kernel kernel = script.kernel();

  @Test
  void answersInTheOrderOfTheScript() {
    script.expect("socket", 2, 1, 0).answers(5);
    script.expect("socket").fails(Errno.EMFILE);
    script.expect("dup", ScriptedKernel.ANY).times(2).answers(9);
    assertThat(kernel.socket(2, 1, 0)).isEqualTo(5);
    assertThat(kernel.socket(2, 2, 0)).isEqualTo(-script.platform().number(Errno.EMFILE));
    assertThat(kernel.dup(1)).isEqualTo(9);
    assertThat(kernel.dup(2)).isEqualTo(9);
    assertThat(script.calls("socket")).isEqualTo(2);
    assertThat(script.transcript())
        .containsExactly(
            "socket(2, 1, 0) -> 5", "socket(2, 2, 0) -> EMFILE", "dup(1) -> 9", "dup(2) -> 9");
    script.verify();
  }

  @Test
  void unexpectedCallFailsWithAllCallsEvenIfCaught() {
    script.expect("socket").answers(5);
    script.expect("bind", 5);
    kernel.socket(2, 1, 0);
    assertThatThrownBy(() -> kernel.listen(5, 128))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("unexpected listen(5, 128)")
        .hasMessageContaining("expected bind(5)")
        .hasMessageContaining("socket(2, 1, 0) -> 5");
    assertThatThrownBy(script::verify).hasMessageContaining("unexpected listen(5, 128)");
  }

  @Test
  void wrongArgumentIsNamed() {
    script.expect("listen", 5, 128);
    assertThatThrownBy(() -> kernel.listen(5, 64)).hasMessageContaining("argument 1 is not 128");
  }

  @Test
  void missingCallFailsAtTheEnd() {
    script.expect("close", 5);
    assertThatThrownBy(script::close)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("not called: [close(5)]");
  }

  @Test
  void allowedCallsComeAtAnyTime() {
    script.allow("close").answers(0);
    script.expect("close", 7).fails(Errno.EINTR);
    assertThat(kernel.close(6)).isZero();
    assertThat(kernel.close(7)).isEqualTo(-script.platform().number(Errno.EINTR));
    assertThat(kernel.close(7)).isZero();
    script.verify();
  }

  @Test
  void memoryIsWrittenAndChecked() {
    long memory = NativeMemory.allocate(8);
    try {
      script.expect("pipe").writesInts(0, 3, 4);
      script.expect("write").with(1, (byte) 3, (byte) 0).answers(2);
      script.expect("write").with(1, (byte) 9);
      assertThat(kernel.pipe(memory)).isZero();
      assertThat(Memory.getInt(memory + 4)).isEqualTo(4);
      assertThat(kernel.write(4, memory, 2)).isEqualTo(2);
      assertThatThrownBy(() -> kernel.write(4, memory, 1)).hasMessageContaining("03 and not to 09");
    } finally {
      NativeMemory.free(memory);
    }
  }

  @Test
  void eventsGetTheUdataOfTheirKnote() {
    KeventLayout layout = new KeventLayout(kernel.keventStruct());
    long memory = NativeMemory.allocate(2L * layout.size());
    try {
      Kevent add = script.read(5).flags(EV_ADD);
      add.udata(77).encode(layout, memory, 0);
      script
          .expectKevent()
          .changes(add)
          .forEver()
          .returns(script.read(5).data(3), script.write(5).udata(1));
      assertThat(kernel.kevent(9, memory, 1, memory, 2, 0)).isEqualTo(2);
      assertThat(layout.udata(memory)).isEqualTo(77);
      assertThat(layout.data(memory)).isEqualTo(3);
      assertThat(layout.udata(memory + layout.size())).isEqualTo(1);
      assertThat(script.transcript().get(0))
          .isEqualTo("kevent(9, [READ 5 ADD udata=0x4d], 2 slots, for ever) -> 2");
      script.verify();
    } finally {
      NativeMemory.free(memory);
    }
  }

  @Test
  void wrongChangeIsShown() {
    KeventLayout layout = new KeventLayout(kernel.keventStruct());
    long memory = NativeMemory.allocate(layout.size());
    try {
      script.read(5).delete().encode(layout, memory, 0);
      script.expectKevent().changes(script.read(5).oneShot());
      assertThatThrownBy(() -> kernel.kevent(9, memory, 1, 0, 0, 0))
          .hasMessageContaining("[READ 5 DELETE udata=0x0]")
          .hasMessageContaining("[READ 5 ADD|ENABLE|ONESHOT]");
    } finally {
      NativeMemory.free(memory);
    }
  }

  @Test
  void errorsHaveTheSystemsForm() {
    Kevent darwin = script.read(5).oneShot().error(Errno.EBADF);
    assertThat(darwin.flags() & script.platform().get(EV_ADD)).isNotZero();
    ScriptedKernel bsd = ScriptedKernel.on("netbsd-x86_64");
    Kevent exact = bsd.read(5).oneShot().error(Errno.EBADF);
    assertThat(exact.flags()).isEqualTo(bsd.platform().get(EV_ERROR));
    assertThat(exact.data()).isEqualTo(bsd.platform().number(Errno.EBADF));
  }

  @Test
  void questionsAboutTheKernelNeedNoScript() {
    assertThat(kernel.platform()).isSameAs(script.platform());
    assertThat(kernel.has(Call.KEVENT)).isTrue();
    assertThat(kernel.has(Call.ACCEPT4)).isFalse();
    script.without(Call.KEVENT);
    assertThat(kernel.has(Call.KEVENT)).isFalse();
    assertThat(kernel.forThread()).isSameAs(kernel);
    assertThatCode(kernel::release).doesNotThrowAnyException();
    assertThat(ScriptedKernel.on("netbsd-x86_64").kernel().keventStruct().size()).isEqualTo(72);
    assertThatThrownBy(() -> script.expect("fork")).hasMessageContaining("no method fork");
    script.verify();
  }
}
