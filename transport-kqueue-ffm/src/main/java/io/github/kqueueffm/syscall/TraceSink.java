package io.github.kqueueffm.syscall;

/** Takes the lines of a trace. Any thread may call it, also while another one does. */
public interface TraceSink {
  /** Takes the line of one call that has returned. */
  void line(String line);

  /** Takes a sentence about the trace itself, for the user who asked for it. */
  void warning(String sentence);
}
