package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Reads the limits of this process, and numbers of the system's configuration. */
public final class SystemSettings {
  /** Of every number that is asked for. */
  private static final int ROOM = Long.BYTES;

  private static final Path PROC = Path.of("/proc");

  private SystemSettings() {}

  /** {@return the limit of this process on open descriptors; negative if there is none} */
  public static OptionalLong descriptorLimit(Kernel kernel) {
    long rlimit = NativeMemory.allocate(kernel.platform().struct("rlimit").size());
    try {
      int result = kernel.getrlimit(kernel.platform().get(Constant.RLIMIT_NOFILE), rlimit);
      return result < 0
          ? OptionalLong.empty()
          : OptionalLong.of(
              Memory.getLong(rlimit + kernel.platform().struct("rlimit").offset("rlim_cur")));
    } finally {
      NativeMemory.free(rlimit);
    }
  }

  /** {@return the same of Linux, without a system call of the transport} */
  public static OptionalLong descriptorLimitOfLinux() {
    String name = "Max open files";
    for (String line : lines(PROC.resolve("self/limits"))) {
      if (line.startsWith(name)) {
        String soft = line.substring(name.length()).trim().split("\\s+")[0];
        return soft.equals("unlimited")
            ? OptionalLong.of(-1)
            : OptionalLong.of(Long.parseLong(soft));
      }
    }
    return OptionalLong.empty();
  }

  /** {@return a number of sysctlbyname(3)} OpenBSD lacks that function. */
  public static OptionalLong setting(Kernel kernel, String name) {
    byte[] text = FileNames.utf8(name);
    long memory = NativeMemory.allocate(2L * ROOM + text.length + 1);
    long string = memory + 2L * ROOM;
    try {
      Memory.copy(text, 0, string, text.length);
      Memory.putLong(memory + ROOM, ROOM);
      int result = kernel.sysctlbyname(string, memory, memory + ROOM);
      return result < 0 ? OptionalLong.empty() : number(memory, Memory.getLong(memory + ROOM));
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** Numbers are ints, unsigned ints, longs and unsigned longs. */
  private static OptionalLong number(long address, long width) {
    return switch ((int) width) {
      case Integer.BYTES -> OptionalLong.of(Memory.getInt(address));
      case Long.BYTES -> OptionalLong.of(Memory.getLong(address));
      default -> OptionalLong.empty();
    };
  }

  /**
   * {@return a number under /proc/sys of Linux}
   *
   * @param name as sysctl(8) has it, with {@code #1} after it for the second number of a file
   */
  public static OptionalLong settingOfLinux(String name) {
    int mark = name.indexOf('#');
    String file = mark < 0 ? name : name.substring(0, mark);
    int index = mark < 0 ? 0 : Integer.parseInt(name.substring(mark + 1));
    for (String line : lines(PROC.resolve("sys").resolve(file.replace('.', '/')))) {
      return number(line.trim().split("\\s+")[index]);
    }
    return OptionalLong.empty();
  }

  private static OptionalLong number(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      // fs.file-max of a container can be above 2^63, which stands for no limit.
      return OptionalLong.of(-1);
    }
  }

  /** A policy or a container may hide the file. */
  private static Iterable<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
