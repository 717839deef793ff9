package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.jfr.JfrEvents;

/**
 * Decides whether to go on trying a call whose work other calls can do.
 *
 * <p>After ENOSYS it is not tried again. Any other errno of a policy may be temporary, or concern
 * one file, datagram or connection, so the call is given up only after several refusals without a
 * success between them.
 *
 * <p>May be used from any thread. Refusals of two threads at the same time may count as one.
 */
public final class OptionalCall {
  private static final int MOST_REFUSALS = 3;

  private volatile int refusals;

  /**
   * @param present whether the system has the call
   */
  public OptionalCall(boolean present) {
    refusals = present ? 0 : MOST_REFUSALS;
  }

  public boolean isUsable() {
    return refusals < MOST_REFUSALS;
  }

  /** The call reached the kernel, even if it failed. A call that was given up stays given up. */
  public void worked() {
    int before = refusals;
    if (before != 0 && before < MOST_REFUSALS) {
      refusals = 0;
    }
  }

  /** The call failed, and another call has done its work. */
  public void refused(Platform platform, Call call, int negativeErrno) {
    int now = platform.is(Errno.ENOSYS, -negativeErrno) ? MOST_REFUSALS : refusals + 1;
    refusals = now;
    if (now >= MOST_REFUSALS) {
      Fallbacks.giveUp(platform, call, negativeErrno);
    }
    JfrEvents.fallback(
        call.function(),
        Fallbacks.replacement(call),
        Failures.text(platform, negativeErrno),
        now >= MOST_REFUSALS);
  }
}
