package io.github.kqueueffm.simulation;

import static io.github.kqueueffm.abi.Constant.FIONREAD;
import static io.github.kqueueffm.abi.Constant.F_GETFD;
import static io.github.kqueueffm.abi.Constant.F_GETFL;
import static io.github.kqueueffm.abi.Constant.F_SETFD;
import static io.github.kqueueffm.abi.Constant.F_SETFL;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.Memory;

/** Takes the arguments of a system call apart, and gives it to the file that it is for. */
final class SystemCalls {
  /** The same number on every platform. The transport does not use it. */
  private static final int F_DUPFD = 0;

  /** Whether {@code -Dsimulation.trace} prints each call, to see what a replayed script does. */
  private static final boolean TRACE = Boolean.getBoolean("simulation.trace");

  private final World world;
  private final Platform platform;
  private final Faults faults;
  private final Iov iov = new Iov();
  private final MessageCalls messages;
  private final QueueCalls queues;
  private final FileCalls files;
  private final Settings settings;
  private final OpenFile.Accepted accepted = new OpenFile.Accepted();
  private final int nonBlock;
  private final int cloexec;
  private final int sockNonBlock;
  private final int sockCloexec;
  private long number;

  SystemCalls(World world, Faults faults) {
    this.world = world;
    this.faults = faults;
    platform = world.platform;
    messages = new MessageCalls(world);
    queues = new QueueCalls(world);
    files = new FileCalls(world);
    settings = new Settings(world);
    nonBlock = platform.get(Constant.O_NONBLOCK);
    cloexec = platform.get(Constant.FD_CLOEXEC);
    sockNonBlock = platform.getOr(Constant.SOCK_NONBLOCK, 0);
    sockCloexec = platform.getOr(Constant.SOCK_CLOEXEC, 0);
  }

  boolean has(Call call) {
    return !platform.symbols(call).isEmpty() && !lacks(call);
  }

  /** Functions that a platform file names for other releases than the simulated one. */
  private boolean lacks(Call call) {
    return switch (call) {
      // The BSDs' newer releases have them as functions over kqueue; the transport does not use
      // them.
      case EVENTFD, TIMERFD_CREATE, TIMERFD_SETTIME, EPOLL_CREATE1 -> !platform.isLinux();
      // A library has them.
      case KQUEUE, KEVENT -> platform.isLinux();
      default -> false;
    };
  }

  /** Makes a call: its result, or the negative errno. */
  long call(Call call, long a, long b, long c, long d, long e, long f, long g) {
    if (!has(call)) {
      return world.error(Errno.ENOSYS);
    }
    world.lock.lock();
    try {
      world.pace.enter(mayYield(call, (int) a));
      world.runAgenda();
      Faults.Fault fault = faults.at(number++, call, (int) a);
      if (fault instanceof Faults.Fault.Fails fails && !queues.isWait(call)) {
        if (call == Call.SENDFILE) {
          files.sendfileFails(d);
        }
        if (TRACE) {
          trace(call, (int) a, -fails.errno(), fault);
        }
        return -fails.errno();
      }
      world.limitOfThisCall =
          fault instanceof Faults.Fault.Part small ? small.count() : Long.MAX_VALUE;
      long result =
          queues.isWait(call)
              ? queues.await(fault, call, (int) a, b, (int) c, d, (int) e, f)
              : run(call, a, b, c, d, e, f, g);
      if (TRACE) {
        trace(call, (int) a, result, fault);
      }
      return result;
    } finally {
      world.lock.unlock();
    }
  }

  /** The transport's kqueue over epoll makes these calls while it holds its lock. */
  private boolean mayYield(Call call, int fd) {
    return switch (call) {
      case EPOLL_CTL, EPOLL_WAIT, TIMERFD_SETTIME -> false;
      case WRITE, READ -> !(world.descriptors.get(fd) instanceof EventFdFile);
      default -> true;
    };
  }

  private void trace(Call call, int fd, long result, Faults.Fault fault) {
    Errno errno = result < 0 ? platform.errno((int) -result) : null;
    System.out.printf(
        "%,d %s %s(%d) = %s%s%n",
        world.pace.nanoTime(),
        Thread.currentThread().getName(),
        call.function(),
        fd,
        errno == null ? Long.toString(result) : errno,
        fault == Faults.Fault.NONE ? "" : "   <- " + fault);
  }

  private long run(Call call, long a, long b, long c, long d, long e, long f, long g) {
    return switch (call) {
      case SOCKET -> socket((int) a, (int) b, (int) c);
      case SOCKETPAIR -> socketpair((int) a, (int) b, d);
      case PIPE -> files.pipe(a, 0);
      case PIPE2 -> files.pipe(a, (int) b);
      case OPEN -> files.open(a, (int) b, (int) c);
      case LSTAT -> files.lstat(a, b);
      case __LXSTAT -> files.lstat(b, c);
      case UNLINK -> files.unlink(a);
      case GETRLIMIT -> settings.getrlimit((int) a, b);
      case SYSCTLBYNAME -> settings.sysctlbyname(a, b, c);
      case KQUEUE, EPOLL_CREATE1, EVENTFD, TIMERFD_CREATE -> queues.create(call, a, (int) b);
      default -> onFile(call, (int) a, b, c, d, e, f, g);
    };
  }

  private long onFile(Call call, int fd, long b, long c, long d, long e, long f, long g) {
    OpenFile file = world.descriptors.get(fd);
    if (file == null) {
      return world.error(Errno.EBADF);
    }
    return switch (call) {
      case CLOSE -> close(fd);
      case READ -> read(file, iov(file).one(b, c));
      case WRITE -> file.write(iov(file).one(b, c));
      case READV -> read(file, iov(file).many(iovec(), b, (int) c));
      case WRITEV -> file.write(iov(file).many(iovec(), b, (int) c));
      case DUP -> dup(file, 0);
      case DUP2 -> dupOnto(file, fd, (int) b, false);
      case DUP3 -> dupOnto(file, fd, (int) b, (c & platform.getOr(Constant.O_CLOEXEC, 0)) != 0);
      case FCNTL -> fcntl(file, fd, (int) b, (int) c);
      case IOCTL -> ioctl(file, b, c);
      case SENDFILE -> files.sendfile(fd, file, b, c, d, e, f, g);
      case EPOLL_CTL, TIMERFD_SETTIME -> queues.control(call, file, b, c, d);
      default -> onSocket(call, file, b, c, d, e, f, g);
    };
  }

  private long read(OpenFile file, Iov into) {
    boolean nothing = into.total() == 0 && file instanceof SocketFile;
    return nothing && world.has(Quirk.READ_OF_NOTHING) ? 0 : file.read(into);
  }

  private long onSocket(Call call, OpenFile file, long b, long c, long d, long e, long f, long g) {
    return switch (call) {
      case BIND -> bind(file, b, (int) c);
      case LISTEN -> file.listen((int) b);
      case ACCEPT -> accept(file, b, c, 0, false);
      case ACCEPT4 -> accept(file, b, c, (int) d, true);
      case CONNECT -> connect(file, b, (int) c);
      case CONNECTX -> messages.connectx(file, b, d, e, (int) f, g);
      case SHUTDOWN -> shutdown(file, (int) b);
      case GETSOCKNAME -> name(file, file.localName(), b, c);
      case GETPEERNAME -> name(file, file.peerName(), b, c);
      case GETSOCKOPT -> getOption(file, (int) b, (int) c, d, e);
      case SETSOCKOPT -> file.setOption((int) b, (int) c, d, (int) e);
      case RECV -> messages.receive(file, b, c, (int) d);
      case SEND -> messages.send(file, b, c, (int) d, 0, 0);
      case SENDTO -> messages.send(file, b, c, (int) d, e, (int) f);
      case RECVMSG -> messages.receive(file, b, (int) c);
      case SENDMSG -> messages.send(file, b, (int) c);
      case RECVMMSG -> messages.receiveMany(file, b, (int) c, (int) d);
      case SENDMMSG -> messages.sendMany(file, b, (int) c, (int) d);
      default -> throw new IllegalStateException(call.function() + " is not simulated");
    };
  }

  /** A call that blocks lets others in, which must not change its memory's pieces. */
  private Iov iov(OpenFile file) {
    return file.nonBlocking ? iov : new Iov();
  }

  private Struct iovec() {
    return platform.struct("iovec");
  }

  /** Puts a new file under a descriptor; at the limit it is closed again. */
  long install(OpenFile file, boolean cloexec) {
    return install(world, file, cloexec);
  }

  static long install(World world, OpenFile file, boolean cloexec) {
    int fd = world.descriptors.free();
    if (fd < 0) {
      file.discard();
      return world.error(Errno.EMFILE);
    }
    world.descriptors.put(fd, file, cloexec);
    return fd;
  }

  private long socket(int domain, int type, int protocol) {
    OpenFile socket = world.network.socket(domain, type & ~(sockNonBlock | sockCloexec), protocol);
    if (socket == null) {
      return world.network.refusal();
    }
    socket.nonBlocking = (type & sockNonBlock) != 0;
    return install(socket, (type & sockCloexec) != 0);
  }

  private long socketpair(int domain, int type, long fds) {
    OpenFile[] pair = world.network.pair(domain, type & ~(sockNonBlock | sockCloexec));
    if (pair == null) {
      return world.network.refusal();
    }
    for (OpenFile end : pair) {
      end.nonBlocking = (type & sockNonBlock) != 0;
    }
    return installBoth(world, pair, (type & sockCloexec) != 0, fds);
  }

  /** Puts both ends under descriptors and writes these, or closes both at the limit. */
  static long installBoth(World world, OpenFile[] pair, boolean cloexec, long fds) {
    long first = install(world, pair[0], cloexec);
    if (first < 0) {
      pair[1].discard();
      return first;
    }
    long second = install(world, pair[1], cloexec);
    if (second < 0) {
      world.descriptors.close((int) first);
      return second;
    }
    Memory.putInt(fds, (int) first);
    Memory.putInt(fds + Integer.BYTES, (int) second);
    return 0;
  }

  private long close(int fd) {
    world.descriptors.close(fd);
    return 0;
  }

  private long dup(OpenFile file, int least) {
    int fd = world.descriptors.free(least);
    if (fd < 0) {
      return world.error(Errno.EMFILE);
    }
    world.descriptors.put(fd, file, false);
    return fd;
  }

  private long dupOnto(OpenFile file, int fd, int onto, boolean closeOnExec) {
    if (onto < 0) {
      return world.error(Errno.EBADF);
    }
    if (onto == fd) {
      return onto;
    }
    file.hold();
    if (world.descriptors.get(onto) != null) {
      world.descriptors.close(onto);
    }
    world.descriptors.put(onto, file, closeOnExec);
    file.drop();
    return onto;
  }

  private long fcntl(OpenFile file, int fd, int command, int argument) {
    if (command == F_DUPFD) {
      return argument < 0 ? world.error(Errno.EINVAL) : dup(file, argument);
    }
    if (command == platform.get(F_GETFD)) {
      return world.descriptors.isCloseOnExec(fd) ? cloexec : 0;
    }
    if (command == platform.get(F_SETFD)) {
      world.descriptors.closeOnExec(fd, (argument & cloexec) != 0);
      return 0;
    }
    if (command == platform.get(F_GETFL)) {
      // O_RDWR is 2 on every platform here.
      return 2 | (file.nonBlocking ? nonBlock : 0);
    }
    if (command == platform.get(F_SETFL)) {
      file.nonBlocking = (argument & nonBlock) != 0;
      return 0;
    }
    return world.error(Errno.EINVAL);
  }

  private long ioctl(OpenFile file, long request, long argument) {
    if ((int) request != platform.getOr(FIONREAD, 0)) {
      return world.error(Errno.ENOTTY);
    }
    int bytes = file.available();
    if (bytes < 0) {
      return bytes;
    }
    Memory.putInt(argument, bytes);
    return 0;
  }

  private long bind(OpenFile file, long address, int length) {
    Address local = world.addresses.read(address, length);
    return local == null ? world.error(Errno.EINVAL) : file.bind(local);
  }

  private long connect(OpenFile file, long address, int length) {
    Address remote = world.addresses.read(address, length);
    return remote == null ? world.error(Errno.EINVAL) : file.connect(remote);
  }

  private long accept(OpenFile file, long address, long length, int flags, boolean withFlags) {
    int fd = world.descriptors.free();
    if (fd < 0 && !world.network.acceptsWithoutDescriptor(file)) {
      return world.error(Errno.EMFILE);
    }
    int result = file.accept(accepted);
    if (result < 0) {
      return result;
    }
    OpenFile socket = accepted.socket;
    Address peer = accepted.peer;
    // accept inherits O_NONBLOCK on the BSDs and macOS, and not on Linux.
    socket.nonBlocking =
        withFlags ? (flags & sockNonBlock) != 0 : file.nonBlocking && !platform.isLinux();
    long installed = install(socket, (flags & sockCloexec) != 0);
    if (installed >= 0 && address != 0) {
      putName(file, peer, address, length);
    }
    return installed;
  }

  private long shutdown(OpenFile file, int how) {
    boolean both = how == platform.get(Constant.SHUT_RDWR);
    boolean read = both || how == platform.get(Constant.SHUT_RD);
    boolean write = both || how == platform.get(Constant.SHUT_WR);
    return read || write ? file.shutdown(read, write) : world.error(Errno.EINVAL);
  }

  private long name(OpenFile file, Address name, long address, long length) {
    if (name == null) {
      return world.nameError;
    }
    putName(file, name, address, length);
    return 0;
  }

  private void putName(OpenFile file, Address name, long address, long length) {
    int room = Memory.getInt(length);
    Memory.putInt(length, world.addresses.write(name, world.network.isInet6(file), address, room));
  }

  private long getOption(OpenFile file, int level, int option, long value, long length) {
    int result = file.getOption(level, option, value, Memory.getInt(length));
    if (result < 0) {
      return result;
    }
    Memory.putInt(length, result);
    return 0;
  }
}
