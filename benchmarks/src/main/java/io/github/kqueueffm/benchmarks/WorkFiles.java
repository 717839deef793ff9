package io.github.kqueueffm.benchmarks;

import io.github.kqueueffm.benchmarks.server.Service;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The files that servers need, in a temporary directory that is deleted at the end. */
final class WorkFiles implements AutoCloseable {
  private final Path directory;
  private Path big;
  private int sockets;

  WorkFiles() throws IOException {
    directory = Files.createTempDirectory("bench");
  }

  /** {@return the file to send} */
  Path big() throws IOException {
    if (big == null) {
      big = directory.resolve("big");
      byte[] piece = new byte[1 << 20];
      try (OutputStream out = Files.newOutputStream(big)) {
        for (int i = 0; i < Service.FILE_BYTES / piece.length; i++) {
          out.write(piece);
        }
      }
    }
    return big;
  }

  /** {@return a name for a local socket} */
  Path nextSocket() {
    return directory.resolve("s" + sockets++);
  }

  /** {@return the file of a transport's AOT cache} */
  Path cache(Peer peer) {
    return directory.resolve(peer.name() + ".aot");
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
