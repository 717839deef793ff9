package io.github.kqueueffm.selector;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Finding;
import io.github.kqueueffm.abi.Trait;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.kqueue.Kqueues;
import io.github.kqueueffm.selector.Wakeup.Kind;
import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * What of a kqueue's behaviour differs between systems, for all loops on a kernel.
 *
 * <p>What the platform file states as measured needs no probe. Else the wakeup is a first guess,
 * which its first use proves, and a probe shows whether NOTE_LOWAT works. A probe that fails for
 * lack of a descriptor or of memory is an exception, and the next loop probes again.
 *
 * @param wakeup how a wait is ended
 * @param lowat whether PEER_CLOSE can use NOTE_LOWAT
 */
record Capabilities(WakeupChoice wakeup, boolean lowat) {
  private static final Map<Kernel, Capabilities> KNOWN = new WeakHashMap<>();

  /**
   * Those of the kernel, with the wakeup that is forced, if there is one.
   *
   * @throws UnsupportedOperationException if the forced wakeup does not work here
   */
  static Capabilities of(Kernel kernel, Kind forced) throws IOException {
    synchronized (KNOWN) {
      Capabilities known = of(kernel);
      if (forced == null) {
        return known;
      }
      String objection = objection(kernel, known.wakeup, forced);
      if (objection != null) {
        throw new UnsupportedOperationException(
            "-D"
                + Wakeup.PROPERTY
                + "="
                + forced
                + " does not work here: "
                + objection
                + "; "
                + (known.wakeup.isProven() ? known.wakeup.kind() : probes(kernel).bestWakeup())
                + " does");
      }
      return new Capabilities(WakeupChoice.proven(forced), known.lowat);
    }
  }

  static Probes probes(Kernel kernel) {
    return new Probes(kernel, new KqueueConstants(kernel.platform()));
  }

  /** What the full probe has against a kind. It is made once for each kind that works. */
  private static String objection(Kernel kernel, WakeupChoice choice, Kind kind)
      throws IOException {
    if (isEmbedded(kernel) || choice.isProbed(kind)) {
      return null;
    }
    String objection = probes(kernel).objection(kind);
    if (objection == null) {
      choice.probed(kind);
    }
    return objection;
  }

  private static Capabilities of(Kernel kernel) throws IOException {
    Capabilities known = KNOWN.get(kernel);
    if (known == null) {
      known = new Capabilities(firstWakeup(kernel), hasLowat(kernel));
      KNOWN.put(kernel, known);
    }
    return known;
  }

  private static WakeupChoice firstWakeup(Kernel kernel) {
    Finding finding = wakeupOf(kernel);
    Kind kind = kind(finding);
    return finding.measured() ? WakeupChoice.proven(kind) : WakeupChoice.guessed(kind);
  }

  private static boolean hasLowat(Kernel kernel) throws IOException {
    Finding finding = lowatOf(kernel);
    return finding.measured() ? Boolean.parseBoolean(finding.value()) : probes(kernel).lowatHolds();
  }

  /** The wakeup that the first loop begins with; every platform has one. */
  static Finding wakeupOf(Kernel kernel) {
    if (isEmbedded(kernel)) {
      return new Finding("timer", true, "the kqueue over epoll");
    }
    if (Kqueues.isLibkqueue(kernel)) {
      // There a trigger is a change, which in some releases awaits the end of the wait that it is
      // to end. Two threads are needed to see that, so only a forced one is probed for it.
      return new Finding("pipe", true, "libkqueue 2.3.1 to 2.7.0");
    }
    return kernel.platform().finding(Trait.WAKEUP);
  }

  /** What the first loop knows about NOTE_LOWAT; where that is not a fact, a probe decides. */
  static Finding lowatOf(Kernel kernel) {
    if (isEmbedded(kernel)) {
      return new Finding("true", true, "the kqueue over epoll");
    }
    Finding finding = kernel.platform().finding(Trait.LOWAT);
    // A library that lacks socketpair is not the system that was measured.
    return finding == null || !kernel.has(Call.SOCKETPAIR)
        ? new Finding("unknown", false, "each start probes it")
        : finding;
  }

  static Kind kind(Finding finding) {
    return Kind.valueOf(finding.value().toUpperCase(Locale.ROOT));
  }

  /** Whether EVFILT_USER works there, whatever wakeup is forced. */
  static boolean hasUserEvents(Kernel kernel) throws IOException {
    synchronized (KNOWN) {
      WakeupChoice choice = of(kernel).wakeup;
      // Only a kernel without user events needs the pipe.
      return choice.isProven()
          ? choice.kind() != Kind.PIPE
          : objection(kernel, choice, Kind.USER) == null;
    }
  }

  /** Sets what is known of a kernel, in tests. */
  static void assume(Kernel kernel, Capabilities capabilities) {
    synchronized (KNOWN) {
      KNOWN.put(kernel, capabilities);
    }
  }

  private static boolean isEmbedded(Kernel kernel) {
    return !kernel.has(Call.KQUEUE) || !kernel.has(Call.KEVENT);
  }
}
