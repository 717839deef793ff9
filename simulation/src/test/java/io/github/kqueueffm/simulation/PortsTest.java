package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PortsTest {
  private static String bindBoth(Calls calls, Address address, Constant option) {
    int first = calls.socket(Constant.AF_INET, Constant.SOCK_DGRAM);
    int second = calls.socket(Constant.AF_INET, Constant.SOCK_DGRAM);
    calls.on(first, option);
    calls.on(second, option);
    assertThat(calls.outcome(calls.bind(first, address))).isEqualTo("0");
    return calls.outcome(calls.bind(second, calls.localName(first)));
  }

  @ParameterizedTest
  @EnumSource
  void datagramSocketsShareByReuseAddress(SimulatedSystem system) {
    try (Calls calls = new Calls(system)) {
      Address wildcard = Address.ip("0.0.0.0", 0);
      assertThat(bindBoth(calls, wildcard, Constant.SO_REUSEPORT)).isEqualTo("0");
      assertThat(bindBoth(calls, wildcard, Constant.SO_REUSEADDR))
          .isEqualTo(system == SimulatedSystem.LINUX ? "0" : "EADDRINUSE");
      Address group = Address.ip("239.1.2.3", 0);
      assertThat(bindBoth(calls, group, Constant.SO_REUSEADDR)).isEqualTo("0");
    }
  }
}
