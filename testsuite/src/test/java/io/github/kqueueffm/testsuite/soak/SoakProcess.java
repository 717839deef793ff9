package io.github.kqueueffm.testsuite.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What this process holds of the machine, from Linux's /proc. */
final class SoakProcess {
  private SoakProcess() {}

  /**
   * What was seen at one moment.
   *
   * @param descriptors open descriptors
   * @param residentKib resident memory in KiB, after a collection
   */
  record Sample(int descriptors, long residentKib) {
    @Override
    public String toString() {
      return descriptors + " " + residentKib;
    }

    static Sample parse(String text) {
      String[] parts = text.strip().split(" ", -1);
      return new Sample(Integer.parseInt(parts[0]), Long.parseLong(parts[1]));
    }
  }

  static Sample sample() throws IOException {
    System.gc();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      return new Sample((int) descriptors.count(), residentKib());
    }
  }

  private static long residentKib() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("/proc/self/status has no VmRSS");
  }
}
