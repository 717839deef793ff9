package io.github.kqueueffm.simulation;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * What a conversation does: all of it follows from the system, the seed, and the steps that are
 * left out. Steps do not depend on each other's random numbers, so that a failing script can be
 * shrunk.
 *
 * @param without the indexes of steps that are left out
 * @param faults which calls of the transport fail
 * @param throwingCallback the handler's callback that throws, or {@code null}
 * @param failingAllocation the buffer allocation that fails, or -1
 * @param off quirks that the system does not have
 */
record Script(
    SimulatedSystem system,
    long seed,
    Set<Integer> without,
    Faults faults,
    String throwingCallback,
    int failingAllocation,
    Set<Quirk> off) {
  private static final int MOST_FAULTS = 4;

  /** What a step does. */
  enum Kind {
    TCP,
    LOCAL,
    TCP_TO_PEER,
    TCP_FROM_PEER,
    UDP,
    LOCAL_DATAGRAMS,
    DESCRIPTORS,
    REFUSED,
    PEER_OF_DATAGRAMS,
    POKE,
    PEERS,
    OPTIONS,
    ADOPTED,
    FEW_DESCRIPTORS,
    EDGES
  }

  /**
   * A step and the time after it.
   *
   * @param seed of its random numbers
   */
  record Step(Kind kind, long seed, long pauseNanos) {
    SplittableRandom random() {
      return new SplittableRandom(seed);
    }
  }

  /** {@return the script of a seed, with faults that the seed chooses} */
  static Script of(SimulatedSystem system, long seed) {
    return new Script(
        system,
        seed,
        new TreeSet<>(),
        RandomFaults.of(system.platform(), seed, MOST_FAULTS),
        null,
        -1,
        EnumSet.noneOf(Quirk.class));
  }

  /** {@return a conversation of a few steps, with the given faults} */
  static Script brief(SimulatedSystem system, long seed, Faults faults) {
    Set<Integer> without = new TreeSet<>();
    for (int i = 0; i < 60; i++) {
      if (i != 0 && i != 1 && (i < 6 || i > 12)) {
        without.add(i);
      }
    }
    return new Script(system, seed, without, faults, null, -1, EnumSet.noneOf(Quirk.class));
  }

  Script throwing(String callback) {
    return new Script(system, seed, without, faults, callback, failingAllocation, off);
  }

  Script failing(int allocation) {
    return new Script(system, seed, without, faults, throwingCallback, allocation, off);
  }

  /** {@return the same script without a further step} */
  Script without(int step) {
    Set<Integer> more = new TreeSet<>(without);
    more.add(step);
    // Faults count calls, so they are made anew.
    Faults again = faults instanceof RandomFaults random ? random.again() : faults;
    return new Script(system, seed, more, again, throwingCallback, failingAllocation, off);
  }

  List<Step> steps() {
    SplittableRandom random = split(1);
    int count = 20 + random.nextInt(40);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Step step = step(i, random);
      if (!without.contains(i)) {
        steps.add(step);
      }
    }
    return steps;
  }

  private static Step step(int index, SplittableRandom random) {
    Kind kind =
        switch (index < 6 ? random.nextInt(7) : random.nextInt(27)) {
          case 0 -> Kind.TCP;
          case 1 -> Kind.LOCAL;
          case 2 -> Kind.TCP_TO_PEER;
          case 3 -> Kind.TCP_FROM_PEER;
          case 4 -> Kind.UDP;
          case 5 -> Kind.LOCAL_DATAGRAMS;
          case 6 -> Kind.DESCRIPTORS;
          case 7 -> Kind.REFUSED;
          case 8 -> Kind.PEER_OF_DATAGRAMS;
          case 9, 10, 11, 12, 13 -> Kind.PEERS;
          case 14, 15 -> Kind.OPTIONS;
          case 16 -> Kind.ADOPTED;
          case 17, 18, 19 -> Kind.EDGES;
          case 20 -> Kind.FEW_DESCRIPTORS;
          default -> Kind.POKE;
        };
    long pause = random.nextInt(3) == 0 ? random.nextLong(20_000_000) : random.nextLong(500_000);
    return new Step(kind, random.nextLong(), pause);
  }

  /** {@return how many steps there are without any left out} */
  int length() {
    return 20 + split(1).nextInt(40);
  }

  /** Whether the loops are shut down with open channels. */
  boolean endsAbruptly() {
    return split(2).nextInt(8) == 0;
  }

  /** {@return random numbers for one use} */
  SplittableRandom split(int use) {
    return new SplittableRandom(seed * 1_000_003 + use);
  }

  /** {@return the arguments that replay it} */
  String command() {
    String left =
        without.isEmpty()
            ? ""
            : " -Dsimulation.without="
                + without.toString().replace(" ", "").replaceAll("[\\[\\]]", "");
    return "./mvnw -Psimulation -Dsimulation.system="
        + system
        + " -Dsimulation.seed="
        + seed
        + left
        + " verify";
  }
}
