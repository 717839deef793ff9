package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Call;
import java.util.ArrayList;
import java.util.List;

/** One fault at one call, or none; it records the calls. */
final class OneFault implements Faults {
  private final long number;
  private final Fault fault;
  private final List<Call> calls = new ArrayList<>();

  OneFault(long number, Fault fault) {
    this.number = number;
    this.fault = fault;
  }

  static OneFault none() {
    return new OneFault(-1, Fault.NONE);
  }

  List<Call> calls() {
    return calls;
  }

  @Override
  public Fault at(long at, Call call, int fd) {
    calls.add(call);
    return at == number ? fault : Fault.NONE;
  }
}
