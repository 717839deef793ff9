package io.github.kqueueffm.jfr;

/** A connect that is recorded if it fails. On the loop's thread. */
public interface Connect {
  /**
   * The connect has failed.
   *
   * @param error the errno's name, or {@code null}
   */
  void failed(String channel, Object remote, String error, int errno, String message);
}
