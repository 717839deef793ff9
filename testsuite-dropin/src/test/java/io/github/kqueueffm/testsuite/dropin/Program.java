package io.github.kqueueffm.testsuite.dropin;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A server of others, started on a free port of 127.0.0.1 with a directory of its own; both are
 * gone when it is closed.
 */
final class Program implements AutoCloseable {
  private static final int ATTEMPTS = 5;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Process process;
  private final int port;
  private final Path directory;

  /** How the server is started. */
  interface Setup {
    List<String> command(String program, int port, Path directory) throws IOException;
  }

  private Program(Process process, int port, Path directory) {
    this.process = process;
    this.port = port;
    this.directory = directory;
  }

  /** Starts it; skips the test where it is not installed, or fails where it has to be. */
  static Program start(String name, Setup setup) throws IOException {
    String program = find(name);
    for (int attempt = 1; ; attempt++) {
      Path directory = Files.createTempDirectory("p");
      int port = freePort();
      Process process =
          new ProcessBuilder(setup.command(program, port, directory))
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("log").toFile())
              .start();
      Program started = new Program(process, port, directory);
      if (started.listens()) {
        return started;
      }
      String log = Files.readString(directory.resolve("log"));
      started.close();
      // Somebody else may have taken the port meanwhile.
      if (attempt == ATTEMPTS) {
        throw new IOException(name + " does not start: " + log);
      }
    }
  }

  private static String find(String name) {
    String path = System.getenv("PATH") + File.pathSeparator + "/usr/sbin";
    Optional<String> found =
        Stream.of(path.split(File.pathSeparator))
            .map(folder -> folder + File.separator + name)
            .filter(file -> Files.isExecutable(Path.of(file)))
            .findFirst();
    if (found.isEmpty() && !Boolean.getBoolean("servers.required")) {
      Assumptions.abort("skipped, because there is no " + name + " on the path");
    }
    return found.orElseThrow(() -> new AssertionError("there is no " + name + " on the path"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private boolean listens() {
    long start = System.nanoTime();
    while (process.isAlive() && System.nanoTime() - start < PATIENCE_NANOS) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        // A connection to a port that nobody has can end at itself.
        return process.isAlive() && socket.getLocalPort() != port;
      } catch (IOException e) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
    return false;
  }

  int port() {
    return port;
  }

  Path directory() {
    return directory;
  }

  @Override
  public void close() {
    process.destroy();
    boolean ended = false;
    try {
      ended = process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      process.destroyForcibly().onExit().join();
    }
    delete();
  }

  private void delete() {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
