package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.OperatingSystem;
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
 * Turns error numbers into exceptions.
 *
 * <p>The types are those that Java's own sockets throw. A message names the operation, its address
 * or option, the error and, where something can be done about it, what to do. Messages that
 * programs match on begin as Java's and Netty's do: "Connection refused: host/ip:port".
 */
public final class Failures {
  private Failures() {}

  /**
   * {@return the exception for a system call that failed}
   *
   * @param operation the call's name in C, such as {@code connect}
   * @param subject the address or option of the call, or {@code null}
   * @param negativeErrno the result of the {@link Kernel}'s method
   * @throws ConnectionPendingException instead, for EALREADY, which has no IOException
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

  /** A {@link ClosedChannelException} cannot have a message, so its cause has it. */
  private static ClosedChannelException closed(
      Platform platform, String operation, Object subject) {
    ClosedChannelException closed = new ClosedChannelException();
    closed.initCause(new IOException(plain(platform, Errno.EBADF, operation, subject)));
    return closed;
  }

  /** {@return a failure's message; of a {@link ClosedChannelException} that of its cause} */
  public static String reason(Throwable failure) {
    if (!(failure instanceof ClosedChannelException)) {
      return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }
    Throwable cause = failure.getCause();
    return cause == null ? "the channel is closed" : cause.getMessage();
  }

  /** Like {@link #of} for a datagram socket, where a refusal concerns an earlier datagram. */
  public static IOException ofDatagram(
      Platform platform, String operation, Object subject, int negativeErrno) {
    if (platform.is(Errno.ECONNREFUSED, -negativeErrno)) {
      return new PortUnreachableException(about(platform, Errno.ECONNREFUSED, operation, subject));
    }
    return of(platform, operation, subject, negativeErrno);
  }

  /** Whether a resource was short, so that the same call may succeed the next time. */
  public static boolean isPassing(Platform platform, int negativeErrno) {
    return switch (platform.errno(-negativeErrno)) {
      case EMFILE, ENFILE, ENOBUFS, ENOMEM -> true;
      case null, default -> false;
    };
  }

  /**
   * Whether a policy, such as a filter of system calls, may have answered instead of the kernel's
   * function. The function itself may also answer so; only another call that does the same work
   * distinguishes the two.
   */
  public static boolean mayBeForbidden(Platform platform, int negativeErrno) {
    Errno errno = platform.errno(-negativeErrno);
    // A null case is linked on first use, which costs the first accept of a JVM a millisecond.
    return errno != null
        && switch (errno) {
          case ENOSYS, EPERM, EACCES, EINVAL, EOPNOTSUPP, ENOTSUP -> true;
          default -> false;
        };
  }

  /**
   * {@return the error's name, text and number, such as {@code EMFILE: Too many open files (24)}}
   */
  public static String text(Platform platform, int negativeErrno) {
    Errno errno = platform.errno(-negativeErrno);
    return errno == null
        ? "errno " + -negativeErrno
        : errno + ": " + errno.text() + " (" + -negativeErrno + ')';
  }

  /**
   * {@return the message where the transport itself refuses an operation}
   *
   * @param operation a verb, such as {@code send}
   * @param object its object
   * @param reason why it is refused
   * @param remedy what to do
   */
  public static String refusal(String operation, Object object, String reason, String remedy) {
    return "cannot " + operation + ' ' + object + ": " + reason + "; " + remedy;
  }

  /**
   * {@return the message for a system call that failed} For callers that throw another type of
   * exception than {@link #of} gives.
   */
  public static String description(
      Platform platform, String operation, Object subject, int negativeErrno) {
    Errno errno = platform.errno(-negativeErrno);
    return call(operation, subject)
        + ": "
        + text(platform, negativeErrno)
        + (errno == null ? "" : remedy(platform, errno, operation, subject));
  }

  /** {@return the message for a connect that took too long} It begins as Netty's does. */
  public static String connectTimedOut(int millis, Object remote) {
    return "connection timed out after "
        + millis
        + " ms: "
        + remote
        + " (connect); "
        + remedyOfConnectTimeout(remote);
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
      // Darwin's answer to a send during the peer's close.
      return new IOException(about(platform, Errno.EPIPE, operation, subject));
    }
    return new IOException(plain(platform, errno, operation, subject));
  }

  /** Whether the call takes an address. ENOENT then means a local path that does not exist. */
  private static boolean isAddressed(String operation) {
    return switch (operation) {
      case "connect", "sendto", "sendmsg", "sendmmsg" -> true;
      default -> false;
    };
  }

  /** Java's and Netty's form: the error's text first, then the address if there is one. */
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
        + remedy(platform, errno, operation, subject);
  }

  /** The form of all other messages: the call first. */
  private static String plain(Platform platform, Errno errno, String operation, Object subject) {
    return description(platform, operation, subject, -platform.number(errno));
  }

  private static String call(String operation, Object subject) {
    return subject == null ? operation : operation + '(' + subject + ')';
  }

  /** {@return the exception for an errno that only a bug can cause} */
  public static IllegalStateException unexpected(Platform platform, String call, int result) {
    return new IllegalStateException(call + ": " + text(platform, result));
  }

  /**
   * {@return what to do about an error, for the end of its message} It begins with a semicolon, and
   * is empty where nothing can be done.
   */
  private static String remedy(Platform platform, Errno errno, String operation, Object subject) {
    return isOfFilter(operation, errno)
        ? remedyOfFilter(platform, errno)
        : remedyEverywhere(errno, operation, subject) + remedyOnSystem(platform, errno, operation);
  }

  private static String remedyOfConnectTimeout(Object remote) {
    return (isInternet(remote)
            ? "the host does not answer: check its address, and firewalls on the way"
            : "the server does not accept it: check that it runs and keeps up")
        + ", or raise CONNECT_TIMEOUT_MILLIS";
  }

  /** Whether a kqueue, or the epoll below it, has no room for a further filter. */
  private static boolean isOfFilter(String operation, Errno errno) {
    return (operation.startsWith("kevent") || operation.equals("epoll_ctl"))
        && (errno == Errno.ENOSPC || errno == Errno.ENOMEM);
  }

  private static String remedyOfFilter(Platform platform, Errno errno) {
    if (errno == Errno.ENOMEM) {
      return "; the kernel's memory, or its limit on filters, is used up: free memory, or have"
          + " fewer connections, timers and user events";
    }
    return platform.system() == OperatingSystem.LINUX
        ? "; this user's epolls watch as many descriptors as fs.epoll.max_user_watches allows:"
            + " raise it (sysctl) or have fewer connections"
        : "";
  }

  /** What an error also means on this system. */
  private static String remedyOnSystem(Platform platform, Errno errno, String operation) {
    if (platform.system() != OperatingSystem.MACOS) {
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

  private static String remedyEverywhere(Errno errno, String operation, Object subject) {
    if (isOfMissingScope(errno) && lacksScope(subject)) {
      return "; the link-local address has no scope: name the interface, as in fe80::1%eth0";
    }
    String specific =
        switch (operation) {
          case "bind" -> remedyOfBind(errno, subject);
          case "connect" -> remedyOfConnect(errno, subject);
          case "setsockopt" -> remedyOfOption(errno);
          case "recvmsg" -> remedyOfReceive(errno, subject);
          case "sendmsg of SCM_RIGHTS" -> remedyOfDescriptor(errno);
          default -> remedyOfTransfer(errno, subject);
        };
    String found = specific.isEmpty() ? remedyOfAny(errno) : specific;
    return found.isEmpty() ? "" : "; " + found;
  }

  private static String remedyOfBind(Errno errno, Object subject) {
    return isInternet(subject) ? remedyOfInternetBind(errno) : remedyOfLocalBind(errno, subject);
  }

  private static String remedyOfInternetBind(Errno errno) {
    return switch (errno) {
      case EADDRINUSE -> "end the program that has it, or bind another port";
      case EADDRNOTAVAIL -> "bind an address of this machine's interfaces, or the wildcard";
      case EACCES -> "a port below 1024 needs privileges: take a higher one or grant them";
      default -> "";
    };
  }

  private static String remedyOfLocalBind(Errno errno, Object subject) {
    boolean named = subject instanceof UnixAddress address && address.isAbstract();
    return switch (errno) {
      case EADDRINUSE ->
          named
              ? "end the program that has the name, or bind another one"
              : "delete the socket file if no program listens on it any more, or bind another path";
      case EACCES -> "the directory has to be writable and searchable for this user";
      case ENOENT, ENOTDIR -> "create the directory first";
      default -> "";
    };
  }

  private static String remedyOfConnect(Errno errno, Object subject) {
    boolean internet = isInternet(subject);
    return switch (errno) {
      case ECONNREFUSED ->
          internet
              ? "start the server, or check its address and port"
              : "no program listens on the socket file any more: start the server";
      case ENOENT -> "the socket file does not exist: start the server, or check its path";
      case ETIMEDOUT -> "the host does not answer: check its address, and firewalls on the way";
      case EADDRNOTAVAIL ->
          "no local port is left for it, or it cannot be connected to: close connections,"
              + " widen the system's range of local ports, or check the address";
      case EADDRINUSE -> "a connection between both addresses exists: bind another local port";
      case EACCES, EPERM ->
          internet
              ? "a firewall of this machine forbids it, or the address is a broadcast address"
              : "the socket file has to be writable for this user";
      case EPROTOTYPE -> "the socket there is of another type (stream or datagram)";
      // For IPv6 Darwin's EAGAIN means that no local port is left. For a local path EAGAIN means
      // that the backlog is full.
      case EAGAIN ->
          internet
              ? "no local port is left for it: close connections or widen the system's range of"
                  + " ports"
              : "the listener's backlog is full";
      default -> "";
    };
  }

  private static String remedyOfOption(Errno errno) {
    return switch (errno) {
      case EINVAL, EDOM, ERANGE -> "choose a value that the system takes";
      case ENOBUFS, ENOMEM -> "choose a smaller value, or raise the system's limit for it";
      case EADDRINUSE -> "it is set, or the group joined, already";
      case EADDRNOTAVAIL, ENODEV, ENXIO -> "name an interface that exists and has such an address";
      default -> "";
    };
  }

  private static String remedyOfDescriptor(Errno errno) {
    return switch (errno) {
      case EINVAL, EOPNOTSUPP -> "the system passes no descriptor of its kind, such as a kqueue's";
      case ETOOMANYREFS -> "have the peer receive those that were sent before";
      default -> "";
    };
  }

  private static String remedyOfReceive(Errno errno, Object subject) {
    // macOS and OpenBSD answer EMSGSIZE when no descriptor is free for those in the message.
    return errno == Errno.EMSGSIZE
        ? "there is probably no descriptor left for those that the peer sent: raise this process's"
            + " limit (ulimit -n) or close some"
        : remedyOfTransfer(errno, subject);
  }

  private static String remedyOfTransfer(Errno errno, Object subject) {
    return switch (errno) {
      case ECONNRESET, EPIPE, ETIMEDOUT -> "the connection is lost: connect again";
      case ECONNREFUSED -> "no program receives there: start it, or check the address";
      case EACCES ->
          isInternet(subject)
              ? "to send to a broadcast address set SO_BROADCAST"
              : "check the permissions of the file";
      default -> "";
    };
  }

  private static String remedyOfAny(Errno errno) {
    return switch (errno) {
      case EBADF -> "no such descriptor is open in this process";
      case EMFILE -> "raise this process's limit on open descriptors (ulimit -n) or close some";
      case ENFILE ->
          "the system has no descriptor left for any process, whatever its ulimit -n is: raise the"
              + " system's limit (fs.file-max, kern.maxfiles) or close some";
      case EPERM -> "it needs privileges that this process does not have";
      case EAFNOSUPPORT, EPFNOSUPPORT -> "the address family is switched off on this system";
      case ENOTSOCK -> "the descriptor is not a socket";
      case EMSGSIZE -> "send less, or raise SO_SNDBUF";
      case ENETUNREACH, EHOSTUNREACH, EHOSTDOWN -> "check the address, routes and firewalls";
      case EADDRINUSE -> "end the program that has the address, or bind another one";
      case ENETDOWN -> "switch the network interface on";
      case ENOTCONN, EDESTADDRREQ -> "connect first, or name a recipient";
      case ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG -> "check the path";
      case EROFS -> "choose a path on a file system that can be written";
      case ENOSYS -> "this kernel lacks the call";
      default -> "";
    };
  }

  /** Whether kernels refuse a link-local address without a scope with this errno. */
  private static boolean isOfMissingScope(Errno errno) {
    return switch (errno) {
      case EINVAL, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL, ENXIO, ENODEV -> true;
      default -> false;
    };
  }

  private static boolean lacksScope(Object subject) {
    return subject instanceof InetSocketAddress inet
        && !inet.isUnresolved()
        && EffectiveAddresses.lacksScope(inet.getAddress());
  }

  private static boolean isInternet(Object subject) {
    return subject instanceof InetSocketAddress;
  }
}
