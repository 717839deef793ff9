package io.github.kqueueffm.simulation;

import io.github.kqueueffm.syscall.Kernel;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A simulated system that runs in this process.
 *
 * <p>{@link #inRealTime} serves any threads and decides nothing at random. {@link #seeded} steps
 * its threads at their system calls, in virtual time.
 */
public final class Simulation {
  private final World world;
  private final Kernel kernel;

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

  /** {@return its system calls} */
  public Kernel kernel() {
    return kernel;
  }

  /** Sets how many descriptors the process may have open, 0 to 2 included. */
  public void limitDescriptors(int limit) {
    locked(() -> world.descriptors.limit(limit));
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
