package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The state of one simulated system: its descriptors, its network, its time. One lock guards all of
 * it.
 */
final class World {
  final ReentrantLock lock = new ReentrantLock();
  final SimulatedSystem system;
  final Platform platform;
  final Quirks quirks;
  final Choices choices;
  final Pace pace;
  final Agenda agenda = new Agenda();
  final Descriptors descriptors = new Descriptors();
  final Addresses addresses;
  final OptionTable options;
  final Network network;
  final ControlData controlData;

  /** The negative errno of a {@link OpenFile#peerName} that has no answer. */
  int nameError;

  /** The first element that {@link Faults.Fault.Part} allows, or a high number. */
  long limitOfThisCall = Long.MAX_VALUE;

  private final Set<OpenFile> files = Collections.newSetFromMap(new IdentityHashMap<>());

  World(SimulatedSystem system, Quirks quirks, Choices choices, Function<World, Pace> pace) {
    this.system = system;
    this.quirks = quirks;
    this.choices = choices;
    this.pace = pace.apply(this);
    agenda.whenEarlier(this.pace::rescheduled);
    platform = system.platform();
    addresses = new Addresses(platform);
    options = new OptionTable(platform);
    network = new Network(this);
    controlData = new ControlData(this);
  }

  boolean has(Quirk quirk) {
    return quirks.has(quirk);
  }

  /** {@return the negative errno} */
  int error(Errno errno) {
    int number = platform.number(errno);
    if (number == 0) {
      throw new IllegalStateException(platform + " has no " + errno);
    }
    return -number;
  }

  /** {@return the constant's value, or {@code otherwise} if the system does not have it} */
  int constant(Constant constant, int otherwise) {
    return platform.getOr(constant, otherwise);
  }

  /** {@return the constant's value, which matches nothing if the system does not have it} */
  int option(Constant constant) {
    return platform.getOr(constant, Integer.MIN_VALUE);
  }

  /** Does something after a packet's way, or at once if that takes no time. */
  void afterDelay(long nanos, Runnable action) {
    if (nanos <= 0) {
      action.run();
    } else {
      agenda.at(pace.nanoTime() + nanos, action);
    }
  }

  /** Does what is due. */
  void runAgenda() {
    agenda.run(pace.nanoTime());
  }

  /**
   * Gives the lock up until the queue is woken, the deadline has come, or something of the agenda
   * is due, which is done then.
   */
  void sleep(WaitQueue queue, long deadline) {
    pace.sleep(queue, Math.min(deadline, agenda.next()));
    runAgenda();
  }

  /** Lets the calling thread sleep for so long. It does not have the lock. */
  void sleepNanos(long nanos) {
    lock.lock();
    try {
      long end = pace.nanoTime() + nanos;
      while (pace.nanoTime() < end) {
        sleep(new WaitQueue(), end);
      }
    } finally {
      lock.unlock();
    }
  }

  void created(OpenFile file) {
    files.add(file);
  }

  void gone(OpenFile file) {
    files.remove(file);
  }

  /** {@return a line for each file that is open} */
  List<String> left() {
    List<String> left = new ArrayList<>();
    for (OpenFile file : files) {
      left.add(file.describe());
    }
    return left;
  }
}
