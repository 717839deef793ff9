package io.github.kqueueffm.benchmarks.report;

import java.util.Arrays;
import org.apache.commons.statistics.descriptive.Median;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * The median of some values and its interval with 95 % confidence, by order statistics. With fewer
 * than six values the interval is their whole range, with less confidence.
 */
record Statistics(int count, double median, double low, double high) {
  private static final double OUTSIDE = 0.025;
  private static final double RESOLVED = 0.05;

  /** The range of fewer values contains the true median with less than 95 % confidence. */
  static final int FEWEST = 6;

  static Statistics of(double... values) {
    double[] sorted =
        Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
    if (sorted.length == 0) {
      return new Statistics(0, Double.NaN, Double.NaN, Double.NaN);
    }
    int cut = outside(sorted.length);
    return new Statistics(
        sorted.length,
        Median.withDefaults().evaluate(sorted),
        sorted[cut],
        sorted[sorted.length - 1 - cut]);
  }

  /** {@return the number of values at either end that the interval leaves out} */
  private static int outside(int count) {
    BinomialDistribution halves = BinomialDistribution.of(count, 0.5);
    int cut = 0;
    while (halves.cumulativeProbability(cut) <= OUTSIDE) {
      cut++;
    }
    return Math.max(0, cut - 1);
  }

  boolean isEmpty() {
    return count == 0;
  }

  /**
   * {@return what a ratio shows} A difference below 5 %, or one of too few values, is not resolved.
   */
  String verdict() {
    if (count < FEWEST) {
      return "not resolved";
    }
    if (high < 1 - RESOLVED) {
      return "less";
    }
    return low > 1 + RESOLVED ? "more" : "not resolved";
  }
}
