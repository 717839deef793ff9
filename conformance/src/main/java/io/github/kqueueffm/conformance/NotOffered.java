package io.github.kqueueffm.conformance;

/** The system lacks the feature of a check, and the transport does not need it. */
final class NotOffered extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotOffered(String seen) {
    super(seen);
  }
}
