package io.github.kqueueffm.testsuite.harness;

import io.github.kqueueffm.syscall.IpStack;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;

/** What a test needs of the system, for the conditions of tests. */
public final class PlatformFacts {
  private PlatformFacts() {}

  public static boolean hasAbstractNames() {
    return Kernels.system().platform().isLinux();
  }

  /** Whether a datagram socket of IPv6 also sends to and receives from IPv4. */
  public static boolean carriesIpv4OverIpv6() {
    Kernel kernel = Kernels.system();
    return IpStack.of(kernel) == IpStack.DUAL && kernel.platform().carriesIpv4OverIpv6(true);
  }
}
