package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.TraceSink;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/** Netty's logging, for the lines of a trace. */
final class TraceLog implements TraceSink {
  private final InternalLogger logger = InternalLoggerFactory.getInstance(Kernels.TRACE_PROPERTY);

  private TraceLog() {}

  static void install() {
    Kernels.traceTo(new TraceLog());
  }

  @Override
  public void line(String line) {
    logger.info(line);
  }

  @Override
  public void warning(String sentence) {
    logger.warn(sentence);
  }
}
