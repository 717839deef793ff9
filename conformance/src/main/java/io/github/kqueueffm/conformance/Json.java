package io.github.kqueueffm.conformance;

import java.util.Locale;

/** Writes JSON in the order of the calls. */
final class Json {
  private final StringBuilder text = new StringBuilder();
  private boolean first = true;

  Json open(char bracket) {
    separate();
    text.append(bracket);
    first = true;
    return this;
  }

  Json close(char bracket) {
    text.append(bracket);
    first = false;
    return this;
  }

  /** Writes the name of the next object or array. */
  Json name(String name) {
    separate();
    quote(name);
    text.append(':');
    first = true;
    return this;
  }

  Json field(String name, String value) {
    name(name);
    quote(value);
    first = false;
    return this;
  }

  Json field(String name, long value) {
    return literal(name, Long.toString(value));
  }

  Json field(String name, boolean value) {
    return literal(name, Boolean.toString(value));
  }

  private Json literal(String name, String value) {
    name(name);
    text.append(value);
    first = false;
    return this;
  }

  private void separate() {
    if (!first) {
      text.append(',');
    }
    first = false;
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ') {
        text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
