package io.github.kqueueffm.jfr;

import jdk.jfr.FlightRecorder;

/**
 * Creates the transport's events for JDK Flight Recorder. From any thread.
 *
 * <p>While {@link #isOn()} says no, every method here does nothing, and no event's class is loaded.
 * It costs the read of a field, and nothing where the module jdk.jfr is missing. Ask it first where
 * the arguments take work.
 *
 * <p>JFR holds an event's class weakly, as its loader is collected. So nothing here is registered
 * or listens: a listener, a periodic event or an own setting would keep the loader for ever.
 */
public final class JfrEvents {
  private static final boolean PRESENT = isPresent(JfrEvents.class);

  private JfrEvents() {}

  private static boolean isPresent(Class<?> asker) {
    try {
      Class<?> recorder = Class.forName("jdk.jfr.FlightRecorder", false, asker.getClassLoader());
      // A module that was resolved without jdk.jfr does not read it, even where it exists.
      return asker.getModule().canRead(recorder.getModule());
    } catch (ClassNotFoundException | LinkageError e) {
      // A runtime image without jdk.jfr, or a class loader that hides it.
      return false;
    }
  }

  /** Whether JFR has been started in this process, so that there may be a recording. */
  public static boolean isOn() {
    return PRESENT && FlightRecorder.isInitialized();
  }

  /** Whether a recording wants the turns of loops. */
  public static boolean recordsTurns() {
    return isOn() && LoopTurnEvent.isOn();
  }

  /**
   * Begins a turn, whose wait is over. Only if {@link #recordsTurns()}.
   *
   * @param waitedNanos how long the loop was in its select step
   * @param events how many events it took
   * @param changes how many changes it sent
   */
  public static LoopTurn beginTurn(long waitedNanos, int events, int changes) {
    return LoopTurnEvent.begun(waitedNanos, events, changes);
  }

  /** Begins a wakeup, or returns {@code null} if no recording wants it. */
  public static LoopWakeup beginWakeup() {
    return isOn() && WakeupEvent.isOn() ? WakeupEvent.begun() : null;
  }

  /** Begins a connect, or returns {@code null} if no recording wants those that fail. */
  public static Connect beginConnect() {
    return isOn() && ConnectFailedEvent.isOn() ? ConnectFailedEvent.begun() : null;
  }

  /**
   * Begins a write's wait for room, or returns {@code null} if no recording wants it.
   *
   * @param pending the bytes that wait to be written
   */
  public static WriteWait beginWriteWait(long pending) {
    return isOn() && WriteWaitEvent.isOn() ? WriteWaitEvent.begun(pending) : null;
  }

  /**
   * A server accepts nothing for a while.
   *
   * @param error the errno's name, or {@code null}
   */
  public static void acceptPaused(
      String channel, Object local, String error, int errno, long pauseMillis) {
    if (!isOn()) {
      return;
    }
    AcceptPausedEvent event = new AcceptPausedEvent();
    if (event.shouldCommit()) {
      event.channel = channel;
      event.localAddress = text(local);
      event.error = error;
      event.errno = errno;
      event.pause = pauseMillis;
      event.commit();
    }
  }

  /** Whether a recording wants the closes of channels. */
  public static boolean recordsCloses() {
    return isOn() && ChannelCloseEvent.isOn();
  }

  /**
   * A channel closes.
   *
   * @param reason end, reset, error or own
   * @param error the errno's name, or {@code null}
   * @param message of the failure, or {@code null}
   */
  public static void channelCloses(
      String channel,
      Object local,
      Object remote,
      String reason,
      String error,
      int errno,
      String message) {
    if (!isOn()) {
      return;
    }
    ChannelCloseEvent event = new ChannelCloseEvent();
    if (event.shouldCommit()) {
      event.channel = channel;
      event.localAddress = text(local);
      event.remoteAddress = text(remote);
      event.reason = reason;
      event.error = error;
      event.errno = errno;
      event.message = message;
      event.commit();
    }
  }

  /**
   * Something else does the work of what is missing, refused or does not work.
   *
   * @param feature what is not used
   * @param replacement what is used
   * @param permanent whether the feature is not tried again
   */
  public static void fallback(
      String feature, String replacement, String reason, boolean permanent) {
    if (!isOn()) {
      return;
    }
    FallbackEvent event = new FallbackEvent();
    if (event.shouldCommit()) {
      event.feature = feature;
      event.replacement = replacement;
      event.reason = reason;
      event.permanent = permanent;
      event.commit();
    }
  }

  static String text(Object address) {
    return address == null ? null : address.toString();
  }
}
