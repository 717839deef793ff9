package io.github.kqueueffm.benchmarks;

import io.github.kqueueffm.benchmarks.server.ServerTransport;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Finds which of the requested peers are available, and why the others are not. */
final class Peers {
  private final List<Peer> found = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();

  static Peers find(Settings settings) throws Exception {
    Peers peers = new Peers();
    for (String name : settings.transports()) {
      if (name.equals(Peer.C)) {
        peers.compile(settings.output());
      } else {
        peers.look(name);
      }
    }
    if (peers.found.isEmpty()) {
      throw new IllegalStateException("there is nothing to measure: " + peers.missing);
    }
    return peers;
  }

  List<Peer> found() {
    return found;
  }

  /**
   * {@return the peers in the order of a round} Each round begins with another peer, so that no
   * peer always follows the same one.
   */
  List<Peer> inOrderOf(int round) {
    return rotated(found, round);
  }

  static <T> List<T> rotated(List<T> first, int round) {
    List<T> order = new ArrayList<>(first);
    Collections.rotate(order, 1 - round);
    return order;
  }

  /** {@return one line for each missing peer} */
  List<String> missing() {
    return missing;
  }

  private void look(String name) {
    Throwable cause = ServerTransport.of(name).unavailable();
    if (cause == null) {
      found.add(new Peer(name, null));
    } else {
      missing.add(name + ": " + rootOf(cause));
    }
  }

  private static Throwable rootOf(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private void compile(Path output) throws IOException, InterruptedException {
    String source = System.getProperty("bench.c", "");
    if (source.isEmpty()
        || PlatformDependent.isOsx()
        || !Files.isDirectory(Path.of("/proc/self"))) {
      missing.add(Peer.C + ": epoll is Linux's");
      return;
    }
    Files.createDirectories(output);
    Path program = output.resolve("epoll_server");
    try {
      Process compiler =
          new ProcessBuilder("cc", "-O2", "-o", program.toString(), source).inheritIO().start();
      if (!compiler.waitFor(1, TimeUnit.MINUTES) || compiler.exitValue() != 0) {
        throw new IllegalStateException("cc cannot compile " + source);
      }
      found.add(new Peer(Peer.C, program));
    } catch (IOException e) {
      missing.add(Peer.C + ": no C compiler (" + e.getMessage() + ")");
    }
  }
}
