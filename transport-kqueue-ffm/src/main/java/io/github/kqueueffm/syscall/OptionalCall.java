package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.jfr.JfrEvents;
import java.util.Locale;

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
    if (JfrEvents.isOn()) {
      JfrEvents.fallback(
          call.toString().toLowerCase(Locale.ROOT),
          replacement(call),
          Failures.text(platform, negativeErrno),
          now >= MOST_REFUSALS);
    }
  }

  /** {@return what does the work of a call that is refused} */
  private static String replacement(Call call) {
    return switch (call) {
      case ACCEPT4 -> "accept and fcntl";
      case RECVMMSG -> "recvmsg for each datagram";
      case SENDMMSG -> "sendmsg for each datagram";
      case SENDFILE -> "read and write in pieces";
      case EPOLL_PWAIT2 -> "epoll_wait and a timerfd";
      case TIMERFD_CREATE -> "epoll_wait in whole milliseconds";
      default -> throw new IllegalArgumentException(call + " has no replacement");
    };
  }
}
