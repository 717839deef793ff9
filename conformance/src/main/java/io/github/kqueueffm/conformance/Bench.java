package io.github.kqueueffm.conformance;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.kqueue.Kqueues;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** The resources of one check, which are released when the check ends. */
final class Bench implements AutoCloseable {
  private final Kernel kernel;
  private final Deque<Cleanup> cleanups = new ArrayDeque<>();

  private interface Cleanup {
    void run() throws IOException;
  }

  private Bench(Kernel kernel) {
    this.kernel = kernel;
  }

  static Bench open() {
    return new Bench(Kernels.system());
  }

  Kernel kernel() {
    return kernel;
  }

  Platform platform() {
    return kernel.platform();
  }

  int number(Constant constant) {
    return platform().get(constant);
  }

  /** Whether kqueue is the one of this project over epoll. */
  boolean isEmbedded() {
    return !kernel.has(Call.KQUEUE) || !kernel.has(Call.KEVENT);
  }

  long memory(long bytes) {
    long address = NativeMemory.allocate(bytes);
    cleanups.push(() -> NativeMemory.free(address));
    return address;
  }

  /** Opens a kqueue as the transport uses it. */
  RawQueue queue() throws IOException {
    return opened(new RawQueue(platform(), Kqueues.open(kernel)));
  }

  /**
   * Opens a kqueue whose events have data and fflags, which the embedded kqueue omits for speed.
   */
  RawQueue detailedQueue() throws IOException {
    return isEmbedded() ? opened(new RawQueue(platform(), Kqueues.openDetailed(kernel))) : queue();
  }

  private RawQueue opened(RawQueue queue) {
    cleanups.push(queue::close);
    return queue;
  }

  /** Closes the descriptor at the end of the check. */
  int own(int fd) {
    cleanups.push(() -> kernel.close(fd));
    return fd;
  }

  KernelSocket own(KernelSocket socket) {
    cleanups.push(socket::close);
    return socket;
  }

  KernelSocket socket(Constant family, Constant type) throws IOException {
    return own(KernelSocket.open(kernel, number(family), number(type)));
  }

  /** Opens a listening TCP socket on the IPv4 loopback. */
  KernelSocket listener() throws IOException {
    KernelSocket listener = socket(Constant.AF_INET, Constant.SOCK_STREAM);
    listener.bind(loopback(0));
    listener.listen(16);
    return listener;
  }

  TcpPair tcp() throws IOException {
    return TcpPair.open(this);
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
  }

  /**
   * Creates a folder that is deleted with its contents. Its path is short, because the path of a
   * local socket is limited.
   */
  Path folder() throws IOException {
    Path root = Path.of("/tmp");
    Path folder =
        Files.isWritable(root)
            ? Files.createTempDirectory(root, "kq")
            : Files.createTempDirectory("kq");
    cleanups.push(() -> delete(folder));
    return folder;
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  /** Sends the bytes of a text, which has to fit into the buffer of the socket. */
  void send(int fd, String text) {
    long memory = memory(text.length());
    for (int i = 0; i < text.length(); i++) {
      Memory.putByte(memory + i, text.charAt(i));
    }
    long sent = kernel.send(fd, memory, text.length(), sendFlags());
    Deviation.unless(sent == text.length(), "send of " + text.length() + " B: " + result(sent));
  }

  int sendFlags() {
    return platform().getOr(Constant.MSG_NOSIGNAL, 0);
  }

  /** Receives up to 64 bytes as text, or the result of recv. */
  String receive(int fd) {
    long memory = memory(64);
    long received = kernel.recv(fd, memory, 64, 0);
    if (received <= 0) {
      return received == 0 ? "end" : result(received);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < received; i++) {
      text.append((char) Memory.getByte(memory + i));
    }
    return text.toString();
  }

  /** {@return a result as text, or the name of its errno} */
  String result(long result) {
    return result < 0 ? errno((int) -result) : Long.toString(result);
  }

  String errno(int number) {
    Errno errno = platform().errno(number);
    return errno != null ? errno.name() : "errno " + number;
  }

  int check(String operation, int result) throws IOException {
    if (result < 0) {
      throw Failures.of(platform(), operation, null, result);
    }
    return result;
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    while (!cleanups.isEmpty()) {
      try {
        cleanups.pop().run();
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
