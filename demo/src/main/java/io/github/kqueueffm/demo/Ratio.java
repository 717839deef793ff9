package io.github.kqueueffm.demo;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The ratio of the answers of two transports, over several pairs of turns.
 *
 * @param median of the pairs
 * @param low the smallest of the pairs
 * @param high the largest of the pairs
 */
record Ratio(double median, double low, double high) {
  /** A median closer to 1 than this is within the noise of a desktop machine. */
  private static final double SMALLEST_DIFFERENCE = 0.05;

  static Ratio of(List<Double> pairs) {
    double[] sorted = pairs.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Ratio(median, sorted[0], Arrays.stream(sorted).max().orElseThrow());
  }

  /** Whether all pairs agree, and the difference is above the noise. */
  boolean isDifference() {
    return (low > 1 || high < 1) && Math.abs(median - 1) >= SMALLEST_DIFFERENCE;
  }

  @Override
  public String toString() {
    String ratio = String.format(Locale.ROOT, "%.2f (%.2f-%.2f)", median, low, high);
    return isDifference() ? ratio : ratio + ", no difference";
  }
}
