package io.github.kqueueffm.selector;

import io.github.kqueueffm.abi.Finding;
import io.github.kqueueffm.selector.Wakeup.Kind;
import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;

/**
 * Compares what a start assumes of a kernel with what the full probe shows, for the conformance
 * program.
 */
public final class FullProbe {
  private FullProbe() {}

  /**
   * A trait of the kqueue, as it is stated and as the full probe finds it.
   *
   * @param stated what loops begin with, and where that comes from
   * @param measured whether that is a fact; else it is a guess, which may not hold on a release
   * @param found what the full probe chooses
   * @param objection what the full probe has against the statement, or {@code null}
   */
  public record Comparison(String stated, boolean measured, String found, String objection) {}

  /** Compares the wakeup that loops begin with, whatever property forces one. */
  public static Comparison wakeup(Kernel kernel) throws IOException {
    Finding finding = Capabilities.wakeupOf(kernel);
    Kind kind = Capabilities.kind(finding);
    Probes probes = Capabilities.probes(kernel);
    String objection = probes.objection(kind);
    String best = probes.bestWakeup().toString();
    return new Comparison(text(finding), finding.measured(), best, objection);
  }

  /** Compares whether NOTE_LOWAT works. Where that is not measured, each start probes it. */
  public static Comparison lowat(Kernel kernel) throws IOException {
    Finding finding = Capabilities.lowatOf(kernel);
    String found = String.valueOf(Capabilities.probes(kernel).lowatHolds());
    boolean agrees = !finding.measured() || found.equals(finding.value());
    return new Comparison(text(finding), finding.measured(), found, agrees ? null : found);
  }

  private static String text(Finding finding) {
    return finding.value()
        + (finding.measured() ? " (a fact: " : " (a guess: ")
        + finding.evidence()
        + ')';
  }
}
