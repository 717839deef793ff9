package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;

/**
 * The system calls of the transport. Parameters are primitive, and a result is the function's
 * result or the <em>negative</em> errno. Pointers are native addresses; lengths and offsets are in
 * bytes.
 *
 * <p>Parameters and results are those of the C functions, and the methods have the functions' names
 * in Java's spelling. Values of constants are the {@link #platform()}'s. A method whose function is
 * missing ({@link #has(Call)}) returns {@code -ENOSYS}.
 *
 * <p>A new function is a constant of {@link Call} and a method of this class. Every method makes
 * its call by one of the five {@code call} methods, which a kernel implements: {@link FfmKernel} by
 * the Foreign Function &amp; Memory API, tests without it.
 *
 * <p>May be used from any thread. A kernel from {@link #forThread()} serves one thread at a time,
 * and does not look up that thread's errno segment on every call.
 */
public abstract class Kernel {

  public abstract Platform platform();

  /** Whether the system, or the library given by the user, has that function. */
  public abstract boolean has(Call call);

  /** Layout of struct kevent for the symbol that {@link #kevent} calls. */
  public abstract Struct keventStruct();

  /** {@return a kernel for one thread at a time, to be {@linkplain #release() released}} */
  public abstract Kernel forThread();

  /** Frees what {@link #forThread()} allocated. On the kernel for all threads it does nothing. */
  public abstract void release();

  /** {@return a description of the functions' origin: {@code libc} or a library's path} */
  public abstract String describe();

  /** {@return the trace of this kernel's calls, or {@code null} if they are not traced} */
  public Trace trace() {
    return null;
  }

  /**
   * {@return the time of CLOCK_MONOTONIC in nanoseconds, by which the kernel ends waits} It is
   * {@link System#nanoTime()} except on a kernel that simulates time.
   */
  public long nanoTime() {
    return System.nanoTime();
  }

  /** Lets the calling thread sleep, by the time of {@link #nanoTime()}. */
  public void sleepMillis(long millis) throws InterruptedException {
    Thread.sleep(millis);
  }

  /**
   * Calls a function that returns an int.
   *
   * @param call the function; arguments that it does not have are 0
   * @return its result or the negative errno
   */
  protected abstract int callInt(Call call, long a, long b, long c, long d, long e, long f);

  /** Calls a function of seven arguments that returns an int. */
  protected abstract int callInt(Call call, long a, long b, long c, long d, long e, long f, long g);

  /** Calls a function of eight arguments that returns an int. */
  protected abstract int callInt(
      Call call, long a, long b, long c, long d, long e, long f, long g, long h);

  /** Like {@link #callInt} for a function that returns a long. */
  protected abstract long callLong(Call call, long a, long b, long c, long d, long e, long f);

  /** Calls a variadic function that returns an int and has two named arguments. */
  protected abstract int callVariadic(Call call, long a, long b, long c);

  public int kqueue() {
    return callInt(Call.KQUEUE, 0, 0, 0, 0, 0, 0);
  }

  public int kevent(int kq, long changes, int nchanges, long events, int nevents, long timespec) {
    return callInt(Call.KEVENT, kq, changes, nchanges, events, nevents, timespec);
  }

  public int epollCreate1(int flags) {
    return callInt(Call.EPOLL_CREATE1, flags, 0, 0, 0, 0, 0);
  }

  public int epollCtl(int epfd, int op, int fd, long event) {
    return callInt(Call.EPOLL_CTL, epfd, op, fd, event, 0, 0);
  }

  public int epollWait(int epfd, long events, int maxEvents, int timeoutMillis) {
    return callInt(Call.EPOLL_WAIT, epfd, events, maxEvents, timeoutMillis, 0, 0);
  }

  /** epoll_pwait2(2) without a signal mask. A {@code timespec} of 0 waits without a limit. */
  public int epollPwait2(int epfd, long events, int maxEvents, long timespec) {
    return callInt(Call.EPOLL_PWAIT2, epfd, events, maxEvents, timespec, 0, 0);
  }

  public int eventfd(int initial, int flags) {
    return callInt(Call.EVENTFD, initial, flags, 0, 0, 0, 0);
  }

  public int timerfdCreate(int clock, int flags) {
    return callInt(Call.TIMERFD_CREATE, clock, flags, 0, 0, 0, 0);
  }

  public int timerfdSettime(int fd, int flags, long itimerspec) {
    return callInt(Call.TIMERFD_SETTIME, fd, flags, itimerspec, 0, 0, 0);
  }

  public int pipe(long fds) {
    return callInt(Call.PIPE, fds, 0, 0, 0, 0, 0);
  }

  public int pipe2(long fds, int flags) {
    return callInt(Call.PIPE2, fds, flags, 0, 0, 0, 0);
  }

  public int socket(int domain, int type, int protocol) {
    return callInt(Call.SOCKET, domain, type, protocol, 0, 0, 0);
  }

  public int socketpair(int domain, int type, int protocol, long fds) {
    return callInt(Call.SOCKETPAIR, domain, type, protocol, fds, 0, 0);
  }

  public int bind(int fd, long address, int length) {
    return callInt(Call.BIND, fd, address, length, 0, 0, 0);
  }

  public int listen(int fd, int backlog) {
    return callInt(Call.LISTEN, fd, backlog, 0, 0, 0, 0);
  }

  public int accept(int fd, long address, long length) {
    return callInt(Call.ACCEPT, fd, address, length, 0, 0, 0);
  }

  public int accept4(int fd, long address, long length, int flags) {
    return callInt(Call.ACCEPT4, fd, address, length, flags, 0, 0);
  }

  public int connect(int fd, long address, int length) {
    return callInt(Call.CONNECT, fd, address, length, 0, 0, 0);
  }

  /** connectx(2) of macOS: a connect that carries data. */
  public int connectx(
      int fd,
      long endpoints,
      int associd,
      int flags,
      long iovec,
      int count,
      long length,
      long connid) {
    return callInt(Call.CONNECTX, fd, endpoints, associd, flags, iovec, count, length, connid);
  }

  public int shutdown(int fd, int how) {
    return callInt(Call.SHUTDOWN, fd, how, 0, 0, 0, 0);
  }

  public int close(int fd) {
    return callInt(Call.CLOSE, fd, 0, 0, 0, 0, 0);
  }

  public int getsockname(int fd, long address, long length) {
    return callInt(Call.GETSOCKNAME, fd, address, length, 0, 0, 0);
  }

  public int getpeername(int fd, long address, long length) {
    return callInt(Call.GETPEERNAME, fd, address, length, 0, 0, 0);
  }

  public int getsockopt(int fd, int level, int option, long value, long length) {
    return callInt(Call.GETSOCKOPT, fd, level, option, value, length, 0);
  }

  public int setsockopt(int fd, int level, int option, long value, int length) {
    return callInt(Call.SETSOCKOPT, fd, level, option, value, length, 0);
  }

  public long read(int fd, long buffer, long length) {
    return callLong(Call.READ, fd, buffer, length, 0, 0, 0);
  }

  public long write(int fd, long buffer, long length) {
    return callLong(Call.WRITE, fd, buffer, length, 0, 0, 0);
  }

  public long readv(int fd, long iovec, int count) {
    return callLong(Call.READV, fd, iovec, count, 0, 0, 0);
  }

  public long writev(int fd, long iovec, int count) {
    return callLong(Call.WRITEV, fd, iovec, count, 0, 0, 0);
  }

  public long recv(int fd, long buffer, long length, int flags) {
    return callLong(Call.RECV, fd, buffer, length, flags, 0, 0);
  }

  public long send(int fd, long buffer, long length, int flags) {
    return callLong(Call.SEND, fd, buffer, length, flags, 0, 0);
  }

  public long sendto(int fd, long buffer, long length, int flags, long address, int addressLength) {
    return callLong(Call.SENDTO, fd, buffer, length, flags, address, addressLength);
  }

  public long recvmsg(int fd, long msghdr, int flags) {
    return callLong(Call.RECVMSG, fd, msghdr, flags, 0, 0, 0);
  }

  public long sendmsg(int fd, long msghdr, int flags) {
    return callLong(Call.SENDMSG, fd, msghdr, flags, 0, 0, 0);
  }

  public int recvmmsg(int fd, long mmsghdrs, int count, int flags, long timespec) {
    return callInt(Call.RECVMMSG, fd, mmsghdrs, count, flags, timespec, 0);
  }

  public int sendmmsg(int fd, long mmsghdrs, int count, int flags) {
    return callInt(Call.SENDMMSG, fd, mmsghdrs, count, flags, 0, 0);
  }

  /** fcntl(2) for the commands that take an int or no argument. */
  public int fcntl(int fd, int command, int argument) {
    return callVariadic(Call.FCNTL, fd, command, argument);
  }

  public int ioctl(int fd, long request, long argument) {
    return callVariadic(Call.IOCTL, fd, request, argument);
  }

  public int open(long path, int flags, int mode) {
    return callVariadic(Call.OPEN, path, flags, mode);
  }

  /** lstat(2), which describes a symbolic link itself; {@code stat} has room for a struct stat. */
  public int lstat(long path, long stat) {
    return callInt(Call.LSTAT, path, stat, 0, 0, 0, 0);
  }

  /** __lxstat(3), which lstat calls in glibc before 2.33, where lstat is an inline function. */
  public int lxstat(int version, long path, long stat) {
    return callInt(Call.__LXSTAT, version, path, stat, 0, 0, 0);
  }

  public int unlink(long path) {
    return callInt(Call.UNLINK, path, 0, 0, 0, 0, 0);
  }

  public int dup(int fd) {
    return callInt(Call.DUP, fd, 0, 0, 0, 0, 0);
  }

  /** dup2(2): closes {@code onto} and makes it a duplicate of {@code fd}, without FD_CLOEXEC. */
  public int dup2(int fd, int onto) {
    return callInt(Call.DUP2, fd, onto, 0, 0, 0, 0);
  }

  public int dup3(int fd, int onto, int flags) {
    return callInt(Call.DUP3, fd, onto, flags, 0, 0, 0);
  }

  /** getrlimit(2); {@code rlimit} has room for a struct rlimit. */
  public int getrlimit(int resource, long rlimit) {
    return callInt(Call.GETRLIMIT, resource, rlimit, 0, 0, 0, 0);
  }

  /**
   * sysctlbyname(3), which only reads here.
   *
   * @param name address of the name, which ends with a zero
   * @param value address of room for the value
   * @param length address of 8 bytes: how much room there is, and then how long the value is
   */
  public int sysctlbyname(long name, long value, long length) {
    return callInt(Call.SYSCTLBYNAME, name, value, length, 0, 0, 0);
  }

  /**
   * Sends up to {@code count} bytes of {@code file} from {@code offset} on: one form for the three
   * forms of sendfile(2).
   *
   * @param sent address of 8 bytes for the number of bytes sent, which can be more than 0 together
   *     with an errno (EAGAIN and EINTR on macOS and the BSDs)
   * @return 0 or the negative errno
   */
  public int sendfile(int socket, int file, long offset, long count, long sent) {
    Memory.putLong(sent, 0);
    return switch (platform().system()) {
      case LINUX -> linuxSendfile(socket, file, offset, count, sent);
      case MACOS -> {
        // int sendfile(file, socket, offset, off_t *length in and out, hdtr, flags)
        Memory.putLong(sent, count);
        int result = callInt(Call.SENDFILE, file, socket, offset, sent, 0, 0);
        if (!reportsSent(result)) {
          Memory.putLong(sent, 0);
        }
        yield result;
      }
      default -> callInt(Call.SENDFILE, file, socket, offset, count, 0, sent, 0);
    };
  }

  private int linuxSendfile(int socket, int file, long offset, long count, long sent) {
    // ssize_t sendfile(socket, file, off_t *offset in and out, count)
    Memory.putLong(sent, offset);
    long result = callLong(Call.SENDFILE, socket, file, sent, count, 0, 0);
    Memory.putLong(sent, Math.max(result, 0));
    return (int) Math.min(result, 0);
  }

  /** Whether macOS wrote the number of bytes sent. Other errors leave the requested length. */
  private boolean reportsSent(int result) {
    return result == 0
        || platform().is(Errno.EAGAIN, -result)
        || platform().is(Errno.EINTR, -result);
  }
}
