package io.github.kqueueffm.benchmarks.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them. */
final class Format {
  private static final MathContext DIGITS = new MathContext(4);

  private Format() {}

  /** Four digits that count, without an exponent; nothing for what is no number. */
  static String significant(double value) {
    return Double.isFinite(value)
        ? new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString()
        : "";
  }

  static String ratio(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
