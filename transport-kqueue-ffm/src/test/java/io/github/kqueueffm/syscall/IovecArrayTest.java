package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Platform;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class IovecArrayTest {
  private static final Platform LINUX = Platform.named("linux-x86_64");

  static List<Platform> platforms() {
    return Platforms.ALL;
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void entriesAreLaidOutAsStructIovec(Platform platform) {
    assertThat(platform.struct("iovec").size()).isEqualTo(16);
    assertThat(platform.struct("iovec").offset("iov_len")).isEqualTo(8);
    IovecArray array = new IovecArray(platform, 4);
    try {
      array.add(0x1111, 10);
      array.add(0x2222, 20);
      assertThat(array.count()).isEqualTo(2);
      assertThat(array.size()).isEqualTo(30);
      assertThat(Memory.getLong(array.address())).isEqualTo(0x1111);
      assertThat(Memory.getLong(array.address() + 8)).isEqualTo(10);
      assertThat(Memory.getLong(array.address() + 16)).isEqualTo(0x2222);
      assertThat(Memory.getLong(array.address() + 24)).isEqualTo(20);
    } finally {
      array.free();
    }
  }

  @Test
  void growsAndKeepsItsEntries() {
    IovecArray array = new IovecArray(LINUX, 1000);
    try {
      for (int i = 1; i <= 1000; i++) {
        assertThat(array.add(i, i)).isTrue();
      }
      assertThat(array.count()).isEqualTo(1000);
      assertThat(array.size()).isEqualTo(1000 * 1001 / 2);
      for (int i = 1; i <= 1000; i++) {
        assertThat(Memory.getLong(array.address() + (i - 1) * 16L)).isEqualTo(i);
      }
      assertThat(array.add(1, 1)).as("one more than the maximum").isFalse();
      assertThat(array.count()).isEqualTo(1000);
    } finally {
      array.free();
    }
  }

  @Test
  void neverHoldsMoreThanTheSystemTakes() {
    IovecArray array = new IovecArray(LINUX, Integer.MAX_VALUE);
    try {
      int added = 0;
      while (array.add(1, 1)) {
        added++;
      }
      assertThat(added).isEqualTo(1024);
    } finally {
      array.free();
    }
  }

  @Test
  void emptyPieceTakesNoEntry() {
    IovecArray array = new IovecArray(LINUX, 1);
    try {
      assertThat(array.add(1, 0)).isTrue();
      assertThat(array.count()).isZero();
      assertThat(array.add(1, 5)).isTrue();
      assertThat(array.add(1, 0)).as("even when it is full").isTrue();
      assertThat(array.size()).isEqualTo(5);
    } finally {
      array.free();
    }
  }

  @Test
  void isUsedAgainAndFreedOnce() {
    long before = NativeMemory.live();
    IovecArray array = new IovecArray(LINUX, 64);
    for (int i = 0; i < 40; i++) {
      array.add(1, 1);
    }
    array.clear();
    assertThat(array.count()).isZero();
    assertThat(array.size()).isZero();
    array.free();
    array.free();
    assertThat(NativeMemory.live()).isEqualTo(before);
    assertThatThrownBy(() -> new IovecArray(LINUX, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void freedArrayHasNoEntries() {
    IovecArray array = new IovecArray(LINUX, 4);
    array.add(1, 10);
    array.free();
    assertThat(array.count()).isZero();
    assertThat(array.size()).isZero();
    assertThat(array.address()).isZero();
    array.free();
  }
}
