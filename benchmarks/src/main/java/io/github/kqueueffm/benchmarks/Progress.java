package io.github.kqueueffm.benchmarks;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;

/** A line with the current measurement and the remaining time. */
final class Progress {
  private static final int WIDTH = 100;

  private final PrintStream out = System.out;
  private final boolean terminal;
  private final int total;
  private final double expectedSeconds;
  private final long start = System.nanoTime();
  private int done;

  /**
   * @param expectedSeconds the assumed time of one measurement, until some have been made
   */
  @SuppressWarnings("SystemConsoleNull") // From JDK 25 on it is null again without a terminal.
  Progress(int total, double expectedSeconds) {
    this.total = total;
    this.expectedSeconds = expectedSeconds;
    Console console = System.console();
    this.terminal = console != null && console.isTerminal();
  }

  void next(int round, Workload workload, Peer peer) {
    String line =
        String.format(
            Locale.ROOT,
            "[%d/%d] round %d, %s on %s, %s left",
            done + 1,
            total,
            round,
            workload.id(),
            peer.name(),
            left());
    if (terminal) {
      out.print("\r" + line + " ".repeat(Math.max(0, WIDTH - line.length())));
      out.flush();
    } else {
      out.println(line);
    }
    done++;
  }

  private String left() {
    double elapsed = (System.nanoTime() - start) / 1e9;
    double each = done < 4 ? expectedSeconds : elapsed / done;
    long seconds = Math.round(each * (total - done));
    return seconds < 120 ? seconds + " s" : (seconds + 30) / 60 + " min";
  }

  /** Prints a message on a separate line. */
  void say(String line) {
    if (terminal) {
      out.println();
    }
    out.println(line);
  }

  void end() {
    if (terminal) {
      out.println();
    }
  }
}
