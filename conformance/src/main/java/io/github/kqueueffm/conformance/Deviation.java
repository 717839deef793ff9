package io.github.kqueueffm.conformance;

/** The system behaves differently from what the transport relies on. */
final class Deviation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Deviation(String seen) {
    super(seen);
  }

  static void unless(boolean holds, String seen) {
    if (!holds) {
      throw new Deviation(seen);
    }
  }
}
