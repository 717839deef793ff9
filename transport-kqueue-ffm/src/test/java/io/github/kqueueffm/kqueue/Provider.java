package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.LibraryKernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One who serves kqueues on this machine.
 *
 * @param tells whether events say how much there is to read and what a socket failed with
 */
record Provider(String name, Kernel kernel, Opener opener, boolean tells) {
  /** Names a libkqueue that is not at one of the usual places. */
  private static final String LIBRARY_PROPERTY = "kqueueffm.test.libkqueue";

  private static final List<String> LIBRARY_PLACES =
      List.of(
          "/usr/lib/x86_64-linux-gnu/libkqueue.so.0",
          "/usr/lib/aarch64-linux-gnu/libkqueue.so.0",
          "/usr/lib64/libkqueue.so.0",
          "/usr/lib/libkqueue.so.0",
          "/usr/local/lib/libkqueue.so.0");

  interface Opener {
    Kqueue open(Kernel kernel) throws IOException;
  }

  static List<Provider> all() {
    List<Provider> all = new ArrayList<>(embedded());
    Kernel system = Kernels.system();
    if (system.has(Call.KQUEUE)) {
      all.add(new Provider("the system's", system, Kqueues::open, true));
    }
    if (system.platform().isLinux()) {
      Kernel imitated = new ImitatedLibrary(system).kernel();
      all.add(new Provider("libkqueue, imitated", imitated, Kqueues::open, true));
    }
    library()
        .ifPresent(path ->
            all.add(new Provider("libkqueue", LibraryKernels.open(path), Kqueues::open, true)));
    return all;
  }

  /** Those on epoll; none on a system that has none. */
  static List<Provider> embedded() {
    Kernel system = Kernels.system();
    if (!system.has(Call.EPOLL_CREATE1)) {
      return List.of();
    }
    return List.of(
        new Provider("embedded", system, kernel -> EmbeddedKqueue.open(kernel, false), false),
        new Provider("embedded, detailed", system, Kqueues::openDetailed, true));
  }

  private static Optional<String> library() {
    if (!Kernels.system().platform().isLinux()) {
      return Optional.empty();
    }
    return Stream.concat(
            Stream.ofNullable(System.getProperty(LIBRARY_PROPERTY)), LIBRARY_PLACES.stream())
        .filter(path -> Files.exists(Path.of(path)))
        .findFirst();
  }

  Room room() throws IOException {
    return new Room(kernel, opener.open(kernel));
  }

  @Override
  public String toString() {
    return name;
  }
}
