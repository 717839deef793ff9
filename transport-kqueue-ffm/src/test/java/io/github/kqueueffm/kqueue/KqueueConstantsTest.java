package io.github.kqueueffm.kqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.ScriptedKernel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What the flags of an event say. */
@ParameterizedClass
@ValueSource(
    strings = {
      "linux-x86_64",
      "dragonfly-x86_64",
      "freebsd-x86_64",
      "openbsd-x86_64",
      "netbsd-x86_64",
      "macos-aarch64"
    })
class KqueueConstantsTest {
  @Parameter String platform;

  private KqueueConstants c;

  @BeforeEach
  void open() {
    try (ScriptedKernel script = ScriptedKernel.on(platform)) {
      c = new KqueueConstants(script.platform());
    }
  }

  @Test
  void endOfTheStreamIsNoFailedChange() {
    assertThat(c.isEof(c.eof | c.clear)).isTrue();
    assertThat(c.isEof(c.eof | c.error)).isFalse();
    assertThat(c.isEof(c.error)).isFalse();
    assertThat(c.isEof(c.clear)).isFalse();
  }

  @Test
  void failedChangeHasAnErrnoAndAReceiptHasNone() {
    assertThat(c.isError(c.error | c.oneshot, 9)).isTrue();
    assertThat(c.isError(c.error, 0)).isFalse();
    assertThat(c.isError(c.eof, 9)).isFalse();
    assertThat(c.isReceipt(c.error | c.oneshot, 0)).isTrue();
    assertThat(c.isReceipt(c.error, 9)).isFalse();
    assertThat(c.isReceipt(c.eof, 0)).isFalse();
  }

  @Test
  void lowWaterMarkInFflagsIsNoErrno() {
    assertThat(c.errnoOfEof(c.platform.get(Constant.NOTE_LOWAT))).isZero();
    assertThat(c.errnoOfEof(54)).isEqualTo(54);
    assertThat(c.errnoOfEof(0)).isZero();
  }

  @Test
  void filterHasItsName() {
    assertThat(c.filterName(c.read)).isEqualTo("EVFILT_READ");
    assertThat(c.filterName(c.write)).isEqualTo("EVFILT_WRITE");
    assertThat(c.filterName(c.timer)).isEqualTo("EVFILT_TIMER");
    assertThat(c.filterName(c.user)).isEqualTo("EVFILT_USER");
    assertThat(c.filterName(99)).isEqualTo("filter 99");
  }
}
