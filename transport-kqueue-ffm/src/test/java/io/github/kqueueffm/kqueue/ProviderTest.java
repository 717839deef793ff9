package io.github.kqueueffm.kqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every kqueue on this machine has to do: the embedded one, libkqueue where there is one, and
 * the kernel's on the systems that have it. After each test no native memory is left.
 */
@ParameterizedClass
@MethodSource("io.github.kqueueffm.kqueue.Provider#all")
abstract class ProviderTest {
  @Parameter Provider provider;

  KqueueFixture fixture;
  private long before;

  @BeforeEach
  void open() throws IOException {
    before = NativeMemory.live();
    fixture = provider.fixture();
  }

  @AfterEach
  void close() {
    fixture.close();
    assertThat(NativeMemory.live()).isEqualTo(before);
  }
}
