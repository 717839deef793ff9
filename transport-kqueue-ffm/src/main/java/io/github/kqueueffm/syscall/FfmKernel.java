package io.github.kqueueffm.syscall;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * The kernel through the Foreign Function &amp; Memory API.
 *
 * <p>An instance for all threads takes the errno capture segment of the calling thread; a
 * {@linkplain #bound() bound} one has its own.
 */
final class FfmKernel extends Downcalls implements Kernel {
  private final Platform platform;
  private final Path library;
  private final Symbols symbols;
  private final Struct keventStruct;

  /**
   * @param library where functions are looked up first, or {@code null}
   * @throws IllegalArgumentException if the library cannot be loaded
   */
  FfmKernel(Platform platform, Path library) {
    this(platform, library, new Symbols(platform, library), null);
  }

  private FfmKernel(Platform platform, Path library, Symbols symbols, MemorySegment capture) {
    super(symbols, capture, platform.number(Errno.ENOSYS), platform.number(Errno.EIO));
    this.platform = platform;
    this.library = library;
    this.symbols = symbols;
    this.keventStruct = platform.keventStruct(symbols.keventSymbol());
  }

  @Override
  public Platform platform() {
    return platform;
  }

  @Override
  public boolean has(Call call) {
    return symbols.has(call);
  }

  @Override
  public Struct keventStruct() {
    return keventStruct;
  }

  @Override
  public Kernel bound() {
    return new FfmKernel(platform, library, symbols, ErrnoCapture.owned());
  }

  @Override
  public void release() {
    freeCapture();
  }

  @Override
  public String describe() {
    if (library == null) {
      return "libc";
    }
    return library + (symbols.ownSockets() ? " (kqueue and sockets)" : " (kqueue)");
  }

  @Override
  public int kqueue() {
    return callInt(Call.KQUEUE);
  }

  @Override
  public int kevent(int kq, long changes, int nchanges, long events, int nevents, long timespec) {
    return callInt(Call.KEVENT, kq, changes, nchanges, events, nevents, timespec);
  }

  @Override
  public int epollCreate1(int flags) {
    return callInt(Call.EPOLL_CREATE1, flags);
  }

  @Override
  public int epollCtl(int epfd, int op, int fd, long event) {
    return callInt(Call.EPOLL_CTL, epfd, op, fd, event);
  }

  @Override
  public int epollWait(int epfd, long events, int maxEvents, int timeoutMillis) {
    return callInt(Call.EPOLL_WAIT, epfd, events, maxEvents, timeoutMillis);
  }

  @Override
  public int eventfd(int initial, int flags) {
    return callInt(Call.EVENTFD, initial, flags);
  }

  @Override
  public int timerfdCreate(int clock, int flags) {
    return callInt(Call.TIMERFD_CREATE, clock, flags);
  }

  @Override
  public int pipe(long fds) {
    return callInt(Call.PIPE, fds);
  }

  @Override
  public int pipe2(long fds, int flags) {
    return callInt(Call.PIPE2, fds, flags);
  }

  @Override
  public int socket(int domain, int type, int protocol) {
    return callInt(Call.SOCKET, domain, type, protocol);
  }

  @Override
  public int socketpair(int domain, int type, int protocol, long fds) {
    return callInt(Call.SOCKETPAIR, domain, type, protocol, fds);
  }

  @Override
  public int bind(int fd, long address, int length) {
    return callInt(Call.BIND, fd, address, length);
  }

  @Override
  public int listen(int fd, int backlog) {
    return callInt(Call.LISTEN, fd, backlog);
  }

  @Override
  public int accept(int fd, long address, long length) {
    return callInt(Call.ACCEPT, fd, address, length);
  }

  @Override
  public int accept4(int fd, long address, long length, int flags) {
    return callInt(Call.ACCEPT4, fd, address, length, flags);
  }

  @Override
  public int connect(int fd, long address, int length) {
    return callInt(Call.CONNECT, fd, address, length);
  }

  @Override
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

  @Override
  public int shutdown(int fd, int how) {
    return callInt(Call.SHUTDOWN, fd, how);
  }

  @Override
  public int close(int fd) {
    return callInt(Call.CLOSE, fd);
  }

  @Override
  public int getsockname(int fd, long address, long length) {
    return callInt(Call.GETSOCKNAME, fd, address, length);
  }

  @Override
  public int getpeername(int fd, long address, long length) {
    return callInt(Call.GETPEERNAME, fd, address, length);
  }

  @Override
  public int getsockopt(int fd, int level, int option, long value, long length) {
    return callInt(Call.GETSOCKOPT, fd, level, option, value, length);
  }

  @Override
  public int setsockopt(int fd, int level, int option, long value, int length) {
    return callInt(Call.SETSOCKOPT, fd, level, option, value, length);
  }

  @Override
  public long read(int fd, long buffer, long length) {
    return callLong(Call.READ, fd, buffer, length);
  }

  @Override
  public long write(int fd, long buffer, long length) {
    return callLong(Call.WRITE, fd, buffer, length);
  }

  @Override
  public long readv(int fd, long iovec, int count) {
    return callLong(Call.READV, fd, iovec, count);
  }

  @Override
  public long writev(int fd, long iovec, int count) {
    return callLong(Call.WRITEV, fd, iovec, count);
  }

  @Override
  public long recv(int fd, long buffer, long length, int flags) {
    return callLong(Call.RECV, fd, buffer, length, flags);
  }

  @Override
  public long send(int fd, long buffer, long length, int flags) {
    return callLong(Call.SEND, fd, buffer, length, flags);
  }

  @Override
  public long recvfrom(
      int fd, long buffer, long length, int flags, long address, long addressLength) {
    return callLong(Call.RECVFROM, fd, buffer, length, flags, address, addressLength);
  }

  @Override
  public long sendto(int fd, long buffer, long length, int flags, long address, int addressLength) {
    return callLong(Call.SENDTO, fd, buffer, length, flags, address, addressLength);
  }

  @Override
  public long recvmsg(int fd, long msghdr, int flags) {
    return callLong(Call.RECVMSG, fd, msghdr, flags);
  }

  @Override
  public long sendmsg(int fd, long msghdr, int flags) {
    return callLong(Call.SENDMSG, fd, msghdr, flags);
  }

  @Override
  public int recvmmsg(int fd, long mmsghdrs, int count, int flags, long timespec) {
    return callInt(Call.RECVMMSG, fd, mmsghdrs, count, flags, timespec);
  }

  @Override
  public int sendmmsg(int fd, long mmsghdrs, int count, int flags) {
    return callInt(Call.SENDMMSG, fd, mmsghdrs, count, flags);
  }

  @Override
  public int dup(int fd) {
    return callInt(Call.DUP, fd);
  }

  @Override
  public int dup2(int fd, int onto) {
    return callInt(Call.DUP2, fd, onto);
  }

  @Override
  public int dup3(int fd, int onto, int flags) {
    return callInt(Call.DUP3, fd, onto, flags);
  }

  @Override
  public int getpeereid(int fd, long uid, long gid) {
    return callInt(Call.GETPEEREID, fd, uid, gid);
  }

  @Override
  public int epollPwait2(int epfd, long events, int maxEvents, long timespec) {
    return callInt(Call.EPOLL_PWAIT2, epfd, events, maxEvents, timespec, 0, 0);
  }

  @Override
  public int timerfdSettime(int fd, int flags, long itimerspec) {
    return callInt(Call.TIMERFD_SETTIME, fd, flags, itimerspec, 0);
  }

  @Override
  public int fcntl(int fd, int command, int argument) {
    return callVariadic(Call.FCNTL, fd, command, argument);
  }

  @Override
  public int ioctl(int fd, long request, long argument) {
    return callVariadic(Call.IOCTL, fd, request, argument);
  }

  @Override
  public int open(long path, int flags, int mode) {
    return callVariadic(Call.OPEN, path, flags, mode);
  }

  @Override
  public int lstat(long path, long stat) {
    return callInt(Call.LSTAT, path, stat);
  }

  @Override
  public int lxstat(int version, long path, long stat) {
    return callInt(Call.__LXSTAT, version, path, stat);
  }

  @Override
  public int unlink(long path) {
    return callInt(Call.UNLINK, path);
  }

  @Override
  public int sendfile(int socket, int file, long offset, long count, long sent) {
    Memory.putLong(sent, 0);
    return switch (platform.system()) {
      case "linux" -> linuxSendfile(socket, file, offset, count, sent);
      case "macos" -> {
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
    long result = callLong(Call.SENDFILE, socket, file, sent, count);
    Memory.putLong(sent, Math.max(result, 0));
    return (int) Math.min(result, 0);
  }

  /** Whether macOS wrote the count sent; other errors leave the length that was asked for. */
  private boolean reportsSent(int result) {
    return result == 0 || platform.is(Errno.EAGAIN, -result) || platform.is(Errno.EINTR, -result);
  }
}
