package io.github.kqueueffm.selector;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.jfr.JfrEvents;
import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;
import java.util.Locale;

/** One way to end another thread's wait, and to distinguish its event from the users'. */
interface Wakeup {
  /** The property that forces one. */
  String PROPERTY = "io.github.kqueueffm.wakeup";

  /** The wakeups, best first. */
  enum Kind {
    /** The one of the spec. */
    TIMER,
    USER,
    PIPE;

    Wakeup open(Kqueue kqueue, Kernel kernel, KqueueConstants c) throws IOException {
      return switch (this) {
        case TIMER -> EventWakeup.timer(kqueue, c);
        case USER -> EventWakeup.user(kqueue, c);
        case PIPE -> PipeWakeup.open(kqueue, kernel, c);
      };
    }

    /** Opens it, or the pipe where the kernel refuses it. */
    Wakeup openOrPipe(Kqueue kqueue, Kernel kernel, KqueueConstants c) throws IOException {
      try {
        return open(kqueue, kernel, c);
      } catch (IOException e) {
        if (this == PIPE) {
          throw e;
        }
        // No EVFILT_USER before NetBSD 10 and OpenBSD 7.8. Later ones of OpenBSD limit the user
        // events and timers of a process together, and answer ENOMEM.
        try {
          Wakeup pipe = PIPE.open(kqueue, kernel, c);
          JfrEvents.fallback("wakeup " + this, "wakeup " + PIPE, Failures.reason(e), false);
          return pipe;
        } catch (Throwable t) {
          t.addSuppressed(e);
          throw t;
        }
      }
    }

    /** The one that the property forces, or {@code null}. */
    static Kind forced() {
      String value = Platform.property(PROPERTY);
      return value == null ? null : named(value);
    }

    static Kind named(String name) {
      for (Kind kind : values()) {
        if (kind.toString().equals(name.toLowerCase(Locale.ROOT))) {
          return kind;
        }
      }
      throw new IllegalArgumentException(
          "-D"
              + PROPERTY
              + "="
              + name
              + ": there are timer, user and pipe; leave it out for the default");
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  Kind kind();

  /** Whether an event of that filter and ident is the wakeup's. */
  boolean isEvent(int filter, long ident);

  /**
   * Ends the wait that is under way, or the next one. From any thread that has entered the loop's
   * gate; one system call.
   *
   * @return 0 or more, or the negative errno
   */
  int trigger();

  /**
   * Consumes the event of that filter and ident, so that it does not come again. On the loop's
   * thread.
   *
   * @return 0 or more, or the negative errno
   */
  int consumed(int filter, long ident);

  /** Frees what it holds, when no thread waits or triggers any more; the kqueue is still open. */
  void close();
}
