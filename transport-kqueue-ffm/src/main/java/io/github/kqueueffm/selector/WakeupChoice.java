package io.github.kqueueffm.selector;

import io.github.kqueueffm.selector.Wakeup.Kind;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which wakeup the loops of one kernel use, and whether that kind is proven. All loops of the
 * kernel share it; from any thread.
 *
 * <p>A kind is proven by a measurement, by the full probe, or by a loop that has used it. A kind
 * that has lied to one loop is given up by every loop that still tries it, and by all later ones:
 * TIMER hands over to USER, USER to PIPE. The pipe is always proven.
 */
final class WakeupChoice {
  private record State(Kind kind, boolean proven) {}

  private final Set<Kind> probed = EnumSet.of(Kind.PIPE);
  private volatile State state;

  private WakeupChoice(Kind kind, boolean proven) {
    state = new State(kind, proven || kind == Kind.PIPE);
  }

  /** One that was measured or probed. */
  static WakeupChoice proven(Kind kind) {
    return new WakeupChoice(kind, true);
  }

  /** One whose first use is its probe. */
  static WakeupChoice guessed(Kind kind) {
    return new WakeupChoice(kind, false);
  }

  Kind kind() {
    return state.kind;
  }

  /** Whether the current kind is proven. */
  boolean isProven() {
    return state.proven;
  }

  /** Whether that kind is the current one, and proven. */
  boolean isProven(Kind kind) {
    State now = state;
    return now.proven && now.kind == kind;
  }

  /** Whether that kind has been given up for the next. */
  boolean isGivenUp(Kind kind) {
    return kind.compareTo(state.kind) < 0;
  }

  /** A loop has seen that kind work. */
  synchronized void prove(Kind kind) {
    if (kind == state.kind) {
      state = new State(kind, true);
    }
  }

  /**
   * A loop has seen that kind lie.
   *
   * @return whether this call gave it up
   */
  synchronized boolean giveUp(Kind kind) {
    if (kind != state.kind || kind == Kind.PIPE) {
      return false;
    }
    Kind next = Kind.values()[kind.ordinal() + 1];
    state = new State(next, next == Kind.PIPE);
    return true;
  }

  /** Whether the full probe of that kind has passed in this process. */
  synchronized boolean isProbed(Kind kind) {
    return probed.contains(kind);
  }

  synchronized void probed(Kind kind) {
    probed.add(kind);
  }
}
