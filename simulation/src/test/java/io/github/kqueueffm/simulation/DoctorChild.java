package io.github.kqueueffm.simulation;

import io.github.kqueueffm.doctor.Doctor;
import io.github.kqueueffm.syscall.SubstituteKernel;
import java.util.Arrays;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Runs the doctor on a simulated system, as the main class of a JVM. */
public final class DoctorChild {
  // A field, because a logger without a strong reference may lose its level.
  private static final Logger NETTY = Logger.getLogger("io.netty");

  private DoctorChild() {}

  /**
   * Runs it.
   *
   * @param arguments the system, how many descriptors it allows, and the doctor's own
   */
  public static void main(String[] arguments) {
    NETTY.setLevel(Level.OFF);
    Simulation simulation = Simulation.inRealTime(SimulatedSystem.named(arguments[0]));
    simulation.limitDescriptors(Integer.parseInt(arguments[1]));
    SubstituteKernel.use(simulation.kernel());
    Doctor.main(Arrays.copyOfRange(arguments, 2, arguments.length));
  }
}
