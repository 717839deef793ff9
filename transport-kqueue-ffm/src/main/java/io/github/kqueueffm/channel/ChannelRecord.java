package io.github.kqueueffm.channel;

import io.github.kqueueffm.jfr.JfrEvents;
import io.github.kqueueffm.jfr.WriteWait;
import io.github.kqueueffm.syscall.FailureErrno;
import io.github.kqueueffm.syscall.Failures;
import io.netty.channel.Channel;

/**
 * What Flight Recorder records of one channel: its waits for room, and why it closes. A channel has
 * one only if JFR runs and there is something to keep. The loop's thread only.
 */
final class ChannelRecord {
  private final Channel channel;

  /** The wait that is under way, or {@code null}. */
  private WriteWait wait;

  private boolean ended;
  private Throwable failure;

  ChannelRecord(Channel channel) {
    this.channel = channel;
  }

  /**
   * A flush waits for room, perhaps already.
   *
   * @param pending the bytes that wait to be written
   */
  void waits(long pending) {
    if (wait == null) {
      wait = JfrEvents.beginWriteWait(pending);
    }
  }

  /** There is room again, or the channel closes without it. */
  void waited(boolean closed) {
    WriteWait over = wait;
    wait = null;
    if (over != null) {
      over.ended(name(), channel.localAddress(), channel.remoteAddress(), closed);
    }
  }

  /** The input has ended, for which the channel is about to close. */
  void inputEnded() {
    ended = true;
  }

  /** {@return the failure that is kept, or {@code null}} */
  Throwable failure() {
    return failure;
  }

  /** A failure has come for which the channel may close, or {@code null} if it has not closed. */
  void failed(Throwable cause) {
    failure = cause;
  }

  /**
   * The channel closes.
   *
   * @param loopError what ended the loop, or {@code null}
   */
  void closes(Throwable loopError) {
    waited(true);
    if (JfrEvents.recordsCloses()) {
      Throwable cause = failure != null ? failure : loopError;
      FailureErrno errno = cause == null ? FailureErrno.NONE : FailureErrno.of(cause);
      // A socket that is not connected would only be asked in vain.
      boolean active = channel.isActive();
      JfrEvents.channelCloses(
          name(),
          active ? channel.localAddress() : null,
          active ? channel.remoteAddress() : null,
          reason(cause, errno.name()),
          errno.name(),
          errno.number(),
          cause == null ? null : Failures.reason(cause));
    }
    failure = null;
  }

  private String reason(Throwable cause, String errno) {
    if (cause == null) {
      return ended ? "end" : "own";
    }
    return switch (errno) {
      case "ECONNRESET", "EPIPE", "ECONNABORTED" -> "reset";
      case null, default -> "error";
    };
  }

  private String name() {
    return channel.id().asShortText();
  }
}
