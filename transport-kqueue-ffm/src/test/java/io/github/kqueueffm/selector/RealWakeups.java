package io.github.kqueueffm.selector;

import io.github.kqueueffm.syscall.Kernels;
import java.util.Arrays;
import java.util.List;

/** What this machine's kqueue offers. */
public final class RealWakeups {
  private RealWakeups() {}

  /** The names of the wakeups that work here: not all of them do on a kernel's kqueue. */
  public static List<String> thatWork() {
    return Arrays.stream(Wakeup.Kind.values())
        .filter(kind -> LostWakeupTest.works(Kernels.system(), kind))
        .map(Wakeup.Kind::toString)
        .toList();
  }
}
