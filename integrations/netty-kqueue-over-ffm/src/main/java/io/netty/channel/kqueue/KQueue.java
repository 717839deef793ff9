package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfm;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.SystemPropertyUtil;

/**
 * Reports whether this transport can be used, and otherwise the cause.
 *
 * <p>On Linux it is off, because the libraries that ask for it prefer epoll there. {@code
 * -Dio.github.kqueueffm.dropin=true} turns it on. On other systems {@code false} turns it off.
 */
public final class KQueue {
  private static final String PROPERTY = "io.github.kqueueffm.dropin";
  private static final Throwable UNAVAILABILITY_CAUSE = cause();

  private KQueue() {}

  private static Throwable cause() {
    boolean linux = "linux".equals(PlatformDependent.normalizedOs());
    if (SystemPropertyUtil.getBoolean(PROPERTY, !linux)) {
      // On Windows a warning would be useless, because the transport cannot be available there.
      return PlatformDependent.isWindows() || !KQueueFfm.isAvailable("netty-kqueue-over-ffm")
          ? KQueueFfm.unavailabilityCause()
          : null;
    }
    return new UnsupportedOperationException(
        linux
            ? "netty-kqueue-over-ffm is off on Linux unless -D" + PROPERTY + "=true turns it on"
            : "-D" + PROPERTY + "=false turns netty-kqueue-over-ffm off");
  }

  /** Whether event loops and channels of this package can be used. */
  public static boolean isAvailable() {
    return UNAVAILABILITY_CAUSE == null;
  }

  /**
   * Does nothing if the transport is available.
   *
   * @throws UnsatisfiedLinkError if it is not available, with the cause
   */
  public static void ensureAvailability() {
    if (UNAVAILABILITY_CAUSE != null) {
      throw (Error)
          new UnsatisfiedLinkError(
                  "the kqueue transport is not available: " + UNAVAILABILITY_CAUSE.getMessage())
              .initCause(UNAVAILABILITY_CAUSE);
    }
  }

  /** {@return the cause why it is not available, or {@code null} if it is} */
  public static Throwable unavailabilityCause() {
    return UNAVAILABILITY_CAUSE;
  }

  /** Whether a client can send data with the SYN of a connect. */
  public static boolean isTcpFastOpenClientSideAvailable() {
    return isAvailable() && KQueueFfm.isTcpFastOpenClientSideAvailable();
  }

  /** Whether a server can receive data with a SYN. */
  public static boolean isTcpFastOpenServerSideAvailable() {
    return isAvailable() && KQueueFfm.isTcpFastOpenServerSideAvailable();
  }
}
