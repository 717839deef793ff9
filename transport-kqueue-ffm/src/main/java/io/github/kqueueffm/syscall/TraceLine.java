package io.github.kqueueffm.syscall;

/** The line of one call while it is written. */
final class TraceLine {
  private static final long MICROSECOND = 1000;

  private final StringBuilder text;
  private boolean next;

  /**
   * @param loop the name of the loop's thread, or of another thread that makes the call
   */
  TraceLine(String loop, String call) {
    text = new StringBuilder(128).append('[').append(loop).append("] ").append(call).append('(');
  }

  TraceLine put(String name, String value) {
    text.append(next ? ", " : "").append(name).append('=').append(value);
    next = true;
    return this;
  }

  TraceLine put(String name, long value) {
    return put(name, Long.toString(value));
  }

  /** Ends the arguments. What is put from now on was written by the call. */
  void result(String result) {
    text.append(") = ").append(result);
    next = true;
  }

  String end(long nanos) {
    return text.append(" (").append(nanos / MICROSECOND).append(" us)").toString();
  }

  /** {@return what it has so far} */
  @Override
  public String toString() {
    return text.toString();
  }
}
