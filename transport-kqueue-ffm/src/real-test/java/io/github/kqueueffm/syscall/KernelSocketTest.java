package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.SystemPromise;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sockets of the machine that runs the tests; each test leaves no native memory behind. */
@Tag("real")
class KernelSocketTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Kernel kernel = Kernels.system();
  private final Platform platform = kernel.platform();
  private final int inet = platform.get(Constant.AF_INET);
  private final int inet6 = platform.get(Constant.AF_INET6);
  private final int stream = platform.get(Constant.SOCK_STREAM);
  private final Deque<KernelSocket> sockets = new ArrayDeque<>();
  private long before;

  @BeforeEach
  void countMemory() {
    // Probed once for each kernel, and kept.
    IpStack.of(kernel);
    before = NativeMemory.live();
  }

  @AfterEach
  void closeAndCountMemory() throws IOException {
    while (!sockets.isEmpty()) {
      sockets.pop().close();
    }
    assertThat(NativeMemory.live()).isEqualTo(before);
  }

  private KernelSocket closeLater(KernelSocket socket) {
    sockets.push(socket);
    return socket;
  }

  private KernelSocket open(int family) throws IOException {
    return closeLater(KernelSocket.open(kernel, family, stream));
  }

  private KernelSocket listener(int family) throws IOException {
    KernelSocket socket = open(family);
    socket.bind(loopback(0));
    socket.listen(16);
    return socket;
  }

  private static InetSocketAddress loopback(int port) throws IOException {
    return new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
  }

  private static int port(KernelSocket socket) {
    return ((InetSocketAddress) socket.localAddress()).getPort();
  }

  private KernelSocket connectTo(KernelSocket listener) throws IOException {
    KernelSocket client = open(inet);
    if (!client.connect(listener.localAddress())) {
      finish(client, listener.localAddress());
    }
    return client;
  }

  private static void finish(KernelSocket client, SocketAddress remote) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!client.finishConnect(remote, 0)) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private int patiently(IntSupplier call) {
    int again = -platform.number(Errno.EAGAIN);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    int result = call.getAsInt();
    while (result == again && System.nanoTime() < deadline) {
      Thread.onSpinWait();
      result = call.getAsInt();
    }
    return result;
  }

  private KernelSocket acceptFrom(KernelSocket listener) {
    int fd = patiently(() -> listener.accept(kernel, 0, 0));
    assertThat(fd).isNotNegative();
    return closeLater(KernelSocket.accepted(kernel, fd, listener.family()));
  }

  private void assertFlags(int fd) {
    assertThat(kernel.fcntl(fd, platform.get(Constant.F_GETFL), 0))
        .matches(flags -> (flags & platform.get(Constant.O_NONBLOCK)) != 0);
    assertThat(kernel.fcntl(fd, platform.get(Constant.F_GETFD), 0))
        .isEqualTo(platform.get(Constant.FD_CLOEXEC));
  }

  @Test
  void newSocketIsNonBlockingAndCloseOnExec() throws IOException {
    KernelSocket socket = open(inet);
    assertFlags(socket.fd());
    assertThat(socket.family()).isEqualTo(inet);
    assertThat(socket.type()).isEqualTo(stream);
    assertThat(socket.localAddress()).as("not bound").isNull();
    assertThat(socket.remoteAddress()).as("not connected").isNull();
  }

  @Test
  void unknownFamilyIsNamed() {
    assertThatThrownBy(() -> KernelSocket.open(kernel, 99, stream))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("socket(family 99");
  }

  @Test
  void boundSocketKnowsItsAddress() throws IOException {
    KernelSocket socket = listener(inet);
    assertThat(((InetSocketAddress) socket.localAddress()).getAddress())
        .isEqualTo(loopback(0).getAddress());
    assertThat(port(socket)).isPositive();
  }

  @Test
  void addressInUseIsNamed() throws IOException {
    KernelSocket first = listener(inet);
    KernelSocket second = open(inet);
    assertThatThrownBy(() -> second.bind(first.localAddress()))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("in use")
        .hasMessageContaining(String.valueOf(port(first)));
  }

  @Test
  @Needs(SystemPromise.HEARS_BOTH_FAMILIES)
  void ipv4WildcardOnAnIpv6SocketServesBothFamilies() throws IOException {
    KernelSocket server = open(inet6);
    server.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[4]), 0));
    server.listen(16);
    KernelSocket client = open(inet);
    InetSocketAddress remote = loopback(port(server));
    if (!client.connect(remote)) {
      finish(client, remote);
    }
    KernelSocket accepted = acceptFrom(server);
    assertThat(accepted.remoteAddress()).isEqualTo(client.localAddress());
  }

  @Test
  void acceptWithNothingWaitingIsEagain() throws IOException {
    assertThat(listener(inet).accept(kernel, 0, 0)).isEqualTo(-platform.number(Errno.EAGAIN));
  }

  @Test
  void acceptedConnectionHasItsFlagsAndBothAddresses() throws IOException {
    KernelSocket listener = listener(inet);
    KernelSocket client = connectTo(listener);
    KernelSocket accepted = acceptFrom(listener);
    assertFlags(accepted.fd());
    assertThat(accepted.remoteAddress()).isEqualTo(client.localAddress());
    assertThat(accepted.localAddress()).isEqualTo(client.remoteAddress());
  }

  @Test
  void acceptReturnsThePeersAddressWithAndWithoutAccept4() throws IOException {
    Sockaddr codec = Sockaddr.of(platform);
    KernelSocket listener = listener(inet);
    long memory = NativeMemory.allocate(Long.BYTES + codec.size());
    Kernel old = ScriptedCalls.over(kernel).without(Call.ACCEPT4).kernel();
    try {
      for (Kernel each : new Kernel[] {kernel, old}) {
        KernelSocket client = connectTo(listener);
        Memory.putInt(memory, codec.size());
        int fd = patiently(() -> listener.accept(each, memory + Long.BYTES, memory));
        assertThat(fd).isNotNegative();
        closeLater(KernelSocket.accepted(kernel, fd, inet));
        assertThat(codec.get(memory + Long.BYTES, Memory.getInt(memory)))
            .isEqualTo(client.localAddress());
      }
    } finally {
      NativeMemory.free(memory);
    }
  }

  @Test
  void acceptedConnectionHasItsFlagsWithoutAccept4() throws IOException {
    KernelSocket listener = listener(inet);
    connectTo(listener);
    Kernel old = ScriptedCalls.over(kernel).without(Call.ACCEPT4).kernel();
    int fd = patiently(() -> listener.accept(old, 0, 0));
    assertThat(fd).isNotNegative();
    closeLater(KernelSocket.accepted(kernel, fd, inet));
    assertFlags(fd);
  }

  @Test
  void refusedConnectNamesTheAddress() throws IOException {
    KernelSocket bound = open(inet);
    bound.bind(loopback(0));
    SocketAddress remote = bound.localAddress();
    int port = port(bound);
    if (!SystemPromise.REFUSES_FOR_A_BOUND_SOCKET.isKept()) {
      bound.close();
    }
    KernelSocket client = open(inet);
    assertThatThrownBy(
            () -> {
              if (!client.connect(remote)) {
                finish(client, remote);
              }
            })
        .isInstanceOf(ConnectException.class)
        .hasMessageStartingWith("Connection refused: /127.0.0.1:" + port);
  }

  @Test
  void errnoOfTheEventIsTakenWithoutAskingTheKernel() throws IOException {
    KernelSocket client = open(inet);
    int refused = platform.number(Errno.ECONNREFUSED);
    assertThatThrownBy(() -> client.finishConnect(loopback(9), refused))
        .isInstanceOf(ConnectException.class)
        .hasMessageStartingWith("Connection refused: /127.0.0.1:9");
  }

  @Test
  void socketThatNeverConnectedDoesNotFinish() throws IOException {
    KernelSocket client = open(inet);
    assertThatThrownBy(() -> client.finishConnect(loopback(9), 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ENOTCONN");
  }

  @Test
  void unresolvedAddressIsRefused() throws IOException {
    KernelSocket socket = open(inet);
    InetSocketAddress name = InetSocketAddress.createUnresolved("host.invalid", 80);
    assertThatThrownBy(() -> socket.connect(name)).isInstanceOf(UnresolvedAddressException.class);
    assertThatThrownBy(() -> socket.bind(name)).isInstanceOf(UnresolvedAddressException.class);
  }

  @Test
  void lingerIsSwitchedOnAndOff() throws IOException {
    KernelSocket socket = open(inet);
    assertThat(socket.soLinger()).isEqualTo(-1);
    assertThat(socket.soLinger(7)).isTrue();
    assertThat(socket.soLinger()).isEqualTo(7);
    assertThat(socket.soLinger(0)).isTrue();
    assertThat(socket.soLinger()).isZero();
    socket.soLinger(-1);
    assertThat(socket.soLinger()).isEqualTo(-1);
  }

  @Test
  void optionsComeBackAsSet() throws IOException {
    KernelSocket socket = open(inet);
    assertThat(socket.setInt(Constant.SOL_SOCKET, Constant.SO_REUSEADDR, 1)).isTrue();
    assertThat(socket.getInt(Constant.SOL_SOCKET, Constant.SO_REUSEADDR)).isNotZero();
    int tcp = platform.get(Constant.IPPROTO_TCP);
    int noDelay = platform.get(Constant.TCP_NODELAY);
    assertThat(socket.setInt(tcp, noDelay, 1)).isTrue();
    assertThat(socket.getInt(tcp, noDelay)).isNotZero();
    long memory = NativeMemory.allocate(8);
    try {
      assertThat(socket.setBytes(tcp, noDelay, memory, 4)).isTrue();
      assertThat(socket.getBytes(tcp, noDelay, memory, 8)).isEqualTo(4);
      assertThat(Memory.getInt(memory)).isZero();
    } finally {
      NativeMemory.free(memory);
    }
  }

  @Test
  void optionThatTheSystemDoesNotKnowIsUnsupported() throws IOException {
    KernelSocket socket = open(inet);
    assertThatThrownBy(() -> socket.setInt(platform.get(Constant.IPPROTO_TCP), 9999, 1))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("option 9999")
        .hasMessageContaining(platform.name());
    assertThatThrownBy(() -> socket.getInt(platform.get(Constant.IPPROTO_TCP), 9999))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void optionThatTheHeadersLackIsUnsupported() throws IOException {
    Constant lacking = platform.isLinux() ? Constant.SO_ACCEPTFILTER : Constant.TCP_QUICKACK;
    KernelSocket socket = open(inet);
    assertThatThrownBy(() -> socket.setInt(Constant.SOL_SOCKET, lacking, 1))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(lacking + " does not exist on " + platform);
  }

  /** Resets a connection and returns the end that was reset. */
  private KernelSocket reset() throws IOException {
    KernelSocket listener = listener(inet);
    KernelSocket client = connectTo(listener);
    KernelSocket accepted = acceptFrom(listener);
    client.soLinger(0);
    client.close();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (accepted.remoteAddress() != null) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
    return accepted;
  }

  @Test
  @Needs(SystemPromise.KEEP_ALIVE_SETTINGS)
  void wrongValueOnALivingConnectionThrowsAndOnADeadOneDoesNot() throws IOException {
    KernelSocket listener = listener(inet);
    connectTo(listener);
    KernelSocket living = acceptFrom(listener);
    assertThatThrownBy(() -> living.setInt(Constant.IPPROTO_TCP, Constant.TCP_KEEPIDLE, -1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("IPPROTO_TCP/TCP_KEEPIDLE")
        .hasMessageContaining("EINVAL");
    KernelSocket dead = reset();
    assertThat(dead.setInt(Constant.IPPROTO_TCP, Constant.TCP_KEEPIDLE, -1)).isFalse();
    long memory = NativeMemory.allocate(1);
    try {
      assertThat(kernel.recv(dead.fd(), memory, 1, 0))
          .as("the error is left for the next recv")
          .isEqualTo(-platform.number(Errno.ECONNRESET));
    } finally {
      NativeMemory.free(memory);
    }
  }

  @Test
  void shutdownBeforeConnectIsNotYetConnected() throws IOException {
    KernelSocket socket = open(inet);
    assertThatThrownBy(() -> socket.shutdown(true, true))
        .isInstanceOf(NotYetConnectedException.class);
    socket.shutdown(false, false);
  }

  @Test
  void shutdownOfTheOutputIsTheEndForThePeer() throws IOException {
    KernelSocket listener = listener(inet);
    KernelSocket client = connectTo(listener);
    KernelSocket accepted = acceptFrom(listener);
    client.shutdown(false, true);
    long memory = NativeMemory.allocate(1);
    try {
      assertThat(patiently(() -> (int) kernel.recv(accepted.fd(), memory, 1, 0))).isZero();
    } finally {
      NativeMemory.free(memory);
    }
  }

  @Test
  void closedSocketAnswersNothingAndClosesOnce() throws IOException {
    ScriptedCalls calls = ScriptedCalls.over(kernel);
    KernelSocket socket = KernelSocket.open(calls.kernel(), inet, stream);
    socket.close();
    socket.close();
    assertThat(socket.isOpen()).isFalse();
    assertThat(calls.log()).containsOnlyOnce("close(" + socket.fd() + ")");
    int count = calls.log().size();
    assertThat(socket.localAddress()).isNull();
    assertThat(socket.remoteAddress()).isNull();
    assertThatThrownBy(() -> socket.bind(loopback(0))).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> socket.listen(1)).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> socket.connect(loopback(9)))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> socket.shutdown(true, true))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(socket::soLinger).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> socket.setInt(Constant.SOL_SOCKET, Constant.SO_REUSEADDR, 1))
        .isInstanceOf(ClosedChannelException.class);
    assertThat(calls.log()).as("no call reached the descriptor").hasSize(count);
  }

  @Test
  void datagramSocketIsConnectedAndDisconnected() throws IOException {
    int datagram = platform.get(Constant.SOCK_DGRAM);
    KernelSocket socket =
        closeLater(KernelSocket.open(kernel, KernelSocket.preferredFamily(kernel), datagram));
    assertThat(socket.type()).isEqualTo(datagram);
    assertThat(socket.connect(loopback(4711))).isTrue();
    assertThat(socket.remoteAddress()).isEqualTo(loopback(4711));
    socket.disconnect();
    assertThat(socket.remoteAddress()).isNull();
    assertThat(socket.connect(loopback(4712))).isTrue();
    assertThat(socket.remoteAddress()).isEqualTo(loopback(4712));
  }

  @Test
  void adoptedSocketIsNonBlockingAndKnowsItsFamilyAndType() throws IOException {
    int fd = kernel.socket(inet6, stream, 0);
    KernelSocket adopted = closeLater(KernelSocket.adopt(kernel, fd));
    assertFlags(fd);
    assertThat(adopted.family()).isEqualTo(inet6);
    assertThat(adopted.type()).isEqualTo(stream);
  }

  @Test
  void whatIsNotASocketIsNotAdoptedAndStaysWithTheCaller() {
    long fds = NativeMemory.allocate(8);
    int read;
    int write;
    try {
      assertThat(kernel.pipe(fds)).isZero();
      read = Memory.getInt(fds);
      write = Memory.getInt(fds + 4);
    } finally {
      NativeMemory.free(fds);
    }
    assertThatThrownBy(() -> KernelSocket.adopt(kernel, read))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a socket");
    assertThat(kernel.close(read)).as("still open").isZero();
    assertThat(kernel.close(write)).isZero();
  }

  /** Java's own sockets can connect to it too. */
  @Test
  void linkLocalAddressOfThisMachineNeedsNoScope() throws Exception {
    InetAddress own =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(ip -> ip instanceof Inet6Address && ip.isLinkLocalAddress())
            .findFirst()
            .orElse(null);
    assumeThat(own).as("a link-local address").isNotNull();
    InetAddress vague = InetAddress.getByAddress(own.getAddress());
    KernelSocket listener = open(inet6);
    listener.bind(new InetSocketAddress(vague, 0));
    listener.listen(16);
    KernelSocket client = open(inet6);
    client.connect(new InetSocketAddress(vague, port(listener)));
    assertThat(client.remoteAddress()).isEqualTo(new InetSocketAddress(own, port(listener)));
  }

  @Test
  @Needs(SystemPromise.HEARS_BOTH_FAMILIES)
  void wildcardAddressOfListenerCanBeConnectedTo() throws IOException {
    KernelSocket listener = open(inet6);
    listener.bind(new InetSocketAddress(0));
    listener.listen(16);
    KernelSocket client = open(inet6);
    client.connect(listener.localAddress());
    assertThat(((InetSocketAddress) client.remoteAddress()).getAddress())
        .isEqualTo(InetAddress.getByName("::1"));
    KernelSocket other = open(inet);
    other.connect(new InetSocketAddress("0.0.0.0", port(listener)));
    assertThat(other.remoteAddress()).isEqualTo(loopback(port(listener)));
  }
}
