package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.SystemPromise;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Local sockets of the machine that runs the tests. */
@Tag("real")
class UnixSocketTest {
  private final Kernel kernel = Kernels.system();
  private final Platform platform = kernel.platform();
  private final int unix = platform.get(Constant.AF_UNIX);
  private final int stream = platform.get(Constant.SOCK_STREAM);
  private final Deque<KernelSocket> sockets = new ArrayDeque<>();
  private Path directory;
  private long before;

  @BeforeEach
  void makeDirectory() throws IOException {
    // A temporary directory of JUnit could have a path too long for an address.
    directory = Files.createTempDirectory("u");
    before = NativeMemory.live();
  }

  @AfterEach
  void cleanUp() throws IOException {
    while (!sockets.isEmpty()) {
      sockets.pop().close();
    }
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
    assertThat(NativeMemory.live()).isEqualTo(before);
  }

  private KernelSocket open() throws IOException {
    return closeLater(KernelSocket.open(kernel, unix, stream));
  }

  private KernelSocket closeLater(KernelSocket socket) {
    sockets.push(socket);
    return socket;
  }

  private UnixAddress path(String name) {
    return UnixAddress.of(directory.resolve(name).toString());
  }

  private KernelSocket listener(UnixAddress address) throws IOException {
    KernelSocket listener = open();
    listener.bind(address);
    listener.listen(4);
    return listener;
  }

  private KernelSocket acceptFrom(KernelSocket listener) {
    int fd = listener.accept(kernel, 0, 0);
    assertThat(fd).isNotNegative();
    return closeLater(KernelSocket.accepted(kernel, fd, unix));
  }

  @Test
  void pathIsTheNameOfBothEnds() throws IOException {
    UnixAddress path = path("s");
    KernelSocket listener = listener(path);
    KernelSocket client = open();
    assertThat(client.connect(path)).as("at once").isTrue();
    KernelSocket accepted = acceptFrom(listener);
    assertThat(listener.localAddress()).isEqualTo(path);
    assertThat(client.remoteAddress()).isEqualTo(path);
    assertThat(((UnixAddress) accepted.remoteAddress()).bytes()).isEmpty();
  }

  @Test
  void javasOwnAddressTypeWorksToo() throws IOException {
    UnixDomainSocketAddress path = UnixDomainSocketAddress.of(directory.resolve("j"));
    KernelSocket listener = open();
    listener.bind(path);
    listener.listen(1);
    assertThat(open().connect(path)).isTrue();
    assertThat(listener.localAddress()).hasToString(path.toString());
  }

  @Test
  @Needs(SystemPromise.ABSTRACT_NAMES)
  void abstractNameNeedsNoFile() throws IOException {
    UnixAddress name = UnixAddress.of("\0" + directory.getFileName() + "-abstract");
    KernelSocket listener = listener(name);
    assertThat(open().connect(name)).isTrue();
    assertThat(acceptFrom(listener).localAddress()).isEqualTo(name);
    assertThat(name).hasToString("@" + directory.getFileName() + "-abstract");
  }

  @Test
  void missingFileAndDeadListenerHaveDifferentErrors() throws IOException {
    assertThatThrownBy(() -> open().connect(path("none")))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessageContaining(path("none").toString());
    listener(path("dead")).close();
    assertThatThrownBy(() -> open().connect(path("dead")))
        .isInstanceOf(ConnectException.class)
        .hasMessageStartingWith("Connection refused: " + path("dead"));
  }

  @Test
  void internetAddressIsRefused() throws IOException {
    KernelSocket socket = open();
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    assertThatThrownBy(() -> socket.bind(address))
        .isInstanceOf(UnsupportedAddressTypeException.class)
        .hasStackTraceContaining("cannot use the address");
    KernelSocket internet =
        closeLater(KernelSocket.open(kernel, platform.get(Constant.AF_INET), stream));
    assertThatThrownBy(() -> internet.connect(path("s")))
        .isInstanceOf(UnsupportedAddressTypeException.class);
  }

  @Test
  void pathThatIsTooLongIsRefusedBeforeTheKernelSeesIt() throws IOException {
    KernelSocket socket = open();
    assertThatThrownBy(() -> socket.bind(path("x".repeat(120))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most");
  }

  @Test
  void credentialsOfThePeerAreThisProcess() throws IOException {
    KernelSocket listener = listener(path("c"));
    open().connect(path("c"));
    PeerCredentials peer = PeerCredentials.of(acceptFrom(listener));
    int uid = (int) Files.getAttribute(directory, "unix:uid");
    assertThat(peer.uid()).isEqualTo(uid);
    assertThat(peer.pid()).isIn(0, (int) ProcessHandle.current().pid());
    assertThat(peer.gids()).isNotEmpty();
  }

  @Test
  void internetSocketHasNoCredentials() throws IOException {
    KernelSocket internet =
        closeLater(KernelSocket.open(kernel, platform.get(Constant.AF_INET), stream));
    assertThatThrownBy(() -> PeerCredentials.of(internet))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("AF_UNIX");
  }

  private KernelSocket[] pair() throws IOException {
    KernelSocket listener = listener(path("pair"));
    KernelSocket client = open();
    client.connect(path("pair"));
    return new KernelSocket[] {client, acceptFrom(listener)};
  }

  private void send(KernelSocket socket, int... descriptors) {
    ControlMessages messages = new ControlMessages(platform);
    Msghdr header = new Msghdr(platform);
    IovecArray iovec = new IovecArray(platform, 1);
    int room = messages.space(descriptors.length * Integer.BYTES);
    long memory = NativeMemory.allocate(room + header.size() + 1);
    try {
      iovec.add(memory + room + header.size(), 1);
      messages.putDescriptors(memory, descriptors);
      header.put(memory + room, 0, 0, iovec.address(), 1, memory, room);
      assertThat(kernel.sendmsg(socket.fd(), memory + room, 0)).isEqualTo(1);
    } finally {
      NativeMemory.free(memory);
      iovec.free();
    }
  }

  @Test
  void severalDescriptorsArriveCloseOnExecAndUsable() throws IOException {
    KernelSocket[] pair = pair();
    KernelSocket named = listener(path("passed"));
    send(pair[0], named.fd(), pair[0].fd(), named.fd());
    try (FdPassing.Receiver receiver = new FdPassing.Receiver(platform)) {
      assertThat(receiver.receive(kernel, pair[1].fd())).isEqualTo(1);
      assertThat(receiver.count()).isEqualTo(3);
      assertThat(receiver.isTruncated()).isFalse();
      KernelSocket passed = closeLater(KernelSocket.adopt(kernel, receiver.descriptor(0)));
      assertThat(passed.localAddress()).isEqualTo(path("passed"));
      for (int i = 0; i < 3; i++) {
        assertThat(kernel.fcntl(receiver.descriptor(i), platform.get(Constant.F_GETFD), 0))
            .isEqualTo(platform.get(Constant.FD_CLOEXEC));
      }
      assertThat(kernel.close(receiver.descriptor(1))).isZero();
      assertThat(kernel.close(receiver.descriptor(2))).isZero();
      assertThat(receiver.receive(kernel, pair[1].fd())).isEqualTo(-platform.number(Errno.EAGAIN));
      assertThat(receiver.count()).isZero();
    }
  }

  @Test
  void unwantedDescriptorsAreClosed() throws IOException {
    KernelSocket[] pair = pair();
    send(pair[0], pair[0].fd(), pair[0].fd());
    try (FdPassing.Receiver receiver = new FdPassing.Receiver(platform)) {
      receiver.receive(kernel, pair[1].fd());
      int first = receiver.descriptor(0);
      int second = receiver.descriptor(1);
      receiver.closeAll(kernel);
      int ebadf = -platform.number(Errno.EBADF);
      assertThat(kernel.fcntl(first, platform.get(Constant.F_GETFD), 0)).isEqualTo(ebadf);
      assertThat(kernel.fcntl(second, platform.get(Constant.F_GETFD), 0)).isEqualTo(ebadf);
    }
  }

  @Test
  void byteWithoutDescriptorsDiffersFromTheEndOfStream() throws IOException {
    KernelSocket[] pair = pair();
    long memory = NativeMemory.allocate(1);
    try (FdPassing.Receiver receiver = new FdPassing.Receiver(platform)) {
      kernel.send(pair[0].fd(), memory, 1, 0);
      assertThat(receiver.receive(kernel, pair[1].fd())).isEqualTo(1);
      assertThat(receiver.count()).isZero();
      pair[0].close();
      assertThat(receiver.receive(kernel, pair[1].fd())).isZero();
    } finally {
      NativeMemory.free(memory);
    }
  }
}
