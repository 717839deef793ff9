package io.github.kqueueffm.benchmarks.report;

import io.github.kqueueffm.benchmarks.Measurement;
import io.github.kqueueffm.benchmarks.Workload;
import io.github.kqueueffm.benchmarks.server.ServerTransport;
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

  /** {@return the peers that this transport is compared with} */
  List<String> others() {
    return transports().stream().filter(name -> !name.equals(ServerTransport.KQUEUE_FFM)).toList();
  }

  List<Measurement> of(Workload workload, String transport) {
    return measurements.stream()
        .filter(one -> one.workload() == workload && one.transport().equals(transport))
        .toList();
  }

  /** {@return the median of the undisturbed measurements, or of all if there is none} */
  Statistics statistics(Workload workload, String transport, ToDoubleFunction<Measurement> value) {
    List<Measurement> all = of(workload, transport);
    List<Measurement> quiet = all.stream().filter(one -> !one.isDisturbed()).toList();
    return Statistics.of((quiet.isEmpty() ? all : quiet).stream().mapToDouble(value).toArray());
  }

  long disturbed(Workload workload, String transport) {
    return of(workload, transport).stream().filter(Measurement::isDisturbed).count();
  }

  /** {@return the ratios of two transports' values, for each round that has both} */
  List<Ratio> ratios(
      Workload workload, String transport, String to, ToDoubleFunction<Measurement> value) {
    List<Measurement> others = of(workload, to);
    return of(workload, transport).stream()
        .flatMap(one ->
            others.stream()
                .filter(other -> other.round() == one.round())
                .limit(1)
                .map(other -> Ratio.of(one, other, value)))
        .filter(ratio -> !Double.isNaN(ratio.value()))
        .toList();
  }

  /**
   * A ratio of one round.
   *
   * @param isDisturbed whether other load disturbed either measurement
   */
  record Ratio(double value, boolean isDisturbed) {

    private static Ratio of(
        Measurement one, Measurement other, ToDoubleFunction<Measurement> value) {
      return new Ratio(
          value.applyAsDouble(one) / value.applyAsDouble(other),
          one.isDisturbed() || other.isDisturbed());
    }

    /** {@return the undisturbed ratios, or all if there is none} */
    static List<Ratio> counted(List<Ratio> all) {
      List<Ratio> quiet = all.stream().filter(ratio -> !ratio.isDisturbed()).toList();
      return quiet.isEmpty() ? all : quiet;
    }
  }
}
