package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import java.net.InetSocketAddress;

/** What to do about an error, for the end of its message. */
final class Remedies {
  private Remedies() {}

  /** Begins with a semicolon; empty where there is nothing to do. */
  static String of(Platform platform, Errno errno, String operation, Object subject) {
    return isOfFilter(operation, errno)
        ? ofFilter(platform, errno)
        : everywhere(errno, operation, subject) + onSystem(platform, errno, operation);
  }

  /** For a connect that the system would have gone on with. */
  static String ofConnectTimeout(Object remote) {
    return (isInternet(remote)
            ? "the host does not answer: check its address, and firewalls on the way"
            : "the server does not accept it: check that it runs and keeps up")
        + ", or raise CONNECT_TIMEOUT_MILLIS";
  }

  /** Whether a kqueue, or the epoll below it, had no room for one more filter. */
  private static boolean isOfFilter(String operation, Errno errno) {
    return (operation.startsWith("kevent") || operation.equals("epoll_ctl"))
        && (errno == Errno.ENOSPC || errno == Errno.ENOMEM);
  }

  private static String ofFilter(Platform platform, Errno errno) {
    if (errno == Errno.ENOMEM) {
      return "; the kernel's memory, or its limit on filters, is used up: free memory, or have"
          + " fewer connections, timers and user events";
    }
    return platform.system() == OperatingSystem.LINUX
        ? "; this user's epolls watch as many descriptors as fs.epoll.max_user_watches allows:"
            + " raise it (sysctl) or have fewer connections"
        : "";
  }

  /** What an error means on this system beyond what it means everywhere. */
  private static String onSystem(Platform platform, Errno errno, String operation) {
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

  private static String everywhere(Errno errno, String operation, Object subject) {
    if (isForScope(errno) && lacksScope(subject)) {
      return "; the link-local address has no scope: name the interface, as in fe80::1%eth0";
    }
    String remedy =
        switch (operation) {
          case "bind" -> ofBind(errno, subject);
          case "connect" -> ofConnect(errno, subject);
          case "setsockopt" -> ofOption(errno);
          case "recvmsg" -> ofReceive(errno, subject);
          case "sendmsg of SCM_RIGHTS" -> ofDescriptor(errno);
          default -> ofTransfer(errno, subject);
        };
    String found = remedy.isEmpty() ? ofAny(errno) : remedy;
    return found.isEmpty() ? "" : "; " + found;
  }

  private static String ofBind(Errno errno, Object subject) {
    return isInternet(subject) ? ofInternetBind(errno) : ofLocalBind(errno, subject);
  }

  private static String ofInternetBind(Errno errno) {
    return switch (errno) {
      case EADDRINUSE -> "end the program that has it, or bind another port";
      case EADDRNOTAVAIL -> "bind an address of this machine's interfaces, or the wildcard";
      case EACCES -> "a port below 1024 needs privileges: take a higher one or grant them";
      default -> "";
    };
  }

  private static String ofLocalBind(Errno errno, Object subject) {
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

  private static String ofConnect(Errno errno, Object subject) {
    boolean internet = isInternet(subject);
    return switch (errno) {
      case ECONNREFUSED ->
          internet
              ? "start the server, or check its address and port"
              : "no program listens on the socket file any more: start the server";
      case ENOENT -> "there is no such socket file: start the server, or check its path";
      case ETIMEDOUT -> "the host does not answer: check its address, and firewalls on the way";
      case EADDRNOTAVAIL ->
          "no local port is left for it, or it is no address to connect to: close connections,"
              + " widen the system's range of local ports, or check the address";
      case EADDRINUSE -> "a connection between both addresses exists: bind another local port";
      case EACCES, EPERM ->
          internet
              ? "a firewall of this machine forbids it, or the address is a broadcast address"
              : "the socket file has to be writable for this user";
      case EPROTOTYPE -> "the socket there is of another type (stream or datagram)";
      // Darwin's EAGAIN for IPv6 means its local ports; a full backlog is that of a local path.
      case EAGAIN ->
          internet
              ? "no local port is left for it: close connections or widen the system's range of"
                  + " ports"
              : "the listener's backlog is full";
      default -> "";
    };
  }

  private static String ofOption(Errno errno) {
    return switch (errno) {
      case EINVAL, EDOM, ERANGE -> "choose a value that the system takes";
      case ENOBUFS, ENOMEM -> "choose a smaller value, or raise the system's limit for it";
      case EADDRINUSE -> "it is set, or the group joined, already";
      case EADDRNOTAVAIL, ENODEV, ENXIO -> "name an interface that exists and has such an address";
      default -> "";
    };
  }

  private static String ofDescriptor(Errno errno) {
    return switch (errno) {
      case EINVAL, EOPNOTSUPP -> "the system passes no descriptor of its kind, such as a kqueue's";
      case ETOOMANYREFS -> "have the peer receive those that were sent before";
      default -> "";
    };
  }

  private static String ofReceive(Errno errno, Object subject) {
    // macOS and OpenBSD answer so where no descriptor is free for those in the message.
    return errno == Errno.EMSGSIZE
        ? "there is probably no descriptor left for those that the peer sent: raise this process's"
            + " limit (ulimit -n) or close some"
        : ofTransfer(errno, subject);
  }

  private static String ofTransfer(Errno errno, Object subject) {
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

  private static String ofAny(Errno errno) {
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

  /** The words with which kernels refuse an address of a link that is not named. */
  private static boolean isForScope(Errno errno) {
    return switch (errno) {
      case EINVAL, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL, ENXIO, ENODEV -> true;
      default -> false;
    };
  }

  private static boolean lacksScope(Object subject) {
    return subject instanceof InetSocketAddress inet
        && !inet.isUnresolved()
        && MeantAddresses.lacksScope(inet.getAddress());
  }

  private static boolean isInternet(Object subject) {
    return subject instanceof InetSocketAddress;
  }
}
