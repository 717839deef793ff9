package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;

/**
 * The one place where an error number becomes an exception.
 *
 * <p>The types are those that Java's own sockets throw. A text names the operation, what it was
 * done to, the error and, where there is something to do about it, what to do. Those that programs
 * match on begin as Java's and Netty's do: "Connection refused: host/ip:port".
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
      case EBADF -> closed(platform, operation, subject);
      case ECONNREFUSED, ETIMEDOUT ->
          new ConnectException(about(platform, errno, operation, subject));
      case ENETUNREACH, EHOSTUNREACH, EHOSTDOWN ->
          new NoRouteToHostException(about(platform, errno, operation, subject));
      case EADDRINUSE, EADDRNOTAVAIL ->
          new BindException(about(platform, errno, operation, subject));
      case EPIPE, ECONNRESET -> new IOException(about(platform, errno, operation, subject));
      case EALREADY -> throw new ConnectionPendingException();
      default -> ofOperation(platform, errno, operation, subject);
    };
  }

  /** The type cannot have a message itself. */
  private static ClosedChannelException closed(
      Platform platform, String operation, Object subject) {
    ClosedChannelException closed = new ClosedChannelException();
    closed.initCause(new IOException(plain(platform, Errno.EBADF, operation, subject)));
    return closed;
  }

  /** A failure's message; a {@link ClosedChannelException} has none, or that of its cause. */
  public static String reason(Throwable failure) {
    if (!(failure instanceof ClosedChannelException)) {
      return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }
    Throwable cause = failure.getCause();
    return cause == null ? "the channel is closed" : cause.getMessage();
  }

  /** Like {@link #of}, for a datagram socket, where a refusal is about an earlier datagram. */
  public static IOException ofDatagram(
      Platform platform, String operation, Object subject, int negativeErrno) {
    if (platform.is(Errno.ECONNREFUSED, -negativeErrno)) {
      return new PortUnreachableException(about(platform, Errno.ECONNREFUSED, operation, subject));
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

  /**
   * What to say where this transport refuses something itself.
   *
   * @param operation what was to be done, such as {@code send}
   * @param object what it was to be done to
   * @param reason why it cannot
   * @param remedy what to do
   */
  public static String refusal(String operation, Object object, String reason, String remedy) {
    return "cannot " + operation + ' ' + object + ": " + reason + "; " + remedy;
  }

  /** What to say of a system call that failed, where the exception's type is not the errno's. */
  public static String description(
      Platform platform, String operation, Object subject, int negativeErrno) {
    Errno errno = platform.errno(-negativeErrno);
    return call(operation, subject)
        + ": "
        + text(platform, negativeErrno)
        + (errno == null ? "" : Remedies.of(platform, errno, operation, subject));
  }

  /** What to say of a connect that took too long; begins as Netty's does. */
  public static String connectTimedOut(int millis, Object remote) {
    return "connection timed out after "
        + millis
        + " ms: "
        + remote
        + " (connect); "
        + Remedies.ofConnectTimeout(remote);
  }

  private static IOException ofOperation(
      Platform platform, Errno errno, String operation, Object subject) {
    boolean connect = operation.equals("connect");
    if (connect && errno == Errno.EISCONN) {
      throw new AlreadyConnectedException();
    }
    if (errno == Errno.ENOENT && isAddressed(operation)) {
      return new FileNotFoundException(about(platform, errno, operation, subject));
    }
    if (operation.equals("bind") && errno == Errno.EACCES) {
      return new BindException(about(platform, errno, operation, subject));
    }
    if (!connect && errno == Errno.EPROTOTYPE && platform.system() == OperatingSystem.MACOS) {
      // Darwin's answer to a send that meets the peer's close half-way.
      return new IOException(about(platform, Errno.EPIPE, operation, subject));
    }
    return new IOException(plain(platform, errno, operation, subject));
  }

  /** Whether the call can name a local path; of a name of the Internet none says ENOENT. */
  private static boolean isAddressed(String operation) {
    return switch (operation) {
      case "connect", "sendto", "sendmsg", "sendmmsg" -> true;
      default -> false;
    };
  }

  /** Java's and Netty's form: the words first, then the address if there is one. */
  private static String about(Platform platform, Errno errno, String operation, Object subject) {
    boolean addressed =
        subject != null && (operation.equals("connect") || operation.equals("bind"));
    return errno.text()
        + ": "
        + (addressed ? subject + " (" + operation + ": " : call(operation, subject) + " (")
        + errno
        + ", "
        + platform.number(errno)
        + ')'
        + Remedies.of(platform, errno, operation, subject);
  }

  /** The form of all others: the call first. */
  private static String plain(Platform platform, Errno errno, String operation, Object subject) {
    return description(platform, operation, subject, -platform.number(errno));
  }

  private static String call(String operation, Object subject) {
    return subject == null ? operation : operation + '(' + subject + ')';
  }

  /** For an errno that the call gives only where there is a bug. */
  public static IllegalStateException unexpected(Platform platform, String call, int result) {
    return new IllegalStateException(call + ": " + text(platform, result));
  }
}
