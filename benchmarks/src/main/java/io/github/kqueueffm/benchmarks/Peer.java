package io.github.kqueueffm.benchmarks;

import io.github.kqueueffm.benchmarks.server.ServerTransport;
import io.github.kqueueffm.benchmarks.server.Service;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A server to measure: a transport in a JVM, or the program in C.
 *
 * @param program the program in C, or {@code null}
 */
record Peer(String name, Path program) {
  static final String C = "c-epoll";

  /**
   * The names in the order of their turns. {@link ServerTransport#NIO_LINK} is measured only if it
   * is requested.
   */
  static final List<String> NAMES =
      List.of(
          ServerTransport.NIO,
          ServerTransport.EPOLL,
          ServerTransport.IO_URING,
          ServerTransport.KQUEUE_JNI,
          ServerTransport.KQUEUE_FFM,
          C);

  private static final Set<Service> IN_C =
      EnumSet.of(
          Service.ECHO,
          Service.SINK,
          Service.SOURCE,
          Service.FILE,
          Service.DATAGRAM,
          Service.LOCAL);

  boolean isJvm() {
    return program == null;
  }

  /** Whether the peer supports the workload. */
  boolean serves(Workload workload) {
    if (name.equals(ServerTransport.NIO_LINK)) {
      return workload.kind() == Workload.Kind.START;
    }
    return isJvm()
        || IN_C.contains(workload.service())
            && workload.loops() == 1
            && workload.kind() != Workload.Kind.START;
  }
}
