package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;

/**
 * Every system call of the transport: primitives in, the result or the <em>negative</em> errno out.
 * Pointers are native addresses; lengths and offsets are bytes.
 *
 * <p>Parameters and results are those of the C functions, whose names the methods have in Java's
 * spelling. Values of constants are the {@link #platform()}'s. A method whose function is missing
 * ({@link #has(Call)}) answers {@code -ENOSYS}.
 *
 * <p>Calls may be made from any thread. A kernel from {@link #bound()} serves one thread at a time
 * and saves the look-up of that thread's errno.
 */
public interface Kernel {

  Platform platform();

  /** Whether the system, or the library given by the user, has that function. */
  boolean has(Call call);

  /** Layout of struct kevent for the symbol that {@link #kevent} calls. */
  Struct keventStruct();

  /** A kernel for one thread at a time, to be {@linkplain #release() released} when done. */
  Kernel bound();

  /** Frees what {@link #bound()} allocated; nothing on the kernel for all threads. */
  void release();

  /** What serves the calls, for people: such as {@code libc} or a library's path. */
  String describe();

  int kqueue();

  int kevent(int kq, long changes, int nchanges, long events, int nevents, long timespec);

  int epollCreate1(int flags);

  int epollCtl(int epfd, int op, int fd, long event);

  int epollWait(int epfd, long events, int maxEvents, int timeoutMillis);

  /** epoll_pwait2(2) without a signal mask; a null {@code timespec} waits for ever. */
  int epollPwait2(int epfd, long events, int maxEvents, long timespec);

  int eventfd(int initial, int flags);

  int timerfdCreate(int clock, int flags);

  int timerfdSettime(int fd, int flags, long itimerspec);

  int pipe(long fds);

  int pipe2(long fds, int flags);

  int socket(int domain, int type, int protocol);

  int socketpair(int domain, int type, int protocol, long fds);

  int bind(int fd, long address, int length);

  int listen(int fd, int backlog);

  int accept(int fd, long address, long length);

  int accept4(int fd, long address, long length, int flags);

  int connect(int fd, long address, int length);

  /** connectx(2) of macOS: a connect that takes data along. */
  int connectx(
      int fd,
      long endpoints,
      int associd,
      int flags,
      long iovec,
      int count,
      long length,
      long connid);

  int shutdown(int fd, int how);

  int close(int fd);

  int getsockname(int fd, long address, long length);

  int getpeername(int fd, long address, long length);

  int getsockopt(int fd, int level, int option, long value, long length);

  int setsockopt(int fd, int level, int option, long value, int length);

  long read(int fd, long buffer, long length);

  long write(int fd, long buffer, long length);

  long readv(int fd, long iovec, int count);

  long writev(int fd, long iovec, int count);

  long recv(int fd, long buffer, long length, int flags);

  long send(int fd, long buffer, long length, int flags);

  long recvfrom(int fd, long buffer, long length, int flags, long address, long addressLength);

  long sendto(int fd, long buffer, long length, int flags, long address, int addressLength);

  long recvmsg(int fd, long msghdr, int flags);

  long sendmsg(int fd, long msghdr, int flags);

  int recvmmsg(int fd, long mmsghdrs, int count, int flags, long timespec);

  int sendmmsg(int fd, long mmsghdrs, int count, int flags);

  /** fcntl(2) for the commands that take an int or nothing. */
  int fcntl(int fd, int command, int argument);

  int ioctl(int fd, long request, long argument);

  int open(long path, int flags, int mode);

  /** lstat(2): of a symbolic link itself; {@code stat} has room for a struct stat. */
  int lstat(long path, long stat);

  /** __lxstat(3): what lstat is in glibc before 2.33, where it is an inline function of C. */
  int lxstat(int version, long path, long stat);

  int unlink(long path);

  int dup(int fd);

  /** dup2(2): {@code onto} becomes {@code fd}, without FD_CLOEXEC; what it was is closed. */
  int dup2(int fd, int onto);

  int dup3(int fd, int onto, int flags);

  /**
   * sendfile(2) in one shape for its three: sends up to {@code count} bytes of {@code file} from
   * {@code offset} on.
   *
   * @param sent where 8 bytes of the count sent are put, which can be more than 0 beside an errno
   *     (EAGAIN and EINTR on macOS and the BSDs)
   * @return 0 or the negative errno
   */
  int sendfile(int socket, int file, long offset, long count, long sent);

  int getpeereid(int fd, long uid, long gid);
}
