package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A few faults, at calls and with errnos that a seed chooses. */
final class RandomFaults implements Faults {
  /** The first calls open the loops and the listeners. */
  private static final int FIRST = 60;

  private static final int SPAN = 700;

  private final Platform platform;
  private final long seed;
  private final int most;
  private final TreeMap<Long, Long> due = new TreeMap<>();
  private final List<String> done = new ArrayList<>();

  private RandomFaults(Platform platform, long seed, int most) {
    this.platform = platform;
    this.seed = seed;
    this.most = most;
    SplittableRandom random = new SplittableRandom(seed ^ 0x5eed);
    int count = 1 + random.nextInt(most);
    for (int i = 0; i < count; i++) {
      due.put(FIRST + random.nextLong(SPAN), random.nextLong());
    }
  }

  static RandomFaults of(Platform platform, long seed, int most) {
    return new RandomFaults(platform, seed, most);
  }

  RandomFaults again() {
    return of(platform, seed, most);
  }

  /** {@return what was done, a line for each fault} */
  List<String> done() {
    return done;
  }

  @Override
  public Fault at(long number, Call call, int fd) {
    if (due.isEmpty() || due.firstKey() > number) {
      return Fault.NONE;
    }
    List<Fault> possible = PossibleFaults.of(platform, call);
    if (possible.isEmpty()) {
      return Fault.NONE;
    }
    long choice = due.pollFirstEntry().getValue();
    Fault fault = possible.get((int) Long.remainderUnsigned(choice, possible.size()));
    done.add("call " + number + " " + call.function() + "(" + fd + "): " + describe(fault));
    return fault;
  }

  private String describe(Fault fault) {
    if (fault instanceof Fault.Fails fails) {
      Errno errno = platform.errno(fails.errno());
      return String.valueOf(errno);
    }
    return fault.toString();
  }
}
