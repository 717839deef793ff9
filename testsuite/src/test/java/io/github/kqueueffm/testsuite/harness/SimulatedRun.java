package io.github.kqueueffm.testsuite.harness;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.simulation.SimulatedSystem;
import io.github.kqueueffm.simulation.Simulation;
import io.github.kqueueffm.syscall.SubstituteKernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Has the suite run on a simulated system if {@code -Dsimulation.system} names one. The kernel is
 * substituted before JUnit loads any test. The JDK's blocking sockets, which some tests have for
 * peers, go to the same kernel.
 */
public final class SimulatedRun implements LauncherSessionListener {
  public static final String PROPERTY = "simulation.system";

  private static SimulatedSystem simulated;
  private static Simulation simulation;

  /** Called by JUnit. */
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    String name = System.getProperty(PROPERTY);
    if (name != null && simulation == null) {
      begin(SimulatedSystem.named(name));
    }
  }

  @SuppressWarnings("deprecation") // The JDK has no other way to give its sockets a kernel.
  private static void begin(SimulatedSystem system) {
    simulated = system;
    System.setProperty(Platform.PROPERTY, system.platform().name());
    simulation = Simulation.inRealTime(system);
    SubstituteKernel.use(simulation.kernel());
    try {
      Socket.setSocketImplFactory(KernelSocketImpl::new);
      ServerSocket.setSocketFactory(KernelSocketImpl::new);
      DatagramSocket.setDatagramSocketImplFactory(KernelDatagramSocketImpl::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether this JVM's sockets are those of a simulated system. */
  public static boolean isOn() {
    return simulation != null;
  }

  /**
   * {@return all parameters of a test, or the share of this simulated system} All systems together
   * have all. It is for long tests whose parameters do not concern the system.
   */
  public static <T> List<T> share(Collection<T> all) {
    List<T> share = new ArrayList<>(all);
    if (isOn()) {
      int systems = SimulatedSystem.values().length;
      share.clear();
      int index = 0;
      // Not every eighth, which would have the same last settings each time.
      for (T parameters : all) {
        if ((index + index / systems) % systems == simulated.ordinal()) {
          share.add(parameters);
        }
        index++;
      }
    }
    return share;
  }

  /** {@return a line for each file that is open on the simulated system} */
  static List<String> left() {
    return isOn() ? simulation.left() : List.of();
  }
}
