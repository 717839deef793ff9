package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.selector.Selector;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.TcpFastOpen;
import io.netty.util.internal.SystemPropertyUtil;
import java.io.IOException;

/** Tells whether this transport can be used here, and if not, why. Any thread may ask. */
public final class KQueueFfm {
  private static final Throwable UNAVAILABILITY_CAUSE = probe();

  private KQueueFfm() {}

  /** Whether event loops and channels of this transport can be created. */
  public static boolean isAvailable() {
    return UNAVAILABILITY_CAUSE == null;
  }

  /**
   * Does nothing where the transport is available.
   *
   * @throws UnsatisfiedLinkError elsewhere, as Netty's own transports do, with the cause
   */
  public static void ensureAvailability() {
    if (UNAVAILABILITY_CAUSE != null) {
      throw (Error)
          new UnsatisfiedLinkError(
                  "the kqueue transport is not available: " + UNAVAILABILITY_CAUSE.getMessage())
              .initCause(UNAVAILABILITY_CAUSE);
    }
  }

  /** What was looked for, where, and what to do; {@code null} where the transport is available. */
  public static Throwable unavailabilityCause() {
    return UNAVAILABILITY_CAUSE;
  }

  /** Whether data can go with the SYN of a connect here, if the administrator has it on. */
  public static boolean isTcpFastOpenClientSideAvailable() {
    return isAvailable() && TcpFastOpen.isPossible(Kernels.system().platform());
  }

  /** Whether a server here can take data with a SYN, if the administrator has it on. */
  public static boolean isTcpFastOpenServerSideAvailable() {
    return isAvailable() && Kernels.system().platform().has(Constant.TCP_FASTOPEN);
  }

  /**
   * What runs, in one line: platform, provider of kqueue, wakeup and library.
   *
   * @throws UnsatisfiedLinkError where the transport is not available
   */
  public static String description() {
    ensureAvailability();
    return Description.TEXT;
  }

  private static Throwable probe() {
    if (SystemPropertyUtil.getBoolean("io.netty.transport.noNative", false)) {
      return new UnsupportedOperationException(
          "-Dio.netty.transport.noNative=true turns every transport but NIO off; leave the property"
              + " out to use this one");
    }
    if (Kernels.unavailabilityCause() != null) {
      return Kernels.unavailabilityCause();
    }
    try {
      Selector.open().close();
      return null;
    } catch (IOException | RuntimeException | LinkageError e) {
      // Whoever asks whether there is this transport wants an answer, not an Error.
      return new UnsupportedOperationException("cannot open a kqueue: " + e.getMessage(), e);
    }
  }

  private static final class Description {
    static final String TEXT = describe();

    private static String describe() {
      try (Selector selector = Selector.open()) {
        return Kernels.system().platform()
            + ", "
            + selector.describe()
            + ", "
            + Kernels.system().describe();
      } catch (IOException e) {
        throw new IllegalStateException("cannot open a kqueue: " + e.getMessage(), e);
      }
    }
  }
}
