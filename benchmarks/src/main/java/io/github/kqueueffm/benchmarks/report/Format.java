package io.github.kqueueffm.benchmarks.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;

/** Formats numbers and tables for people. */
final class Format {
  private static final MathContext DIGITS = new MathContext(4);

  private Format() {}

  /**
   * {@return a number with four significant digits and without an exponent, or an empty text for
   * NaN}
   */
  static String significant(double value) {
    return Double.isFinite(value)
        ? new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString()
        : "";
  }

  /**
   * Formats a table in Markdown, whose columns are also aligned in a terminal. The first row is the
   * head.
   */
  static String table(List<List<String>> rows) {
    int[] widths = new int[rows.get(0).size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder table = new StringBuilder();
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        String cell = row.get(i);
        table.append("| ").append(cell).append(" ".repeat(widths[i] - cell.length() + 1));
      }
      table.append("|\n");
      if (row == rows.get(0)) {
        for (int width : widths) {
          table.append("|").append("-".repeat(width + 2));
        }
        table.append("|\n");
      }
    }
    return table.toString();
  }

  static String ratio(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
