package io.github.kqueueffm.doctor;

/**
 * One line of a report.
 *
 * @param value what was found
 * @param from where that is known from, or an empty text
 * @param level what it asks for
 * @param text what to do, or a remark; {@code null} at {@link Level#OK}
 */
record Fact(String value, String from, Level level, String text) {
  enum Level {
    OK,
    /** The text is a remark, which asks for nothing. */
    NOTE,
    /** The transport works, and the text says what would improve it. */
    ADVICE,
    /** The transport does not work, and the text says what would make it work. */
    PROBLEM
  }

  static Fact of(String value, String from) {
    return new Fact(value, from, Level.OK, null);
  }

  Fact note(String text) {
    return new Fact(value, from, Level.NOTE, text);
  }

  Fact advice(String text) {
    return new Fact(value, from, Level.ADVICE, text);
  }

  Fact problem(String text) {
    return new Fact(value, from, Level.PROBLEM, text);
  }
}
