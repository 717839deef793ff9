package io.github.kqueueffm.conformance;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.IovecArray;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.Sockaddr;
import io.github.kqueueffm.syscall.UnixAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;

/** Calls whose arguments or errors are easily passed or reported wrongly. */
final class CallChecks {
  private static final String GROUP = "ABI: calls and errors";
  private static final int ACCESS_MODE = 3;
  private static final int READ_WRITE = 2;

  private CallChecks() {}

  static List<Check> all() {
    return List.of(
        new Check(GROUP, "fcntl gets its third argument", CallChecks::fcntl),
        new Check(GROUP, "an accepted socket has its flags", CallChecks::acceptedFlags),
        new Check(GROUP, "ioctl counts the bytes to read", CallChecks::ioctl),
        new Check(GROUP, "a socket never blocks", CallChecks::wouldBlock),
        new Check(GROUP, "a refused connect says so, with the address", CallChecks::refused),
        new Check(GROUP, "a port in use is called that", CallChecks::addressInUse),
        new Check(GROUP, "a missing path is called that", CallChecks::missingPath),
        new Check(GROUP, "a socket without a peer is called that", CallChecks::notConnected),
        new Check(GROUP, "a closed descriptor is called that", CallChecks::badDescriptor),
        new Check(GROUP, "a reset is called that", CallChecks::reset),
        new Check(GROUP, "writing to a peer that is gone ends no process", CallChecks::sigpipe));
  }

  private static String fcntl(Bench bench) throws IOException {
    Kernel kernel = bench.kernel();
    int fd = bench.tcp().near().fd();
    int nonblock = bench.number(Constant.O_NONBLOCK);
    StringBuilder seen = new StringBuilder();
    for (int wanted : new int[] {0, nonblock}) {
      bench.check("fcntl(F_SETFL)", kernel.fcntl(fd, bench.number(Constant.F_SETFL), wanted));
      int flags = kernel.fcntl(fd, bench.number(Constant.F_GETFL), 0);
      seen.append(" set ").append(wanted).append(" got ").append(flags);
      Deviation.unless(
          (flags & nonblock) == wanted && (flags & ACCESS_MODE) == READ_WRITE, seen.toString());
    }
    return seen.substring(1);
  }

  private static String acceptedFlags(Bench bench) throws IOException {
    Kernel kernel = bench.kernel();
    int fd = bench.tcp().far().fd();
    int status = kernel.fcntl(fd, bench.number(Constant.F_GETFL), 0);
    int descriptor = kernel.fcntl(fd, bench.number(Constant.F_GETFD), 0);
    Deviation.unless(
        (status & bench.number(Constant.O_NONBLOCK)) != 0, "not O_NONBLOCK: " + status);
    Deviation.unless(
        (descriptor & bench.number(Constant.FD_CLOEXEC)) != 0, "not FD_CLOEXEC: " + descriptor);
    return "O_NONBLOCK and FD_CLOEXEC";
  }

  private static String ioctl(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    bench.send(pair.far().fd(), "12345");
    TcpPair.await(bench, pair.near().fd(), Constant.EVFILT_READ);
    long count = bench.memory(Long.BYTES);
    long request = bench.number(Constant.FIONREAD) & 0xffff_ffffL;
    bench.check("ioctl(FIONREAD)", bench.kernel().ioctl(pair.near().fd(), request, count));
    Deviation.unless(Memory.getInt(count) == 5, "FIONREAD of 5 bytes: " + Memory.getInt(count));
    return "FIONREAD 5 of 5";
  }

  private static String wouldBlock(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    for (KernelSocket end : List.of(pair.near(), pair.far())) {
      String result = bench.receive(end.fd());
      Deviation.unless(result.equals("EAGAIN"), "recv without data: " + result);
    }
    return "EAGAIN";
  }

  private static String refused(Bench bench) throws IOException {
    KernelSocket closed = bench.listener();
    SocketAddress address = closed.localAddress();
    closed.close();
    KernelSocket client = bench.socket(Constant.AF_INET, Constant.SOCK_STREAM);
    String expected = "Connection refused: " + address + " (";
    try {
      if (!client.connect(address)) {
        TcpPair.await(bench, client.fd(), Constant.EVFILT_WRITE);
        client.finishConnect(address, 0);
      }
    } catch (IOException e) {
      Deviation.unless(e.getMessage().startsWith(expected), "the message was: " + e.getMessage());
      return e.getMessage();
    }
    throw new Deviation("the connect to a port without a listener succeeded");
  }

  private static String addressInUse(Bench bench) throws IOException {
    SocketAddress taken = bench.listener().localAddress();
    KernelSocket second = bench.socket(Constant.AF_INET, Constant.SOCK_STREAM);
    return failsWith(Errno.EADDRINUSE, () -> second.bind(taken));
  }

  private static String missingPath(Bench bench) throws IOException {
    KernelSocket client = bench.socket(Constant.AF_UNIX, Constant.SOCK_STREAM);
    UnixAddress nowhere = UnixAddress.of(bench.folder().resolve("none").toString());
    return failsWith(Errno.ENOENT, () -> client.connect(nowhere));
  }

  private interface Operation {
    void run() throws IOException;
  }

  private static String failsWith(Errno errno, Operation operation) {
    try {
      operation.run();
    } catch (IOException e) {
      Deviation.unless(
          e.getMessage().contains(errno.text()) || e.getMessage().contains(errno.name()),
          "the message was: " + e.getMessage());
      return e.getMessage();
    }
    throw new Deviation("it did not fail");
  }

  private static String notConnected(Bench bench) throws IOException {
    KernelSocket alone = bench.socket(Constant.AF_INET, Constant.SOCK_STREAM);
    // Not by shutdown, which succeeds before a connect on NetBSD and OpenBSD.
    long memory = bench.memory(Long.BYTES + Sockaddr.of(bench.platform()).size());
    Memory.putInt(memory, Sockaddr.of(bench.platform()).size());
    int result = bench.kernel().getpeername(alone.fd(), memory + Long.BYTES, memory);
    Deviation.unless(StructChecks.is(bench, Errno.ENOTCONN, result), bench.result(result));
    return "ENOTCONN";
  }

  private static String badDescriptor(Bench bench) {
    String result = bench.receive(-1);
    Deviation.unless(result.equals("EBADF"), "recv from -1: " + result);
    return result;
  }

  private static String reset(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    pair.reset();
    TcpPair.await(bench, pair.near().fd(), Constant.EVFILT_READ);
    String result = bench.receive(pair.near().fd());
    Deviation.unless(result.equals("ECONNRESET"), "recv after a reset: " + result);
    return result;
  }

  private static String sigpipe(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    pair.reset();
    TcpPair.await(bench, pair.near().fd(), Constant.EVFILT_READ);
    bench.receive(pair.near().fd());
    long memory = bench.memory(1);
    int fd = pair.near().fd();
    long sent = bench.kernel().send(fd, memory, 1, bench.sendFlags());
    String seen = "send " + bench.result(sent);
    if (bench.platform().has(Constant.SO_NOSIGPIPE)) {
      IovecArray iovecs = new IovecArray(bench.platform(), 1);
      try {
        iovecs.add(memory, 1);
        long written = bench.kernel().writev(fd, iovecs.address(), 1);
        seen += ", writev " + bench.result(written);
      } finally {
        iovecs.free();
      }
    }
    Deviation.unless(StructChecks.is(bench, Errno.EPIPE, sent), seen);
    return seen;
  }
}
