package io.github.kqueueffm.channel;

import io.netty.util.internal.logging.InternalLogger;

/** The log of the event loop, which a logger that throws does not end. */
final class LoopLog {
  private LoopLog() {}

  /**
   * Logs at level WARN. If the logger throws, as one does that finds no descriptor to open a file
   * with, the thread's handler of uncaught exceptions gets the cause: it must not be lost, and the
   * loop's other channels must not be closed for it.
   */
  static void warn(InternalLogger logger, String message, Throwable cause) {
    try {
      logger.warn(message, cause);
    } catch (Throwable t) {
      suppress(cause, t);
      Thread current = Thread.currentThread();
      current.getUncaughtExceptionHandler().uncaughtException(current, cause);
    }
  }

  /** The same for a message that is not a failure. If the logger throws, the message is lost. */
  static void warn(InternalLogger logger, String message) {
    try {
      logger.warn(message);
    } catch (Throwable t) {
      Thread current = Thread.currentThread();
      current.getUncaughtExceptionHandler().uncaughtException(current, t);
    }
  }

  /** Keeps what failed beside another failure, unless it is the same. */
  static void suppress(Throwable failure, Throwable suppressed) {
    if (failure != suppressed) {
      failure.addSuppressed(suppressed);
    }
  }
}
