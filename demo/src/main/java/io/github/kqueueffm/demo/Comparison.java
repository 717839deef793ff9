package io.github.kqueueffm.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Measures two transports in turn. In a block each serves two turns, A B B A and then B A A B,
 * because the second one profits from what the JIT compiler has compiled for the first one.
 */
final class Comparison {
  private static final long TURN_MILLIS = 250;
  private static final int TURNS_OF_A_BLOCK = 2;
  private static final int MOST_WARM_UP_BLOCKS = 6;
  private static final double WARM = 0.05;

  private final Round a;
  private final Round b;
  private final PrintStream progress;
  private boolean swapped;

  Comparison(Round a, Round b, PrintStream progress) {
    this.a = a;
    this.b = b;
    this.progress = progress;
  }

  /** Serves until every rate is within 5 % of the previous block, or 6 blocks have ended. */
  void warmUp() throws Exception {
    Map<Workload, Block> last = new EnumMap<>(Workload.class);
    for (int blocks = 1; blocks <= MOST_WARM_UP_BLOCKS; blocks++) {
      boolean warm = true;
      for (Workload workload : Workload.values()) {
        Block block = block(workload);
        Block before = last.put(workload, block);
        warm &= before != null && block.isLike(before);
      }
      progress.printf("warming up, block %d%n", blocks);
      if (warm) {
        return;
      }
    }
    progress.println("the rates still change; the machine may be busy");
  }

  /**
   * Measures.
   *
   * @param seconds for each transport and workload
   */
  List<Result> measure(int seconds) throws Exception {
    Map<Workload, List<Block>> blocks = new EnumMap<>(Workload.class);
    long count = Math.max(1, seconds * 1_000L / (TURNS_OF_A_BLOCK * TURN_MILLIS));
    for (int i = 1; i <= count; i++) {
      for (Workload workload : Workload.values()) {
        Block block = block(workload);
        blocks.computeIfAbsent(workload, none -> new ArrayList<>()).add(block);
        progress.printf(
            "block %d of %d, %-24s  %,9.0f and %,9.0f answers a second, every byte right%n",
            i, count, workload.title(), block.a.requestsPerSecond(), block.b.requestsPerSecond());
      }
    }
    return blocks.values().stream().map(Result::of).toList();
  }

  private Block block(Workload workload) throws Exception {
    Round outer = swapped ? b : a;
    Round inner = swapped ? a : b;
    Measurement first = outer.turn(workload, TURN_MILLIS);
    Measurement second = inner.turn(workload, TURN_MILLIS);
    Measurement third = inner.turn(workload, TURN_MILLIS);
    Measurement fourth = outer.turn(workload, TURN_MILLIS);
    Measurement outside = Measurement.sum(List.of(first, fourth));
    Measurement inside = Measurement.sum(List.of(second, third));
    Block block = swapped ? new Block(inside, outside) : new Block(outside, inside);
    swapped = !swapped;
    return block;
  }

  private record Block(Measurement a, Measurement b) {

    boolean isLike(Block other) {
      return isLike(a, other.a) && isLike(b, other.b);
    }

    private static boolean isLike(Measurement one, Measurement other) {
      return Math.abs(one.requestsPerSecond() / other.requestsPerSecond() - 1) <= WARM;
    }

    double ratio() {
      return b.requestsPerSecond() / a.requestsPerSecond();
    }
  }

  /**
   * One workload.
   *
   * @param a all turns of the first transport
   * @param b all turns of the second transport
   * @param ratio the second one's answers for each of the first one's
   */
  record Result(Measurement a, Measurement b, Ratio ratio) {

    private static Result of(List<Block> blocks) {
      return new Result(
          Measurement.sum(blocks.stream().map(Block::a).toList()),
          Measurement.sum(blocks.stream().map(Block::b).toList()),
          Ratio.of(blocks.stream().map(Block::ratio).toList()));
    }
  }
}
