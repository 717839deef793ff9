package io.github.kqueueffm.conformance;

/** The system does not have what a check is about, and the transport does without it. */
final class NotOffered extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotOffered(String seen) {
    super(seen);
  }
}
