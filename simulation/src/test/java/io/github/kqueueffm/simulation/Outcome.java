package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Errno;
import java.util.List;
import java.util.Set;

/**
 * What a conversation came to.
 *
 * @param violations what contradicts the invariants
 * @param events what the handlers heard of
 * @param channels how many channels of ours had a handler
 * @param steps system calls
 * @param faults how many calls failed because the script says so
 * @param reached the quirks that were met
 * @param errnos what calls of the transport returned
 * @param allocations buffers that the transport asked for
 * @param digest follows from the order of all system calls, and is the same in each replay
 */
record Outcome(
    List<String> violations,
    int events,
    int channels,
    long steps,
    int faults,
    Set<Quirk> reached,
    Set<Errno> errnos,
    long digest,
    int allocations) {
  boolean isGood() {
    return violations.isEmpty();
  }
}
