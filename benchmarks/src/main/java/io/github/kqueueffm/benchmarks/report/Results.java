package io.github.kqueueffm.benchmarks.report;

import io.github.kqueueffm.benchmarks.Measurement;
import io.github.kqueueffm.benchmarks.Workload;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The measurements, by workload and transport. */
record Results(List<Measurement> measurements) {

  List<Workload> workloads() {
    return measurements.stream().map(Measurement::workload).distinct().toList();
  }

  List<String> transports() {
    return measurements.stream().map(Measurement::transport).distinct().toList();
  }

  List<Measurement> of(Workload workload, String transport) {
    return measurements.stream()
        .filter(one -> one.workload() == workload && one.transport().equals(transport))
        .toList();
  }

  Statistics statistics(Workload workload, String transport, ToDoubleFunction<Measurement> value) {
    return Statistics.of(of(workload, transport).stream().mapToDouble(value).toArray());
  }

  /**
   * What one transport's value is of the other's, in each round that has both: of those that
   * nothing else disturbed, if there are any.
   */
  double[] ratios(
      Workload workload, String transport, String to, ToDoubleFunction<Measurement> value) {
    double[] quiet = ratios(quiet(of(workload, transport)), quiet(of(workload, to)), value);
    return quiet.length > 0 ? quiet : ratios(of(workload, transport), of(workload, to), value);
  }

  private static List<Measurement> quiet(List<Measurement> all) {
    return all.stream().filter(one -> !one.isDisturbed()).toList();
  }

  private static double[] ratios(
      List<Measurement> ones, List<Measurement> others, ToDoubleFunction<Measurement> value) {
    return ones.stream()
        .mapToDouble(one -> ratio(one, others, value))
        .filter(ratio -> !Double.isNaN(ratio))
        .toArray();
  }

  private static double ratio(
      Measurement one, List<Measurement> others, ToDoubleFunction<Measurement> value) {
    return others.stream()
        .filter(other -> other.round() == one.round())
        .mapToDouble(other -> value.applyAsDouble(one) / value.applyAsDouble(other))
        .findFirst()
        .orElse(Double.NaN);
  }
}
