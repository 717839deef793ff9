package io.github.kqueueffm.abi;

import java.util.List;
import java.util.function.Predicate;

/**
 * What a test on the machine's own kernel may need, and which systems promise it. Linux promises
 * all of it. A test for which a system makes no such promise asserts what that system does instead,
 * where that is known, and carries {@link Needs} where it is not.
 *
 * <p>"Measured" means: on the kernel code of FreeBSD 13.0 or NetBSD 7.99 in user space. "Assumed"
 * means: neither measured nor read, but inferred from a relative or from how the system is known to
 * behave. All else is read in the source of that kernel (xnu-11417, FreeBSD 13 to 15, NetBSD 10,
 * OpenBSD 7.3 and 7.8, DragonFly 6) and was not run.
 */
public enum SystemPromise {
  /** All of 127.0.0.0/8 is the machine; a BSD's loopback interface has 127.0.0.1 alone. */
  LOOPBACK_ALIASES("127.0.0.2 and its kin are addresses of the machine", systems("linux")),

  /** unix(7): names that begin with a zero byte and need no file are Linux's own. */
  ABSTRACT_NAMES("local sockets can have abstract names", systems("linux")),

  /** Names are bytes; for the BSDs this is assumed. APFS accepts only UTF-8 (EILSEQ). */
  NAMES_OF_ANY_BYTES("file names need not be text", allBut("macos")),

  /** Elsewhere a socket hears of a group only what it has joined itself, as RFC 3678 wants it. */
  MULTICAST_ALL("IP_MULTICAST_ALL exists", platform -> platform.has(Constant.IP_MULTICAST_ALL)),

  /**
   * Measured on FreeBSD and NetBSD: two UDP sockets share a wildcard's port by SO_REUSEPORT;
   * SO_REUSEADDR is enough for a group's address alone. Assumed of their relatives.
   */
  REUSED_ADDRESS_SHARES_A_PORT("SO_REUSEADDR alone shares a UDP port", systems("linux")),

  /**
   * Measured on FreeBSD: a UDP socket of both families that was connected keeps the family of that
   * peer (EAFNOSUPPORT); on macOS EINVAL. On the others the first peer decides of which family the
   * socket is.
   */
  CHANGES_ITS_FAMILY("a UDP socket connects to a peer of each family in turn", systems("linux")),

  /** OpenBSD and DragonFly fix IPV6_V6ONLY at 1. */
  HEARS_BOTH_FAMILIES("one UDP socket hears IPv4 and IPv6", allBut("openbsd", "dragonfly")),

  /**
   * FreeBSD and NetBSD need a socket of AF_INET for an IPv4 group, and it cannot join one of IPv6;
   * OpenBSD and DragonFly have separate sockets. Assumed of macOS: it takes no option of IPv4 on
   * AF_INET6.
   */
  JOINS_GROUPS_OF_BOTH_FAMILIES(
      "one UDP socket joins groups of IPv4 and of IPv6", systems("linux")),

  /** Measured: NetBSD names {@code ::} as the recipient of an IPv4 datagram on AF_INET6. */
  NAMES_RECIPIENTS_OF_BOTH_FAMILIES(
      "an IPv6 socket says to which IPv4 address a datagram was sent",
      allBut("netbsd", "openbsd", "dragonfly")),

  /**
   * Elsewhere the answer is ENOBUFS and the write filter says nothing of the receiver (measured on
   * FreeBSD and NetBSD), so that a sender tries again by a timer.
   */
  FULL_LOCAL_RECEIVER_IS_WAITED_FOR(
      "the write filter of a connected local datagram socket waits for its receiver",
      systems("linux")),

  /**
   * Measured on NetBSD: timers and time-outs count ticks of 10 ms, and a timer may come early.
   * OpenBSD and DragonFly count the same ticks.
   */
  EXACT_TIMERS("timers count milliseconds and are not early", systems("linux", "freebsd", "macos")),

  /** The embedded kqueue's own promise (epoll_pwait2, timerfd); a kernel's kqueue makes none. */
  PRECISE_WAITS("a wait of microseconds is late by less than half a millisecond", systems("linux")),

  /** Measured: on FreeBSD it repeats, on NetBSD it is EINVAL; OpenBSD and DragonFly count ticks. */
  TIMER_WAKEUP("a timer of 0 ms fires at once, and once", systems("linux", "macos")),

  /** Measured on NetBSD: EV_ENABLE with data pending says nothing unless EV_ADD is beside it. */
  ENABLED_KNOTE_FIRES("EV_ENABLE reports what came before it", allBut("netbsd")),

  /** Measured on NetBSD: a SYN to a bound socket that does not listen times out. */
  REFUSES_FOR_A_BOUND_SOCKET(
      "connecting to a bound socket that does not listen is refused", allBut("netbsd")),

  /** OpenBSD has no such settings of a socket. */
  KEEP_ALIVE_SETTINGS(
      "TCP_KEEPCNT and its kin exist", platform -> platform.has(Constant.TCP_KEEPCNT)),

  /** Measured on NetBSD: they can be set, and reading them is ENOPROTOOPT. */
  READS_KEEP_ALIVE_SETTINGS(
      "TCP_KEEPCNT and its kin can be read",
      platform ->
          platform.has(Constant.TCP_KEEPCNT) && platform.system() != OperatingSystem.NETBSD),

  /**
   * None was in struct xucred when measured on FreeBSD, and on DragonFly it has no field for one.
   * Assumed of the others.
   */
  PEER_PROCESS("the process of a local peer is known", allBut("freebsd", "dragonfly")),

  /**
   * Elsewhere the credentials are taken by connect and listen of a stream: OpenBSD 7.3 answers
   * ENOTCONN for a pair of sockets, FreeBSD EINVAL for datagrams. Assumed of the others.
   */
  PEER_OF_A_DATAGRAM_PAIR(
      "the peer of a pair of local datagram sockets is known", systems("linux")),

  /** macOS and DragonFly have no such calls; those of NetBSD 9 leave their error behind. */
  BATCHES("sendmmsg and recvmmsg are used", allBut("macos", "dragonfly", "netbsd")),

  /** OpenBSD and NetBSD have none: files are read. */
  SENDFILE("sendfile exists", platform -> !platform.symbols(Call.SENDFILE).isEmpty()),

  /** DragonFly has no such option. */
  TCP_INFO(
      "the kernel reports the state of TCP",
      platform -> platform.has(Constant.TCP_INFO) || platform.has(Constant.TCP_CONNECTION_INFO)),

  /** The others have no client's side of it. */
  FAST_OPEN("data can go with the SYN", systems("linux", "freebsd", "macos")),

  /** TCP_CORK, TCP_QUICKACK, TCP_USER_TIMEOUT, IP_FREEBIND, and the ranges of Linux. */
  LINUX_OPTIONS("the options that only Linux has", systems("linux")),

  /** The embedded kqueue, and epoll, eventfd, timerfd and accept4 as it and its channels use it. */
  EPOLL("epoll exists", systems("linux")),

  /** A process can forbid itself system calls, by Linux's own means. */
  SECCOMP("seccomp exists", systems("linux"));

  /**
   * Names a platform whose promises count in place of this machine's: {@code freebsd-x86_64}. To
   * see here what would be left out there; what is asserted otherwise fails then.
   */
  static final String PROPERTY = "kqueueffm.test.promises";

  private final String text;

  @SuppressWarnings("ImmutableEnumChecker") // What is given holds nothing that could change.
  private final Predicate<Platform> keeps;

  SystemPromise(String text, Predicate<Platform> keeps) {
    this.text = text;
    this.keeps = keeps;
  }

  private static Predicate<Platform> systems(String... names) {
    return platform -> List.of(names).contains(platform.system().toString());
  }

  private static Predicate<Platform> allBut(String... names) {
    return systems(names).negate();
  }

  /** The platform that the tests run on. */
  static Platform asked() {
    String forced = System.getProperty(PROPERTY);
    return forced == null ? Platform.current() : Platform.named(forced);
  }

  boolean isKept(Platform platform) {
    return keeps.test(platform);
  }

  /** Whether the system that the tests run on keeps it. */
  public boolean isKept() {
    return isKept(asked());
  }

  @Override
  public String toString() {
    return text;
  }
}
