package io.github.kqueueffm.testsuite.harness;

import io.github.kqueueffm.syscall.IpStack;
import io.github.kqueueffm.syscall.Kernels;

/** What a test needs of the system, for the conditions of tests. */
public final class PlatformFacts {
  private PlatformFacts() {}

  public static boolean hasAbstractNames() {
    return Kernels.system().platform().isLinux();
  }

  /** Whether a socket of IPv6 can also carry IPv4. */
  public static boolean carriesIpv4OverIpv6() {
    return IpStack.of(Kernels.system()) == IpStack.DUAL;
  }
}
