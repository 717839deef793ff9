package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.jfr.JfrEvents;
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
   * {@return the stack of a kernel} The first call probes it with one socket. An answer is
   * remembered only if it is true of all of the system's sockets. While no descriptor is free, or a
   * policy forbids the socket or the option, each call probes again and returns a value that works
   * meanwhile.
   */
  public static IpStack of(Kernel kernel) {
    IpStack known = KNOWN.get(kernel);
    return known != null ? known : probe(kernel);
  }

  /**
   * Whether IPv4 and IPv6 need separate sockets, so that an address has to decide the family.
   *
   * @param datagrams whether datagram sockets are meant, and not streams
   */
  boolean needsChoice(Platform platform, boolean datagrams) {
    return this == SEPARATE || this == DUAL && !platform.carriesIpv4OverIpv6(datagrams);
  }

  private static IpStack probe(Kernel kernel) {
    if (Boolean.getBoolean("java.net.preferIPv4Stack")) {
      return found(kernel, IPV4_ONLY, true);
    }
    Platform platform = kernel.platform();
    int fd = kernel.socket(platform.get(Constant.AF_INET6), platform.get(Constant.SOCK_DGRAM), 0);
    if (fd < 0) {
      boolean permanent = lacksIpv6(platform, fd);
      String reason = Failures.text(platform, fd);
      JfrEvents.fallback("sockets of IPv6", "sockets of IPv4", reason, permanent);
      return found(kernel, IPV4_ONLY, permanent);
    }
    try {
      int cleared = clearV6Only(kernel, fd);
      return cleared == 0
          ? found(kernel, DUAL, true)
          : found(kernel, SEPARATE, isFixed(platform, cleared));
    } finally {
      // The probe's socket was never used, so a failing close loses nothing.
      kernel.close(fd);
    }
  }

  private static IpStack found(Kernel kernel, IpStack stack, boolean isCertain) {
    if (isCertain) {
      KNOWN.put(kernel, stack);
    }
    return stack;
  }

  /** Whether the errno means that the system has no IPv6 at all. */
  private static boolean lacksIpv6(Platform platform, int negativeErrno) {
    return switch (platform.errno(-negativeErrno)) {
      case EAFNOSUPPORT, EPFNOSUPPORT, EPROTONOSUPPORT -> true;
      case null, default -> false;
    };
  }

  /**
   * Lets an IPv6 socket also carry IPv4.
   *
   * @return 0 or a negative errno, which is harmless if {@link #isFixed} accepts it
   */
  static int clearV6Only(Kernel kernel, int fd) {
    Platform platform = kernel.platform();
    return Descriptors.setInt(
        kernel, fd, platform.get(Constant.IPPROTO_IPV6), platform.get(Constant.IPV6_V6ONLY), 0);
  }

  /** Whether the errno means that the system does not let any socket clear IPV6_V6ONLY. */
  static boolean isFixed(Platform platform, int negativeErrno) {
    // EINVAL: OpenBSD, where the option is read-only. EOPNOTSUPP: DragonFly.
    return platform.is(Errno.EINVAL, -negativeErrno)
        || platform.is(Errno.EOPNOTSUPP, -negativeErrno);
  }
}
