package io.github.kqueueffm.jfr;

/** A wait for room that is recorded. On the loop's thread. */
public interface WriteWait {
  /**
   * The wait is over.
   *
   * @param closed whether the channel closes, so that there was no room
   */
  void ended(String channel, Object local, Object remote, boolean closed);
}
