package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Facts;
import io.github.kqueueffm.abi.Platform;
import java.util.HexFormat;
import java.util.List;

/** All platforms, and native memory as text, for tests. */
final class Platforms {
  static final List<Platform> ALL = Facts.platforms().stream().map(Platform::named).toList();

  private Platforms() {}

  static String hex(long memory, int length) {
    byte[] bytes = new byte[length];
    Memory.copy(memory, bytes, 0, length);
    return HexFormat.of().formatHex(bytes);
  }

  static void fill(long memory, int length) {
    for (int i = 0; i < length; i++) {
      Memory.putByte(memory + i, 0xaa);
    }
  }
}
