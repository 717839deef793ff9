package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;

/**
 * Whether a call that others can do the work of is still worth a try.
 *
 * <p>ENOSYS ends that at once. Any other errno of a policy may pass, or be about one file, datagram
 * or connection, so it takes several in a row, of which no call that succeeds stands between.
 *
 * <p>May be used from any thread. A refusal that two threads meet at once may count as one.
 */
public final class OptionalCall {
  private static final int MOST_REFUSALS = 3;

  private volatile int refusals;

  /**
   * @param present whether the system has the call at all
   */
  public OptionalCall(boolean present) {
    refusals = present ? 0 : MOST_REFUSALS;
  }

  public boolean isUsable() {
    return refusals < MOST_REFUSALS;
  }

  /** It reached the kernel, whatever that said of the arguments. A call given up stays so. */
  public void worked() {
    int before = refusals;
    if (before != 0 && before < MOST_REFUSALS) {
      refusals = 0;
    }
  }

  /** It failed where another call has done its work. */
  public void refused(Platform platform, int negativeErrno) {
    int before = refusals;
    refusals = platform.is(Errno.ENOSYS, -negativeErrno) ? MOST_REFUSALS : before + 1;
  }
}
