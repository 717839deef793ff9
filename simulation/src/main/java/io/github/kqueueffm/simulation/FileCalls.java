package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Pipes, and the machine's files. */
final class FileCalls {
  private final World world;
  private final SendfileCalls sendfile;

  FileCalls(World world) {
    this.world = world;
    sendfile = new SendfileCalls(world);
  }

  /** sendfile is to fail before its work; the argument is its fourth. */
  void sendfileFails(long d) {
    sendfile.fails(d);
  }

  private boolean has(int flags, Constant flag) {
    return (flags & world.platform.getOr(flag, 0)) != 0;
  }

  /** pipe and pipe2. */
  long pipe(long fds, int flags) {
    Pipe pipe = new Pipe(world);
    OpenFile[] ends = {pipe.readEnd, pipe.writeEnd};
    for (OpenFile end : ends) {
      end.nonBlocking = has(flags, Constant.O_NONBLOCK);
    }
    return SystemCalls.installBoth(world, ends, has(flags, Constant.O_CLOEXEC), fds);
  }

  long open(long name, int flags, int mode) {
    if ((flags & ~flagsOfOpen()) != 0) {
      throw new IllegalStateException("open is simulated for reading, not with flags " + flags);
    }
    if (world.descriptors.free() < 0) {
      return world.error(Errno.EMFILE);
    }
    Path path = MachinePaths.at(name);
    if (path == null) {
      return world.error(Errno.ENOENT);
    }
    MachineFile file;
    try {
      file = new MachineFile(world, path, FileChannel.open(path, StandardOpenOption.READ));
    } catch (IOException e) {
      return world.error(MachinePaths.errno(e));
    }
    return SystemCalls.install(world, file, has(flags, Constant.O_CLOEXEC));
  }

  private int flagsOfOpen() {
    return world.platform.get(Constant.O_RDONLY)
        | world.platform.get(Constant.O_NONBLOCK)
        | world.platform.getOr(Constant.O_CLOEXEC, 0);
  }

  long lstat(long name, long stat) {
    Path path = MachinePaths.at(name);
    if (path == null) {
      return world.error(Errno.ENOENT);
    }
    Map<String, Object> attributes;
    try {
      attributes = Files.readAttributes(path, "unix:dev,ino,mode", LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      return world.error(MachinePaths.errno(e));
    }
    Struct struct = world.platform.struct("stat");
    Memory.clear(stat, struct.size());
    // The kinds of files have the same numbers on all systems.
    attributes.forEach((attribute, value) -> put(struct, stat, "st_" + attribute, (Number) value));
    return 0;
  }

  private static void put(Struct struct, long at, String field, Number value) {
    Memory.put(at + struct.offset(field), struct.width(field), value.longValue());
  }

  long unlink(long name) {
    Path path = MachinePaths.at(name);
    if (path == null) {
      return world.error(Errno.ENOENT);
    }
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return world.error(world.has(Quirk.UNLINK_OF_DIRECTORY) ? Errno.EISDIR : Errno.EPERM);
    }
    try {
      Files.delete(path);
      return 0;
    } catch (IOException e) {
      return world.error(MachinePaths.errno(e));
    }
  }

  /** sendfile in the form of the system, with the arguments after the first. */
  long sendfile(int fd, OpenFile file, long b, long c, long d, long e, long f, long g) {
    return sendfile.call(file, b, c, d, f);
  }
}
