package io.github.kqueueffm.selector;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;
import java.util.Locale;

/** The wakeups, best first. */
enum WakeupKind {
  /** The one of the spec. */
  TIMER {
    @Override
    Wakeup open(Kqueue kqueue, Kernel kernel, KqueueConstants facts) {
      return new TimerWakeup(kqueue, facts);
    }
  },
  USER {
    @Override
    Wakeup open(Kqueue kqueue, Kernel kernel, KqueueConstants facts) throws IOException {
      return new UserWakeup(kqueue, facts);
    }
  },
  PIPE {
    @Override
    Wakeup open(Kqueue kqueue, Kernel kernel, KqueueConstants facts) throws IOException {
      return PipeWakeup.open(kqueue, kernel, facts);
    }
  };

  /** The property that forces one. */
  static final String PROPERTY = "io.github.kqueueffm.wakeup";

  abstract Wakeup open(Kqueue kqueue, Kernel kernel, KqueueConstants facts) throws IOException;

  /** The one that the property forces, or {@code null}. */
  static WakeupKind forced() {
    String value = Platform.property(PROPERTY);
    return value == null ? null : named(value);
  }

  static WakeupKind named(String name) {
    for (WakeupKind kind : values()) {
      if (kind.toString().equals(name.toLowerCase(Locale.ROOT))) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "-D" + PROPERTY + "=" + name + ": there are timer, user and pipe; leave it out to probe");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
