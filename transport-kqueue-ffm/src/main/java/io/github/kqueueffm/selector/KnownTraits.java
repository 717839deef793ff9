package io.github.kqueueffm.selector;

import io.github.kqueueffm.abi.Finding;
import io.github.kqueueffm.selector.Wakeup.Kind;
import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;

/** What the event loops of a kernel use, and where that is known from, for the doctor. */
public final class KnownTraits {
  private KnownTraits() {}

  /**
   * A trait of the kqueue.
   *
   * @param value what event loops use
   * @param from where it is known from
   * @param fallback whether something better did not work
   */
  public record Known(String value, String from, boolean fallback) {}

  /**
   * {@return how an event loop is woken}
   *
   * @param loop one that has been opened on the kernel
   */
  public static Known wakeup(Kernel kernel, Poller loop) throws IOException {
    Kind kind = loop.wakeupKind();
    if (Kind.forced() != null) {
      return new Known(kind.toString(), "-D" + Wakeup.PROPERTY, false);
    }
    Finding finding = Capabilities.wakeupOf(kernel);
    Kind stated = Capabilities.kind(finding);
    if (kind != stated) {
      return new Known(
          kind.toString(), stated + " does not work here; " + finding.evidence(), true);
    }
    boolean proven = Capabilities.of(kernel, null).wakeup().isProven();
    return new Known(kind.toString(), origin(finding, proven), false);
  }

  /** Whether the first use of the wakeup is still to prove it. */
  public static boolean isGuess(Kernel kernel) throws IOException {
    return Kind.forced() == null && !Capabilities.of(kernel, null).wakeup().isProven();
  }

  private static String origin(Finding finding, boolean proven) {
    if (finding.measured()) {
      return "measured: " + finding.evidence();
    }
    return (proven
            ? "proven by its use in this process; "
            : "a first guess, which its first use proves; ")
        + finding.evidence();
  }

  /** {@return whether the close of a peer is noticed by NOTE_LOWAT} */
  public static Known lowat(Kernel kernel) throws IOException {
    Finding finding = Capabilities.lowatOf(kernel);
    boolean works = Capabilities.of(kernel, null).lowat();
    return new Known(
        works ? "works" : "does not work",
        finding.measured() ? "measured: " + finding.evidence() : "probed at this start",
        !works);
  }
}
