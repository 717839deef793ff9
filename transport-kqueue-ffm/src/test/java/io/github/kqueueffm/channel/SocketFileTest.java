package io.github.kqueueffm.channel;

import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Expectation;
import io.github.kqueueffm.syscall.NativeMemoryCheck;
import io.github.kqueueffm.syscall.ScriptedKernel;
import io.github.kqueueffm.syscall.UnixAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The file of a local socket is deleted while it is the same one, and no other. */
@ExtendWith(NativeMemoryCheck.class)
class SocketFileTest {
  private static final UnixAddress NAME = UnixAddress.of("/tmp/socket");
  private static final byte[] PATH = "/tmp/socket\0".getBytes(StandardCharsets.US_ASCII);
  private static final long DEVICE = 3;
  private static final long INODE = 77;

  private static void put(ByteBuffer bytes, Struct layout, String field, long value) {
    int offset = layout.offset(field);
    switch (layout.width(field)) {
      case 2 -> bytes.putShort(offset, (short) value);
      case 4 -> bytes.putInt(offset, (int) value);
      default -> bytes.putLong(offset, value);
    }
  }

  private static byte[] stat(Platform platform, Constant type, long device, long inode) {
    Struct layout = platform.struct("stat");
    ByteBuffer bytes = ByteBuffer.allocate(layout.size()).order(ByteOrder.LITTLE_ENDIAN);
    put(bytes, layout, "st_dev", device);
    put(bytes, layout, "st_ino", inode);
    put(bytes, layout, "st_mode", platform.get(type) | 0755);
    return bytes.array();
  }

  private static Expectation lstat(ScriptedKernel script) {
    return script.expect("lstat").with(0, PATH);
  }

  private static SocketFile made(ScriptedKernel script) {
    lstat(script).writes(1, stat(script.platform(), Constant.S_IFSOCK, DEVICE, INODE));
    return SocketFile.madeAt(script.kernel(), NAME);
  }

  @ParameterizedTest
  @CsvSource({"freebsd-x86_64", "macos-aarch64", "netbsd-x86_64", "linux-x86_64"})
  void sameFileIsDeletedByItsName(String platform) {
    try (ScriptedKernel script = ScriptedKernel.on(platform)) {
      SocketFile file = made(script);
      lstat(script).writes(1, stat(script.platform(), Constant.S_IFSOCK, DEVICE, INODE));
      script.expect("unlink").with(0, PATH);
      file.delete();
    }
  }

  @ParameterizedTest
  @CsvSource({"4, 77, S_IFSOCK", "3, 78, S_IFSOCK", "3, 77, S_IFMT"})
  void anotherFileOfTheNameStays(long device, long inode, Constant type) {
    try (ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64")) {
      SocketFile file = made(script);
      lstat(script).writes(1, stat(script.platform(), type, device, inode));
      file.delete();
    }
  }

  @ParameterizedTest
  @CsvSource({"ENOENT", "EACCES"})
  void fileThatCannotBeLookedAtStays(Errno errno) {
    try (ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64")) {
      SocketFile file = made(script);
      lstat(script).fails(errno);
      file.delete();
    }
  }

  @ParameterizedTest
  @CsvSource({"ENOENT", "EACCES"})
  void failureOfTheDeletionIsNotThrown(Errno errno) {
    try (ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64")) {
      SocketFile file = made(script);
      lstat(script).writes(1, stat(script.platform(), Constant.S_IFSOCK, DEVICE, INODE));
      script.expect("unlink").fails(errno);
      file.delete();
    }
  }

  @Test
  void fileThatCannotBeFoundAfterTheBindIsNotDeleted() {
    try (ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64")) {
      lstat(script).fails(Errno.EACCES);
      assertThat(SocketFile.madeAt(script.kernel(), NAME)).isNull();
    }
  }

  @Test
  void abstractNameHasNoFile() {
    try (ScriptedKernel script = ScriptedKernel.on("linux-x86_64")) {
      assertThat(SocketFile.madeAt(script.kernel(), UnixAddress.of("\0name"))).isNull();
    }
  }

  @Test
  void libraryWithoutLstatHasTheOlderCallWithTheVersion() {
    try (ScriptedKernel script = ScriptedKernel.on("linux-x86_64").without(Call.LSTAT)) {
      int version = script.platform().get(Constant._STAT_VER);
      script
          .expect("lxstat", version, ANY, ANY)
          .with(1, PATH)
          .writes(2, stat(script.platform(), Constant.S_IFSOCK, DEVICE, INODE));
      assertThat(SocketFile.madeAt(script.kernel(), NAME)).isNotNull();
    }
  }
}
