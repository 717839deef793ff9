package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Call;

/** Makes single system calls fail, or do less than they could. */
interface Faults {
  /** No faults. */
  Faults NONE = (number, call, fd) -> Fault.NONE;

  /**
   * {@return what happens to a call in place of its work}
   *
   * @param number how many calls came before it
   * @param fd its first argument
   */
  Fault at(long number, Call call, int fd);

  /** What happens to a call. */
  sealed interface Fault {
    Fault NONE = new Nothing();

    /** The call does its work. */
    record Nothing() implements Fault {}

    /**
     * The call fails without an effect, except EINTR of kevent, whose changes are made.
     *
     * @param errno the platform's number
     */
    record Fails(int errno) implements Fault {}

    /**
     * The call moves so many bytes at most, or delivers so many events.
     *
     * @param count at least 1
     */
    record Part(int count) implements Fault {}

    /** A wait returns an event of a registered filter that is not active. */
    record SpuriousEvent() implements Fault {}

    /** A wait leaves its events for the next one. */
    record LateEvents() implements Fault {}
  }
}
