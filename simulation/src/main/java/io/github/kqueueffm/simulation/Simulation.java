package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Kernel;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A simulated system that runs in this process.
 *
 * <p>{@link #inRealTime} serves any threads and decides nothing at random. {@link #seeded} steps
 * its threads at their system calls, in virtual time.
 */
public final class Simulation {
  private final World world;
  private final SimulatedKernel kernel;

  private Simulation(World world, Faults faults) {
    this.world = world;
    kernel = new SimulatedKernel(world, faults);
  }

  /** Starts a system whose time is the machine's. */
  public static Simulation inRealTime(SimulatedSystem system) {
    return inRealTime(system, EnumSet.noneOf(Quirk.class), Faults.NONE);
  }

  static Simulation inRealTime(SimulatedSystem system, Set<Quirk> off, Faults faults) {
    Quirks quirks = Quirks.of(system, off);
    return new Simulation(new World(system, quirks, Choices.plain(), RealPace::new), faults);
  }

  /**
   * Starts a system whose time is virtual, and whose threads are stepped. The calling thread
   * becomes one of them; {@link #start} makes others.
   *
   * @param seed decides everything that a system may decide
   */
  static Simulation seeded(SimulatedSystem system, long seed, Faults faults) {
    return seeded(system, seed, EnumSet.noneOf(Quirk.class), faults);
  }

  static Simulation seeded(SimulatedSystem system, long seed, Set<Quirk> off, Faults faults) {
    SplittableRandom random = new SplittableRandom(seed);
    SplittableRandom turns = random.split();
    World world =
        new World(
            system,
            Quirks.of(system, off),
            Choices.seeded(random),
            made -> new SteppedPace(made, turns));
    ((SteppedPace) world.pace).adopt();
    return new Simulation(world, faults);
  }

  /** Starts a stepped thread of a seeded simulation. */
  Thread start(String name, Runnable body) {
    return stepped().start(name, body);
  }

  /** {@return its system calls without faults, for peers} */
  Kernel kernelWithoutFaults() {
    return new SimulatedKernel(world, Faults.NONE);
  }

  /** {@return the quirks that were met} */
  Set<Quirk> reached() {
    return world.quirks.reached();
  }

  /** {@return the errnos that the transport got} */
  Set<Errno> errnos() {
    return kernel.errnos();
  }

  /** {@return a number that follows from the order of all steps} */
  long digest() {
    return stepped().digest();
  }

  /** Ends the stepping of the calling thread. */
  void end() {
    stepped().release();
  }

  /** Whether the body of a started thread is not done. */
  boolean runs(Thread thread) {
    return stepped().runs(thread);
  }

  /** {@return how many system calls were stepped} */
  long steps() {
    return stepped().steps();
  }

  private SteppedPace stepped() {
    return (SteppedPace) world.pace;
  }

  /** Lets the calling thread sleep while the others go on. */
  void sleep(long nanos) {
    world.sleepNanos(nanos);
  }

  /** {@return its system calls} */
  public Kernel kernel() {
    return kernel;
  }

  /** Sets how many descriptors the process may have open, 0 to 2 included. */
  public void limitDescriptors(int limit) {
    locked(() -> world.descriptors.limit(limit));
  }

  /** Sets the limit so that about so many more descriptors can be opened. */
  void leaveDescriptors(int count) {
    locked(() -> world.descriptors.limit(world.descriptors.free() + count));
  }

  /** {@return a line for each open file} */
  public List<String> left() {
    world.lock.lock();
    try {
      return world.left();
    } finally {
      world.lock.unlock();
    }
  }

  World world() {
    return world;
  }

  private void locked(Runnable action) {
    world.lock.lock();
    try {
      action.run();
    } finally {
      world.lock.unlock();
    }
  }
}
