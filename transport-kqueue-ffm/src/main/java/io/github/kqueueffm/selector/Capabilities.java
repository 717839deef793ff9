package io.github.kqueueffm.selector;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.kqueue.Kqueues;
import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * What of a kqueue's behaviour differs between systems, as probes have shown once for each kernel.
 *
 * @param wakeup how a wait is ended
 * @param lowat whether PEER_CLOSE can use NOTE_LOWAT
 */
record Capabilities(Wakeup.Kind wakeup, boolean lowat) {
  private static final Map<Kernel, Capabilities> KNOWN = new WeakHashMap<>();

  /**
   * Those of the kernel, with the wakeup that is forced, if there is one.
   *
   * @throws UnsupportedOperationException if the forced wakeup does not work here
   */
  static Capabilities of(Kernel kernel, Wakeup.Kind forced) throws IOException {
    Capabilities found = of(kernel);
    if (forced == null || forced == found.wakeup) {
      return found;
    }
    if (!isEmbedded(kernel)) {
      KqueueConstants c = new KqueueConstants(kernel.platform());
      String objection = new Probes(kernel, c).objection(forced);
      if (objection != null) {
        throw new UnsupportedOperationException(
            "-D"
                + Wakeup.PROPERTY
                + "="
                + forced
                + " does not work here: "
                + objection
                + "; "
                + found.wakeup
                + " does");
      }
    }
    return new Capabilities(forced, found.lowat);
  }

  private static Capabilities of(Kernel kernel) throws IOException {
    synchronized (KNOWN) {
      Capabilities known = KNOWN.get(kernel);
      if (known == null) {
        known = isEmbedded(kernel) ? new Capabilities(Wakeup.Kind.TIMER, true) : probe(kernel);
        KNOWN.put(kernel, known);
      }
      return known;
    }
  }

  private static Capabilities probe(Kernel kernel) throws IOException {
    KqueueConstants c = new KqueueConstants(kernel.platform());
    // On libkqueue a trigger is a change, which in some releases awaits the end of the wait that it
    // is to end. Whether it does shows to two threads alone, so that is tried for a forced one
    // only.
    Wakeup.Kind wakeup =
        Kqueues.isLibkqueue(kernel) ? Wakeup.Kind.PIPE : new Probes(kernel, c).bestWakeup();
    return new Capabilities(wakeup, new Probes(kernel, c).lowatHolds());
  }

  /**
   * Whether EVFILT_USER works there, whatever wakeup is forced: nobody needs the pipe but a kernel
   * without. Makes no system call once the kernel is known.
   */
  static boolean hasUserEvents(Kernel kernel) throws IOException {
    return of(kernel).wakeup != Wakeup.Kind.PIPE;
  }

  /** Takes something for known, in tests. */
  static void assume(Kernel kernel, Capabilities capabilities) {
    synchronized (KNOWN) {
      KNOWN.put(kernel, capabilities);
    }
  }

  private static boolean isEmbedded(Kernel kernel) {
    return !kernel.has(Call.KQUEUE) || !kernel.has(Call.KEVENT);
  }
}
