package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.kqueue.epoll.EpollKqueue;
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
public record Provider(String name, Kernel kernel, Opener opener, boolean tells) {
  private static final String LIBRARY = "libkqueue";

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
      all.addAll(libraries());
    }
    return all;
  }

  /** The releases of libkqueue, imitated, and the one that this machine has. */
  public static List<Provider> libraries() {
    List<Provider> libraries = new ArrayList<>();
    for (ImitatedLibrary.Version version : ImitatedLibrary.Version.values()) {
      Kernel imitated = new ImitatedLibrary(Kernels.system(), version).kernel();
      libraries.add(new Provider(LIBRARY + ", imitated " + version, imitated, Kqueues::open, true));
    }
    library()
        .ifPresent(path ->
            libraries.add(new Provider(LIBRARY, LibraryKernels.open(path), Kqueues::open, true)));
    return libraries;
  }

  /** Whether every arrival of bytes is an event, whatever NOTE_LOWAT says. */
  boolean ignoresLowat() {
    return name.startsWith(LIBRARY);
  }

  /** Whether a refused datagram is an event with EV_EOF, as all that has an errno. */
  boolean endsWithEveryErrno() {
    return name.startsWith(LIBRARY);
  }

  /** Those on epoll; none on a system that has none. */
  static List<Provider> embedded() {
    Kernel system = Kernels.system();
    if (!system.has(Call.EPOLL_CREATE1)) {
      return List.of();
    }
    return List.of(
        new Provider("embedded", system, kernel -> EpollKqueue.open(kernel, false), false),
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

  KqueueFixture fixture() throws IOException {
    return new KqueueFixture(kernel, opener.open(kernel));
  }

  @Override
  public String toString() {
    return name;
  }
}
