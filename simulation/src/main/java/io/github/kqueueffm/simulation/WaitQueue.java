package io.github.kqueueffm.simulation;

import java.util.ArrayList;
import java.util.List;

/** The threads that sleep until something happens to a file. Most files never have one. */
final class WaitQueue {
  /** What a pace keeps for each sleeping thread. */
  final List<Object> sleepers = new ArrayList<>(1);
}
