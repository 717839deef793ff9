package io.github.kqueueffm.syscall;

/**
 * What a socket for addresses of any family has to remember until one of them decides of which
 * family it is: another socket may have to take its place.
 */
final class FamilyChoice {
  private final boolean listens;
  private final GivenOptions options = new GivenOptions();
  private boolean bound;
  private Runnable beforeReplacement = () -> {};

  /**
   * @param listens whether a wildcard decides too: what listens at it stays there
   */
  FamilyChoice(boolean listens) {
    this.listens = listens;
  }

  boolean listens() {
    return listens;
  }

  GivenOptions options() {
    return options;
  }

  /** Whether it is bound, to the wildcard address: another one would have decided. */
  boolean isBound() {
    return bound;
  }

  void bound(boolean bound) {
    this.bound = bound;
  }

  void beforeReplacement(Runnable action) {
    beforeReplacement = action;
  }

  /** The descriptor is about to be another socket's. */
  void replacing() {
    beforeReplacement.run();
  }
}
