package io.github.kqueueffm.abi;

import java.util.Locale;

/** The C functions that the transport calls. Some systems lack some of them. */
public enum Call {
  SOCKET,
  SOCKETPAIR,
  BIND,
  LISTEN,
  ACCEPT,
  ACCEPT4,
  CONNECT,
  CONNECTX,
  SHUTDOWN,
  CLOSE,
  READ,
  WRITE,
  READV,
  WRITEV,
  RECV,
  SEND,
  SENDTO,
  RECVMSG,
  SENDMSG,
  RECVMMSG,
  SENDMMSG,
  GETSOCKNAME,
  GETPEERNAME,
  GETSOCKOPT,
  SETSOCKOPT,
  FCNTL,
  IOCTL,
  OPEN,
  LSTAT,
  __LXSTAT,
  UNLINK,
  PIPE,
  PIPE2,
  DUP,
  DUP2,
  DUP3,
  SENDFILE,
  KQUEUE,
  KEVENT,
  EPOLL_CREATE1,
  EPOLL_CTL,
  EPOLL_WAIT,
  EPOLL_PWAIT2,
  EVENTFD,
  TIMERFD_CREATE,
  TIMERFD_SETTIME,
  GETRLIMIT,
  SYSCTLBYNAME;

  private final String function = name().toLowerCase(Locale.ROOT);

  /** {@return the function's name in C} */
  public String function() {
    return function;
  }
}
