package io.github.kqueueffm.syscall;

/** Passes the lines to the sink of {@link Kernels#traceTo}, or without one to the JDK's logger. */
final class TraceSwitch implements TraceSink {
  /** Made when it is needed: with Netty it never is. */
  private static final class Jdk {
    static final System.Logger LOGGER = System.getLogger(Kernels.TRACE_PROPERTY);
  }

  @Override
  public void line(String line) {
    TraceSink sink = Kernels.sink();
    if (sink == null) {
      Jdk.LOGGER.log(System.Logger.Level.INFO, line);
    } else {
      sink.line(line);
    }
  }

  @Override
  public void warning(String sentence) {
    TraceSink sink = Kernels.sink();
    if (sink == null) {
      Jdk.LOGGER.log(System.Logger.Level.WARNING, sentence);
    } else {
      sink.warning(sentence);
    }
  }
}
