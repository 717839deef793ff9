package io.github.kqueueffm.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Measures other load on this machine during a measurement, on Linux. */
final class Noise {
  private static final Path STAT = Path.of("/proc/stat");

  /** The share of one processor below which other load is ignored. */
  static final double MOST = 0.08;

  private static final double TICKS_A_SECOND = 100;
  private static final int IDLE = 3;
  private static final int IOWAIT = 4;
  private static final int KNOWN_FIELDS = 8;

  private final long server;
  private final double before;
  private final long start;

  private Noise(long server) throws IOException {
    this.server = server;
    this.before = others();
    this.start = System.nanoTime();
  }

  /** Starts to measure the load other than that of a server and this process. */
  static Noise beside(ProcessHandle server) throws IOException {
    return new Noise(server.pid());
  }

  /**
   * {@return the share of one processor that other processes have used since then and the host has
   * taken away}
   */
  double share() throws IOException {
    double seconds = (System.nanoTime() - start) / 1e9;
    return (others() - before) / TICKS_A_SECOND / seconds;
  }

  static boolean isTooMuch(double share) {
    return share > MOST;
  }

  private double others() throws IOException {
    if (!Files.isReadable(STAT)) {
      return 0;
    }
    double busy = busy();
    return busy - CpuTime.ticks(server) - CpuTime.ticks(ProcessHandle.current().pid());
  }

  private static double busy() throws IOException {
    String all =
        Files.readString(STAT, StandardCharsets.US_ASCII).lines().findFirst().orElseThrow();
    double[] ticks =
        Arrays.stream(all.split(" +")).skip(1).mapToDouble(Double::parseDouble).toArray();
    double busy = 0;
    for (int i = 0; i < KNOWN_FIELDS; i++) {
      busy += i == IDLE || i == IOWAIT ? 0 : ticks[i];
    }
    return busy;
  }
}
