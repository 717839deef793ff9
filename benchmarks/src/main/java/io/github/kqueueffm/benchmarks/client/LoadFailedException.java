package io.github.kqueueffm.benchmarks.client;

import java.io.IOException;

/** Thrown if a client got no answer or a wrong one. */
public final class LoadFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  LoadFailedException(Throwable cause) {
    super("the load failed: " + cause.getMessage(), cause);
  }
}
