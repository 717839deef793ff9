package io.github.kqueueffm.conformance;

/**
 * The result of a check.
 *
 * @param seen what was seen, or the failure
 */
record Result(Check check, Outcome outcome, String seen, long millis) {

  enum Outcome {
    PASS("pass"),
    FAIL("FAIL"),
    NOT_OFFERED("not offered");

    private final String text;

    Outcome(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
