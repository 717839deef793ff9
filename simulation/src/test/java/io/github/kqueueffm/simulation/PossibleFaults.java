package io.github.kqueueffm.simulation;

import static io.github.kqueueffm.abi.Errno.EACCES;
import static io.github.kqueueffm.abi.Errno.EADDRINUSE;
import static io.github.kqueueffm.abi.Errno.EADDRNOTAVAIL;
import static io.github.kqueueffm.abi.Errno.EAFNOSUPPORT;
import static io.github.kqueueffm.abi.Errno.EAGAIN;
import static io.github.kqueueffm.abi.Errno.ECONNABORTED;
import static io.github.kqueueffm.abi.Errno.ECONNREFUSED;
import static io.github.kqueueffm.abi.Errno.ECONNRESET;
import static io.github.kqueueffm.abi.Errno.EHOSTUNREACH;
import static io.github.kqueueffm.abi.Errno.EINTR;
import static io.github.kqueueffm.abi.Errno.EINVAL;
import static io.github.kqueueffm.abi.Errno.EIO;
import static io.github.kqueueffm.abi.Errno.EMFILE;
import static io.github.kqueueffm.abi.Errno.EMSGSIZE;
import static io.github.kqueueffm.abi.Errno.ENETUNREACH;
import static io.github.kqueueffm.abi.Errno.ENFILE;
import static io.github.kqueueffm.abi.Errno.ENOBUFS;
import static io.github.kqueueffm.abi.Errno.ENOENT;
import static io.github.kqueueffm.abi.Errno.ENOMEM;
import static io.github.kqueueffm.abi.Errno.ENOPROTOOPT;
import static io.github.kqueueffm.abi.Errno.ENOSPC;
import static io.github.kqueueffm.abi.Errno.ENOSYS;
import static io.github.kqueueffm.abi.Errno.ENOTCONN;
import static io.github.kqueueffm.abi.Errno.EPERM;
import static io.github.kqueueffm.abi.Errno.EPIPE;
import static io.github.kqueueffm.abi.Errno.ETIMEDOUT;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Kernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What can happen to a call in place of its work, by the systems' manual pages. */
final class PossibleFaults {
  private PossibleFaults() {}

  static List<Faults.Fault> of(Platform platform, Call call) {
    List<Faults.Fault> faults = new ArrayList<>();
    for (Errno errno : errnos(call)) {
      faults.add(new Faults.Fault.Fails(platform.number(errno)));
    }
    switch (call) {
      case RECV, READ, READV, RECVMSG, SEND, WRITE, WRITEV, SENDMSG, SENDFILE -> {
        faults.add(new Faults.Fault.Part(1));
        faults.add(new Faults.Fault.Part(7));
      }
      case KEVENT, EPOLL_WAIT, EPOLL_PWAIT2 -> {
        faults.add(new Faults.Fault.Part(1));
        faults.add(new Faults.Fault.SpuriousEvent());
        faults.add(new Faults.Fault.LateEvents());
      }
      default -> {
        // An errno or nothing.
      }
    }
    return faults;
  }

  /** {@return the errnos that one call or another of a system may fail with} */
  static Set<Errno> errnos(SimulatedSystem system) {
    Kernel kernel = Simulation.inRealTime(system).kernel();
    return Arrays.stream(Call.values())
        .filter(kernel::has)
        .flatMap(call -> errnos(call).stream())
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Errno.class)));
  }

  private static List<Errno> errnos(Call call) {
    return switch (call) {
      case SOCKET -> List.of(EMFILE, ENFILE, ENOBUFS, EAFNOSUPPORT);
      case SOCKETPAIR -> List.of(EMFILE, ENFILE, ENOBUFS);
      case KQUEUE, EPOLL_CREATE1, EVENTFD, TIMERFD_CREATE, PIPE, PIPE2 -> List.of(EMFILE, ENFILE);
      case DUP, DUP2, DUP3 -> List.of(EMFILE);
      case BIND -> List.of(EADDRINUSE, EACCES);
      case LISTEN -> List.of(EADDRINUSE);
      case ACCEPT, ACCEPT4 -> List.of(EMFILE, ENFILE, ENOBUFS, ECONNABORTED, EINTR, EAGAIN);
      case CONNECT ->
          List.of(ENETUNREACH, EADDRNOTAVAIL, ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH, EPERM);
      case RECV, READ, READV, RECVMSG ->
          List.of(EAGAIN, EINTR, ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENOBUFS);
      case SEND, WRITE, WRITEV -> List.of(EAGAIN, EINTR, EPIPE, ECONNRESET, ENOBUFS, EHOSTUNREACH);
      case SENDMSG, SENDTO, SENDMMSG ->
          List.of(EAGAIN, EINTR, EPIPE, ECONNRESET, ENOBUFS, EHOSTUNREACH, EMSGSIZE, EPERM);
      case RECVMMSG -> List.of(EAGAIN, EINTR);
      case SENDFILE -> List.of(EAGAIN, EINTR, EIO, ECONNRESET, EPIPE);
      case OPEN -> List.of(EMFILE, ENOENT, EINTR, EIO);
      case SHUTDOWN -> List.of(ENOTCONN);
      case GETSOCKNAME, GETPEERNAME -> List.of(ENOBUFS);
      case GETSOCKOPT -> List.of(ENOBUFS, EINVAL);
      case SETSOCKOPT -> List.of(ENOBUFS, EINVAL, ENOPROTOOPT);
      case KEVENT -> List.of(EINTR, ENOMEM);
      case EPOLL_WAIT -> List.of(EINTR);
      case EPOLL_PWAIT2 -> List.of(EINTR, ENOSYS);
      case EPOLL_CTL -> List.of(ENOMEM, ENOSPC);
      default -> List.of();
    };
  }
}
