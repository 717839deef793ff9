package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;
import java.nio.charset.StandardCharsets;

/**
 * What getrlimit and sysctlbyname say of a simulated system: its own limits, and the length of a
 * listener's queue that its headers name.
 */
final class Settings {
  private final World world;

  Settings(World world) {
    this.world = world;
  }

  long getrlimit(int resource, long address) {
    if (resource != world.platform.get(Constant.RLIMIT_NOFILE)) {
      throw new IllegalStateException("getrlimit is simulated for descriptors, not " + resource);
    }
    Struct struct = world.platform.struct("rlimit");
    Memory.putLong(address + struct.offset("rlim_cur"), world.descriptors.limit());
    Memory.putLong(address + struct.offset("rlim_max"), world.descriptors.limit());
    return 0;
  }

  long sysctlbyname(long name, long value, long length) {
    String text = new String(MachinePaths.bytes(name), StandardCharsets.UTF_8);
    long number = number(text);
    if (number < 0) {
      return world.error(Errno.ENOENT);
    }
    int width = isLong(text) ? Long.BYTES : Integer.BYTES;
    if (Memory.getLong(length) < width) {
      return world.error(Errno.ENOMEM);
    }
    Memory.put(value, width, number);
    Memory.putLong(length, width);
    return 0;
  }

  private OperatingSystem system() {
    return world.platform.system();
  }

  /** Of FreeBSD and DragonFly, where it is a u_long. */
  private boolean isLong(String name) {
    return name.equals("kern.ipc.maxsockbuf") && system() != OperatingSystem.MACOS;
  }

  /** {@return the value, or a negative number where the system has no such name} */
  private long number(String name) {
    return switch (system()) {
      case MACOS, DRAGONFLY -> ofBsd(name, "kern.ipc.somaxconn");
      case FREEBSD -> ofBsd(name, "kern.ipc.soacceptqueue");
      case NETBSD ->
          switch (name) {
            case "kern.maxfiles" -> world.descriptors.limit();
            case "kern.somaxconn" -> world.platform.get(Constant.SOMAXCONN);
            case "kern.sbmax" -> SocketFile.MOST_SPACE;
            case "net.inet.ip.anonportmin" -> port(0);
            case "net.inet.ip.anonportmax" -> port(1);
            default -> -1;
          };
      // Linux has files for it, and OpenBSD numbers in place of names.
      case LINUX, OPENBSD -> -1;
    };
  }

  private long ofBsd(String name, String backlog) {
    return switch (name) {
      case "kern.maxfiles", "kern.maxfilesperproc" -> world.descriptors.limit();
      case "kern.ipc.maxsockbuf" -> SocketFile.MOST_SPACE;
      case "net.inet.ip.portrange.first" -> port(0);
      case "net.inet.ip.portrange.last" -> port(1);
      default -> name.equals(backlog) ? world.platform.get(Constant.SOMAXCONN) : -1;
    };
  }

  private long port(int end) {
    return Integer.parseInt(Ports.range(world)[end]);
  }
}
