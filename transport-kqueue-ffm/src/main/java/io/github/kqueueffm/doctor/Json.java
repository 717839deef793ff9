package io.github.kqueueffm.doctor;

/**
 * Writes one JSON object, by RFC 8259 and in ASCII, so that no encoding of a terminal breaks it.
 */
final class Json {
  private static final String ESCAPED = "\"\\\b\f\n\r\t";
  private static final String LETTERS = "\"\\bfnrt";

  private final StringBuilder out = new StringBuilder();
  private int depth;
  private boolean first = true;

  Json begin() {
    out.append('{');
    depth++;
    first = true;
    return this;
  }

  Json end() {
    depth--;
    if (!first) {
      newLine();
    }
    out.append('}');
    first = false;
    return this;
  }

  Json key(String name) {
    if (!first) {
      out.append(',');
    }
    newLine();
    first = false;
    string(name);
    out.append(": ");
    return this;
  }

  Json member(String name, String value) {
    key(name);
    string(value);
    return this;
  }

  Json member(String name, int value) {
    key(name);
    out.append(value);
    return this;
  }

  private void newLine() {
    out.append('\n').append("  ".repeat(depth));
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      character(text.charAt(i));
    }
    out.append('"');
  }

  private void character(char c) {
    int escaped = ESCAPED.indexOf(c);
    if (escaped >= 0) {
      out.append('\\').append(LETTERS.charAt(escaped));
    } else if (c < ' ' || c > '~') {
      // A character beyond 16 bits has two of these, as JSON wants it.
      out.append(String.format("\\u%04x", (int) c));
    } else {
      out.append(c);
    }
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
