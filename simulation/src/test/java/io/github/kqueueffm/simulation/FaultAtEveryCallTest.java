package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs short conversations again and again, each time with one fault at another call. {@code
 * -Dsimulation.stride=1} tries every call; the build tries each so-manieth.
 */
class FaultAtEveryCallTest {
  private static final int CONVERSATIONS = 30;
  private static final int STRIDE = Integer.getInteger("simulation.stride", 61);
  private static final String REPLAYED = System.getProperty("simulation.fault");
  private static final List<String> CALLBACKS =
      List.of(
          "handlerAdded",
          "channelRegistered",
          "channelUnregistered",
          "channelActive",
          "channelInactive",
          "channelRead",
          "channelReadComplete",
          "channelWritabilityChanged",
          "userEventTriggered",
          "exceptionCaught");

  @TempDir(factory = FolderOfOneLength.class)
  private Path folder;

  @Timeout(36_000)
  @ParameterizedTest
  @EnumSource(SimulatedSystem.class)
  void faultAtEachCallKeepsTheInvariants(SimulatedSystem system) {
    if (REPLAYED != null) {
      replay(system);
      return;
    }
    long tried = 0;
    long turn = system.ordinal();
    for (long seed = 1; seed <= CONVERSATIONS; seed++) {
      OneFault none = OneFault.none();
      check(Script.brief(system, seed, none), "no fault");
      List<Call> calls = none.calls();
      for (int number = 0; number < calls.size(); number++) {
        List<Faults.Fault> faults = PossibleFaults.of(system.platform(), calls.get(number));
        for (int fault = 0; fault < faults.size(); fault++) {
          if (turn++ % STRIDE == 0) {
            tried++;
            tryOne(system, seed, number, fault, calls.get(number));
          }
        }
      }
    }
    System.out.printf(
        Locale.ROOT, "%s: %,d faults tried of %,d%n", system, tried, turn - system.ordinal());
    assertThat(tried).isPositive();
  }

  private void tryOne(SimulatedSystem system, long seed, int number, int index, Call call) {
    Faults.Fault fault = PossibleFaults.of(system.platform(), call).get(index);
    check(
        Script.brief(system, seed, new OneFault(number, fault)),
        fault
            + " at call "
            + number
            + ", "
            + call.function()
            + "; replay by ./mvnw -Psimulation -Dsimulation.system="
            + system
            + " -Dsimulation.fault="
            + seed
            + ','
            + number
            + ','
            + index
            + " verify");
  }

  /** Tries the one fault that the property names: seed, call, and index of what is possible. */
  private void replay(SimulatedSystem system) {
    String[] parts = REPLAYED.split(",", -1);
    if (system.toString().equals(System.getProperty("simulation.system"))) {
      OneFault none = OneFault.none();
      long seed = Long.parseLong(parts[0]);
      int number = Integer.parseInt(parts[1]);
      check(Script.brief(system, seed, none), "no fault");
      tryOne(system, seed, number, Integer.parseInt(parts[2]), none.calls().get(number));
    }
  }

  @Timeout(36_000)
  @ParameterizedTest
  @EnumSource(SimulatedSystem.class)
  void exceptionOfEachCallbackKeepsTheInvariants(SimulatedSystem system) {
    for (String callback : CALLBACKS) {
      for (long seed = 1; seed <= 5; seed++) {
        check(
            Script.brief(system, seed, Faults.NONE).throwing(callback),
            "seed " + seed + ", " + callback + " throws");
      }
    }
  }

  @Timeout(36_000)
  @ParameterizedTest
  @EnumSource(SimulatedSystem.class)
  void failureOfEachAllocationKeepsTheInvariants(SimulatedSystem system) {
    for (long seed = 1; seed <= 3; seed++) {
      int allocations = check(Script.brief(system, seed, Faults.NONE), "no fault").allocations();
      for (int i = 0; i < allocations; i += 1 + allocations / 20) {
        check(
            Script.brief(system, seed, Faults.NONE).failing(i),
            "seed " + seed + ", allocation " + i + " fails");
      }
    }
  }

  private Outcome check(Script script, String fault) {
    Outcome outcome = Conversation.run(script, folder);
    assertThat(outcome.violations()).as(script.system() + ", " + fault).isEmpty();
    return outcome;
  }
}
