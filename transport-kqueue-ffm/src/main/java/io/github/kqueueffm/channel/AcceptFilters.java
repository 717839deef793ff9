package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Puts accept filters (struct accept_filter_arg) into listening sockets. */
final class AcceptFilters {
  private AcceptFilters() {}

  static boolean exist(Platform platform) {
    return platform.has(Constant.SO_ACCEPTFILTER);
  }

  /** Throws the reason if there are none. */
  static void ensureExist(Platform platform) {
    platform.get(Constant.SO_ACCEPTFILTER);
  }

  /** Sets the filter of a listening socket; on one that does not listen yet it is EINVAL. */
  static void set(KernelSocket socket, KQueueFfmAcceptFilter filter) throws IOException {
    Platform platform = socket.kernel().platform();
    int level = platform.get(Constant.SOL_SOCKET);
    int option = platform.get(Constant.SO_ACCEPTFILTER);
    if (filter.filterName().isEmpty()) {
      socket.setBytes(level, option, 0, 0);
      return;
    }
    Struct struct = platform.struct("accept_filter_arg");
    long memory = NativeMemory.allocate(struct.size());
    try {
      put(memory, struct, "af_name", filter.filterName());
      put(memory, struct, "af_arg", filter.filterArgs());
      socket.setBytes(level, option, memory, struct.size());
    } finally {
      NativeMemory.free(memory);
    }
  }

  private static void put(long memory, Struct struct, String field, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    int most = struct.width(field) - 1;
    if (bytes.length > most) {
      throw new IllegalArgumentException(
          "accept filter: \""
              + value
              + "\" has "
              + bytes.length
              + " bytes, but at most "
              + most
              + " are possible");
    }
    Memory.copy(bytes, 0, memory + struct.offset(field), bytes.length);
  }
}
