package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.UnixAddress;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/**
 * The file that bind(2) created for a local socket. It is found and deleted by the bytes of its
 * name, which Java's paths cannot represent in every locale.
 *
 * <p>The socket holds the inode of its file until it is closed. Until then no other file has the
 * number of that inode.
 */
final class SocketFile {
  private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(SocketFile.class);

  private final Kernel kernel;
  private final UnixAddress name;
  private final long device;
  private final long inode;

  private SocketFile(Kernel kernel, UnixAddress name, long device, long inode) {
    this.kernel = kernel;
    this.name = name;
    this.device = device;
    this.inode = inode;
  }

  /** {@return the file of a name that was just bound, or {@code null} if there is none} */
  static SocketFile madeAt(Kernel kernel, UnixAddress name) {
    if (name.isAbstract()) {
      return null;
    }
    Struct layout = kernel.platform().struct("stat");
    long memory = NativeMemory.allocate(name.bytes().length + 1L + layout.size());
    try {
      int result = look(kernel, name, memory, layout);
      if (result < 0) {
        LOGGER.warn(
            "lstat({}): {}; the file will stay after the socket is closed",
            name,
            Failures.text(kernel.platform(), result));
        return null;
      }
      return new SocketFile(
          kernel, name, field(memory, layout, "st_dev"), field(memory, layout, "st_ino"));
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** Deletes the file if it is still the same. */
  void delete() {
    Platform platform = kernel.platform();
    Struct layout = platform.struct("stat");
    long memory = NativeMemory.allocate(name.bytes().length + 1L + layout.size());
    try {
      int result = look(kernel, name, memory, layout);
      if (result == 0 && isSame(memory, layout)) {
        result = kernel.unlink(memory + layout.size());
      }
      if (platform.is(Errno.ENOENT, -result)) {
        LOGGER.debug("{} is already deleted", name);
      } else if (result < 0) {
        LOGGER.warn(
            "Cannot delete {}, which the closed socket leaves behind: {}",
            name,
            Failures.text(platform, result));
      }
    } finally {
      NativeMemory.free(memory);
    }
  }

  /** Fills a struct stat at the start of the memory. The name is stored after it. */
  private static int look(Kernel kernel, UnixAddress name, long memory, Struct layout) {
    byte[] bytes = name.bytes();
    long path = memory + layout.size();
    Memory.copy(bytes, 0, path, bytes.length);
    Memory.putByte(path + bytes.length, 0);
    return kernel.has(Call.LSTAT)
        ? kernel.lstat(path, memory)
        : kernel.lxstat(kernel.platform().getOr(Constant._STAT_VER, 0), path, memory);
  }

  private boolean isSame(long memory, Struct layout) {
    Platform platform = kernel.platform();
    long type = field(memory, layout, "st_mode") & platform.get(Constant.S_IFMT);
    return type == platform.get(Constant.S_IFSOCK)
        && field(memory, layout, "st_dev") == device
        && field(memory, layout, "st_ino") == inode;
  }

  private static long field(long memory, Struct layout, String name) {
    return Memory.getUnsigned(memory + layout.offset(name), layout.width(name));
  }
}
