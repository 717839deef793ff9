package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MsghdrTest {
  private static final int ROOM = 128;

  static List<Platform> platforms() {
    return Platforms.ALL;
  }

  private static long field(long memory, Struct struct, String field) {
    return Memory.getUnsigned(memory + struct.offset(field), struct.width(field));
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void everyFieldIsWhereTheSystemReadsIt(Platform platform) {
    Struct msghdr = platform.struct("msghdr");
    Msghdr header = new Msghdr(platform);
    long memory = NativeMemory.allocate(ROOM);
    try {
      Platforms.fill(memory, ROOM);
      header.put(memory, 0x1111, 16, 0x2222, 3, 0x3333, 24);
      assertThat(header.size()).isEqualTo(msghdr.size());
      assertThat(field(memory, msghdr, "msg_name")).isEqualTo(0x1111);
      assertThat(field(memory, msghdr, "msg_namelen")).isEqualTo(16);
      assertThat(field(memory, msghdr, "msg_iov")).isEqualTo(0x2222);
      assertThat(field(memory, msghdr, "msg_iovlen")).isEqualTo(3);
      assertThat(field(memory, msghdr, "msg_control")).isEqualTo(0x3333);
      assertThat(field(memory, msghdr, "msg_controllen")).isEqualTo(24);
      assertThat(field(memory, msghdr, "msg_flags")).isZero();
    } finally {
      NativeMemory.free(memory);
    }
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void whatTheSystemWroteIsRead(Platform platform) {
    Struct msghdr = platform.struct("msghdr");
    Msghdr header = new Msghdr(platform);
    long memory = NativeMemory.allocate(ROOM);
    try {
      Platforms.fill(memory, ROOM);
      Memory.putInt(memory + msghdr.offset("msg_namelen"), 28);
      int width = msghdr.width("msg_controllen");
      Memory.put(memory + msghdr.offset("msg_controllen"), width, 40);
      Memory.putInt(memory + msghdr.offset("msg_flags"), 0x20);
      assertThat(header.nameLength(memory)).isEqualTo(28);
      assertThat(header.controlLength(memory)).isEqualTo(40);
      assertThat(header.flags(memory)).isEqualTo(0x20);
    } finally {
      NativeMemory.free(memory);
    }
  }
}
