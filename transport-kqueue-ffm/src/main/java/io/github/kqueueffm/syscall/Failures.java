package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;

/**
 * The one place where an error number becomes an exception.
 *
 * <p>The types are those that Java's own sockets throw. A text names the operation, what it was
 * done to, the error and, where there is something to do about it, what to do.
 */
public final class Failures {
  private Failures() {}

  /**
   * What to throw for a system call that failed.
   *
   * @param operation the call's name in C, such as {@code connect}
   * @param subject the address or option that it was about, or {@code null}
   * @param negativeErrno the answer of {@link Kernel}
   * @throws ConnectionPendingException instead, for EALREADY, which no IOException stands for
   * @throws AlreadyConnectedException instead, for EISCONN of connect
   */
  public static IOException of(
      Platform platform, String operation, Object subject, int negativeErrno) {
    Errno errno = platform.errno(-negativeErrno);
    if (errno == null) {
      return new IOException(call(operation, subject) + ": errno " + -negativeErrno);
    }
    return switch (errno) {
      case EBADF -> new ClosedChannelException();
      case ECONNREFUSED, ETIMEDOUT -> new ConnectException(about(errno, operation, subject));
      case ENETUNREACH, EHOSTUNREACH, EHOSTDOWN ->
          new NoRouteToHostException(
              about(errno, operation, subject) + systemHint(platform, errno, operation));
      case EADDRINUSE, EADDRNOTAVAIL -> new BindException(about(errno, operation, subject));
      case EPIPE, ECONNRESET -> new IOException(about(errno, operation, subject));
      case EALREADY -> throw new ConnectionPendingException();
      default -> ofOperation(platform, errno, operation, subject);
    };
  }

  /** Like {@link #of}, for a datagram socket, where a refusal is about an earlier datagram. */
  public static IOException ofDatagram(
      Platform platform, String operation, Object subject, int negativeErrno) {
    if (platform.is(Errno.ECONNREFUSED, -negativeErrno)) {
      return new PortUnreachableException(about(Errno.ECONNREFUSED, operation, subject));
    }
    return of(platform, operation, subject, negativeErrno);
  }

  /** Whether only something was short, so that the same call may succeed the next time. */
  public static boolean isPassing(Platform platform, int negativeErrno) {
    return switch (platform.errno(-negativeErrno)) {
      case EMFILE, ENFILE, ENOBUFS, ENOMEM -> true;
      case null, default -> false;
    };
  }

  /**
   * Whether a policy, such as a filter of system calls, may have answered in the call's place. It
   * can be the call's own answer all the same: another call that does the same tells.
   */
  public static boolean mayBeForbidden(Platform platform, int negativeErrno) {
    return switch (platform.errno(-negativeErrno)) {
      case ENOSYS, EPERM, EACCES, EINVAL, EOPNOTSUPP, ENOTSUP -> true;
      case null, default -> false;
    };
  }

  /** The error's name, words and number, such as {@code EMFILE: Too many open files (24)}. */
  public static String text(Platform platform, int negativeErrno) {
    Errno errno = platform.errno(-negativeErrno);
    return errno == null
        ? "errno " + -negativeErrno
        : errno + ": " + errno.text() + " (" + -negativeErrno + ')';
  }

  private static IOException ofOperation(
      Platform platform, Errno errno, String operation, Object subject) {
    boolean connect = operation.equals("connect");
    if (connect && errno == Errno.EISCONN) {
      throw new AlreadyConnectedException();
    }
    if (errno == Errno.ENOENT && isAddressed(operation)) {
      return new FileNotFoundException(about(errno, operation, subject));
    }
    if (operation.equals("bind") && errno == Errno.EACCES) {
      return new BindException(about(errno, operation, subject) + bindHint(subject));
    }
    if (!connect && errno == Errno.EPROTOTYPE && platform.system().equals("macos")) {
      // Darwin's answer to a send that meets the peer's close half-way.
      return new IOException(about(Errno.EPIPE, operation, subject));
    }
    return new IOException(
        call(operation, subject)
            + ": "
            + text(platform, -platform.number(errno))
            + hint(errno, operation, subject)
            + scopeHint(errno, subject)
            + systemHint(platform, errno, operation));
  }

  /** Whether the call can name a local path; of a name of the Internet none says ENOENT. */
  private static boolean isAddressed(String operation) {
    return switch (operation) {
      case "connect", "sendto", "sendmsg", "sendmmsg" -> true;
      default -> false;
    };
  }

  /** Java's and Netty's form: the words first, then the address if there is one. */
  private static String about(Errno errno, String operation, Object subject) {
    boolean addressed = operation.equals("connect") || operation.equals("bind");
    return errno.text()
        + ": "
        + (addressed && subject != null ? subject : call(operation, subject))
        + scopeHint(errno, subject);
  }

  private static String call(String operation, Object subject) {
    return subject == null ? operation : operation + '(' + subject + ')';
  }

  private static String bindHint(Object subject) {
    return subject instanceof InetSocketAddress
        ? "; a port below 1024 needs privileges: take a higher one or grant them"
        : "; the directory has to be writable and searchable for this user";
  }

  /** The words with which kernels refuse an address of a link that is not named. */
  private static String scopeHint(Errno errno, Object subject) {
    boolean refused =
        switch (errno) {
          case EINVAL, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL, ENXIO, ENODEV -> true;
          default -> false;
        };
    return refused
            && subject instanceof InetSocketAddress inet
            && !inet.isUnresolved()
            && MeantAddresses.lacksScope(inet.getAddress())
        ? "; the link-local address has no scope: name the interface, as in fe80::1%eth0"
        : "";
  }

  private static String hint(Errno errno, String operation, Object subject) {
    return switch (errno) {
      case EMFILE -> "; raise this process's limit on descriptors (ulimit -n) or close some";
      case ENFILE -> "; the system has no descriptor left, for any process";
      case EPERM -> "; it needs privileges that this process does not have";
      case EAFNOSUPPORT, EPFNOSUPPORT -> "; the address family is switched off on this system";
      case ENOTSOCK -> "; the descriptor is not a socket";
      case EAGAIN -> operation.equals("connect") ? connectHint(subject) : "";
      case EMSGSIZE -> "; send less, or raise SO_SNDBUF";
      default -> "";
    };
  }

  /** Darwin's EAGAIN for IPv6 means its local ports; a full backlog is that of a local path. */
  private static String connectHint(Object subject) {
    return subject instanceof InetSocketAddress
        ? "; no local port is left for it: close connections or widen the system's range of ports"
        : "; the listener's backlog is full";
  }

  /** What an error means on this system beyond what it means everywhere. */
  private static String systemHint(Platform platform, Errno errno, String operation) {
    if (!platform.system().equals("macos")) {
      return "";
    }
    return switch (errno) {
      case EHOSTUNREACH ->
          "; from macOS 15 on the program that runs Java may lack the Local Network permission"
              + " (System Settings, Privacy & Security)";
      case EMFILE -> operation.equals("accept") ? "; macOS has closed the connection" : "";
      default -> "";
    };
  }
}
