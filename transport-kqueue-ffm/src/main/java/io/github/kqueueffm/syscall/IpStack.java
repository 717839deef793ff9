package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

/** Which Internet address families a kernel's sockets can have. */
public enum IpStack {
  /** No IPv6, or {@code java.net.preferIPv4Stack} is set. */
  IPV4_ONLY,
  /** An IPv6 socket cannot carry IPv4: OpenBSD and DragonFly, which fix IPV6_V6ONLY at 1. */
  SEPARATE,
  /** An IPv6 socket carries both, IPv4 as v4-mapped addresses. */
  DUAL;

  private static final Map<Kernel, IpStack> KNOWN =
      Collections.synchronizedMap(new WeakHashMap<>());

  /**
   * The stack of a kernel, found out with one socket when first asked for. Only what the system
   * says of all its sockets is remembered: while it lacks a descriptor, or a policy forbids the
   * socket or the option, each call finds out again, and answers what serves meanwhile.
   */
  public static IpStack of(Kernel kernel) {
    IpStack known = KNOWN.get(kernel);
    return known != null ? known : probe(kernel);
  }

  /**
   * Whether IPv4 and IPv6 need sockets of their own, so that an address has to decide.
   *
   * @param datagrams whether it is about datagram sockets
   */
  boolean needsChoice(Platform platform, boolean datagrams) {
    return this == SEPARATE || this == DUAL && !platform.carriesIpv4OverIpv6(datagrams);
  }

  private static IpStack probe(Kernel kernel) {
    Platform platform = kernel.platform();
    int fd =
        Boolean.getBoolean("java.net.preferIPv4Stack")
            ? -platform.number(Errno.EAFNOSUPPORT)
            : kernel.socket(platform.get(Constant.AF_INET6), platform.get(Constant.SOCK_DGRAM), 0);
    if (fd < 0) {
      return found(kernel, IPV4_ONLY, lacksIpv6(platform, fd));
    }
    try {
      int cleared = clearV6Only(kernel, fd);
      return cleared == 0
          ? found(kernel, DUAL, true)
          : found(kernel, SEPARATE, isFixed(platform, cleared));
    } finally {
      // The probe's socket has no data that a failing close could lose.
      kernel.close(fd);
    }
  }

  private static IpStack found(Kernel kernel, IpStack stack, boolean isCertain) {
    if (isCertain) {
      KNOWN.put(kernel, stack);
    }
    return stack;
  }

  /** Whether the system says that it has no IPv6 at all. */
  private static boolean lacksIpv6(Platform platform, int negativeErrno) {
    return switch (platform.errno(-negativeErrno)) {
      case EAFNOSUPPORT, EPFNOSUPPORT, EPROTONOSUPPORT -> true;
      case null, default -> false;
    };
  }

  /**
   * Lets an IPv6 socket carry IPv4 too.
   *
   * @return 0; or a negative errno, of which {@link #isFixed} tells the harmless ones
   */
  static int clearV6Only(Kernel kernel, int fd) {
    Platform platform = kernel.platform();
    return Descriptors.setInt(
        kernel, fd, platform.get(Constant.IPPROTO_IPV6), platform.get(Constant.IPV6_V6ONLY), 0);
  }

  /** Whether the system says that IPV6_V6ONLY cannot be cleared on any socket. */
  static boolean isFixed(Platform platform, int negativeErrno) {
    // EINVAL: OpenBSD, where the option is read-only. EOPNOTSUPP: DragonFly.
    return platform.is(Errno.EINVAL, -negativeErrno)
        || platform.is(Errno.EOPNOTSUPP, -negativeErrno);
  }
}
