package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which system calls of this process are done by others, and why. Any thread may ask.
 *
 * <p>A call is either missing from the system or library, or a loop or channel has given it up
 * because the system or a policy refused it.
 */
public final class Fallbacks {
  private static final Map<Call, String> REPLACEMENTS = new EnumMap<>(Call.class);
  private static final Map<Call, String> GIVEN_UP = new ConcurrentHashMap<>();

  static {
    REPLACEMENTS.put(Call.ACCEPT4, "accept and fcntl");
    REPLACEMENTS.put(Call.PIPE2, "pipe and fcntl");
    REPLACEMENTS.put(Call.DUP3, "dup2 and fcntl");
    REPLACEMENTS.put(Call.RECVMMSG, "recvmsg for each datagram");
    REPLACEMENTS.put(Call.SENDMMSG, "sendmsg for each datagram");
    REPLACEMENTS.put(Call.SENDFILE, "read and write in pieces");
    REPLACEMENTS.put(Call.EPOLL_PWAIT2, "epoll_wait and a timerfd");
    REPLACEMENTS.put(Call.TIMERFD_CREATE, "epoll_wait in whole milliseconds");
  }

  private Fallbacks() {}

  /** A loop or channel has given a call up. */
  static void giveUp(Platform platform, Call call, int negativeErrno) {
    GIVEN_UP.put(call, "refused with " + Failures.text(platform, negativeErrno));
  }

  /** {@return what does the work of a call, or {@code null} if nothing else can} */
  public static String replacement(Call call) {
    return REPLACEMENTS.get(call);
  }

  /**
   * {@return the calls that are not used, with the reason}
   *
   * @param userEvents whether EVFILT_USER works there
   */
  public static Map<Call, String> of(Kernel kernel, boolean userEvents) {
    Map<Call, String> reasons = new EnumMap<>(Call.class);
    if (leavesErrors(kernel.platform(), userEvents)) {
      String reason = "leaves its error with the socket, up to NetBSD 9";
      reasons.put(Call.RECVMMSG, reason);
      reasons.put(Call.SENDMMSG, reason);
    }
    for (Call call : REPLACEMENTS.keySet()) {
      if (concerns(kernel.platform(), call) && !kernel.has(call)) {
        boolean known = !kernel.platform().symbols(call).isEmpty();
        reasons.put(
            call, known ? "not in " + kernel.describe() : "not in " + kernel.platform().system());
      }
    }
    reasons.putAll(GIVEN_UP);
    return reasons;
  }

  /**
   * Whether recvmmsg and sendmmsg may not be used. Up to NetBSD 9, the last without EVFILT_USER,
   * both leave their error with the socket: all that is sent after one failure fails too, and after
   * the EAGAIN of an empty queue the read filter fires without end.
   */
  public static boolean leavesErrors(Platform platform, boolean userEvents) {
    return platform.system() == OperatingSystem.NETBSD && !userEvents;
  }

  private static boolean concerns(Platform platform, Call call) {
    return switch (call) {
      case EPOLL_PWAIT2, TIMERFD_CREATE -> platform.isLinux();
      default -> true;
    };
  }
}
