package io.github.kqueueffm.simulation;

import java.util.SplittableRandom;

/** What a kernel or a network may decide as it likes. */
interface Choices {
  /** {@return choices as an idle machine makes them: everything at once and whole} */
  static Choices plain() {
    return new Choices() {
      @Override
      public boolean chance(int perMille) {
        return false;
      }

      @Override
      public int below(int bound) {
        return 0;
      }

      @Override
      public long part(long length) {
        return length;
      }

      @Override
      public long delayNanos() {
        return 0;
      }
    };
  }

  /** {@return choices that a seed makes} */
  static Choices seeded(SplittableRandom random) {
    return new Choices() {
      @Override
      public boolean chance(int perMille) {
        return random.nextInt(1000) < perMille;
      }

      @Override
      public int below(int bound) {
        return random.nextInt(bound);
      }

      @Override
      public long part(long length) {
        return length <= 1 || random.nextInt(4) != 0 ? length : 1 + random.nextLong(length);
      }

      @Override
      public long delayNanos() {
        // Mostly at once, sometimes after other calls, now and then late.
        return switch (random.nextInt(8)) {
          case 0, 1 -> random.nextLong(50_000);
          case 2 -> random.nextLong(5_000_000);
          default -> 0;
        };
      }
    };
  }

  /** Whether something that happens so often of a thousand times happens now. */
  boolean chance(int perMille);

  /** {@return a number from 0 to that bound, exclusive} */
  int below(int bound);

  /** {@return how many of so many bytes a call takes, 1 at least} 0 stays 0. */
  long part(long length);

  /** {@return how long a packet is on its way} */
  long delayNanos();
}
