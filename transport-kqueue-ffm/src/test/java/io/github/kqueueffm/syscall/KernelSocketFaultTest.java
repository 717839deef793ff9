package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of every system, and a fault at every call: no descriptor and no memory is left. */
@ExtendWith(NativeMemoryCheck.class)
class KernelSocketFaultTest {
  private static final InetSocketAddress REMOTE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);

  private static ScriptedCalls system(String platform) {
    return ScriptedCalls.of(platform).on("close", 0);
  }

  private static int number(String platform, Errno errno) {
    return Platform.named(platform).number(errno);
  }

  private static KernelSocket open(ScriptedCalls calls, Constant family) throws IOException {
    Platform platform = calls.kernel().platform();
    return KernelSocket.open(
        calls.kernel(), platform.get(family), platform.get(Constant.SOCK_STREAM));
  }

  private static KernelSocket accepted(ScriptedCalls calls) {
    Kernel kernel = calls.kernel();
    return KernelSocket.accepted(kernel, 7, kernel.platform().get(Constant.AF_INET));
  }

  @Test
  void darwinSetsEveryFlagOneByOne() throws IOException {
    ScriptedCalls calls =
        system("macos-aarch64").on("socket", 5).on("fcntl", 0).on("setsockopt", 0);
    KernelSocket socket = open(calls, Constant.AF_INET6);
    assertThat(socket.fd()).isEqualTo(5);
    assertThat(calls.log())
        .containsExactly(
            "socket(30, 1, 0)",
            "fcntl(5, 4, 4)",
            "fcntl(5, 2, 1)",
            "setsockopt(5, 65535, 4130, 4)",
            "setsockopt(5, 41, 27, 4)");
  }

  @Test
  void freeBsdSocketGetsItsFlagsOnCreation() throws IOException {
    ScriptedCalls calls = system("freebsd-x86_64").on("socket", 5).on("setsockopt", 0);
    open(calls, Constant.AF_INET);
    assertThat(calls.log())
        .containsExactly(
            "socket(2, " + (1 | 0x20000000 | 0x10000000) + ", 0)", "setsockopt(5, 65535, 2048, 4)");
  }

  @Test
  void openThatFindsNoDescriptorSaysWhatToDo() {
    ScriptedCalls calls = system("freebsd-x86_64").fail("socket", Errno.EMFILE);
    assertThatThrownBy(() -> open(calls, Constant.AF_INET))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("EMFILE")
        .hasMessageContaining("ulimit");
    assertThat(calls.log()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fcntl", "setsockopt"})
  void openThatFailsHalfWayClosesTheDescriptor(String call) {
    ScriptedCalls calls =
        system("macos-aarch64")
            .on("socket", 5)
            .on("fcntl", 0)
            .on("setsockopt", 0)
            .fail(call, Errno.ENOBUFS);
    assertThatThrownBy(() -> open(calls, Constant.AF_INET))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(call)
        .hasMessageContaining("ENOBUFS");
    assertThat(calls.log()).containsOnlyOnce("close(5)").endsWith("close(5)");
  }

  @Test
  void secondFlagThatFailsClosesTheDescriptorToo() {
    int setFd = 2;
    ScriptedCalls calls =
        system("macos-aarch64")
            .on("socket", 5)
            .on("fcntl", a -> (int) a[1] == setFd ? -number("macos-aarch64", Errno.EBADF) : 0);
    assertThatThrownBy(() -> open(calls, Constant.AF_INET)).isInstanceOf(IOException.class);
    assertThat(calls.log()).endsWith("close(5)");
  }

  @Test
  void failureOfTheCloseDoesNotHideTheFirstOne() {
    ScriptedCalls calls =
        ScriptedCalls.of("macos-aarch64")
            .on("socket", 5)
            .fail("fcntl", Errno.ENOBUFS)
            .fail("close", Errno.EIO);
    assertThatThrownBy(() -> open(calls, Constant.AF_INET))
        .hasMessageContaining("ENOBUFS")
        .satisfies(t -> assertThat(t.getSuppressed()[0]).hasMessageContaining("EIO"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"openbsd-x86_64", "dragonfly-x86_64"})
  void ipv6SocketThatCannotCarryIpv4SaysSo(String name) throws IOException {
    Errno errno = name.startsWith("openbsd") ? Errno.EINVAL : Errno.EOPNOTSUPP;
    ScriptedCalls calls =
        system(name)
            .on("socket", 5)
            .on("setsockopt", a -> (int) a[1] == 41 ? -number(name, errno) : 0);
    KernelSocket socket = open(calls, Constant.AF_INET6);
    assertThat(socket.isV6Only()).isTrue();
    assertThatThrownBy(
            () -> socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 80)))
        .isInstanceOf(UnsupportedAddressTypeException.class)
        .hasStackTraceContaining("cannot carry IPv4 on " + name);
    assertThat(calls.log()).doesNotContain("close(5)").noneMatch(call -> call.startsWith("bind"));
  }

  @Test
  void otherFailureOfV6OnlyClosesTheDescriptor() {
    ScriptedCalls calls = system("linux-x86_64").on("socket", 5).fail("setsockopt", Errno.EBADF);
    assertThatThrownBy(() -> open(calls, Constant.AF_INET6)).isInstanceOf(IOException.class);
    assertThat(calls.log()).endsWith("close(5)");
  }

  @Test
  void stackFollowsFromWhatTheKernelDoes() {
    Platform openbsd = Platform.named("openbsd-x86_64");
    Kernel separate =
        system("openbsd-x86_64").on("socket", 5).fail("setsockopt", Errno.EINVAL).kernel();
    assertThat(IpStack.of(separate)).isEqualTo(IpStack.SEPARATE);
    assertThat(KernelSocket.preferredFamily(separate)).isEqualTo(openbsd.get(Constant.AF_INET));
    assertThat(IpStack.SEPARATE.needsChoice(openbsd, false)).isTrue();

    ScriptedCalls calls = system("freebsd-x86_64").on("socket", 5).on("setsockopt", 0);
    Kernel dual = calls.kernel();
    assertThat(IpStack.of(dual)).isEqualTo(IpStack.DUAL);
    assertThat(IpStack.of(dual)).isEqualTo(IpStack.DUAL);
    assertThat(calls.log()).as("asked once, probe closed").hasSize(3).endsWith("close(5)");
    assertThat(KernelSocket.preferredFamily(dual)).isEqualTo(28);

    Kernel none = system("linux-x86_64").fail("socket", Errno.EAFNOSUPPORT).kernel();
    assertThat(IpStack.of(none)).isEqualTo(IpStack.IPV4_ONLY);
    assertThat(IpStack.IPV4_ONLY.needsChoice(openbsd, true)).isFalse();
  }

  @Test
  void preferredIpv4StackIsHonouredWithoutAProbe() {
    String key = "java.net.preferIPv4Stack";
    String value = System.setProperty(key, "true");
    try {
      ScriptedCalls calls = system("linux-x86_64");
      assertThat(IpStack.of(calls.kernel())).isEqualTo(IpStack.IPV4_ONLY);
      assertThat(calls.log()).isEmpty();
    } finally {
      if (value == null) {
        System.clearProperty(key);
      } else {
        System.setProperty(key, value);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Errno.class,
      names = {"EMFILE", "ENFILE", "ECONNABORTED", "EAGAIN", "ENOBUFS"})
  void errnoOfAcceptIsReturnedUnchanged(Errno errno) {
    for (String platform : new String[] {"macos-aarch64", "freebsd-x86_64"}) {
      ScriptedCalls calls = system(platform).fail("accept", errno).fail("accept4", errno);
      assertThat(accepted(calls).accept(calls.kernel(), 0, 0)).isEqualTo(-number(platform, errno));
      assertThat(calls.log()).hasSize(1);
    }
  }

  @Test
  void interruptedAcceptIsRepeated() {
    int[] count = {0};
    ScriptedCalls calls = system("freebsd-x86_64").on("accept4", a -> count[0]++ < 2 ? -4 : 9);
    assertThat(accepted(calls).accept(calls.kernel(), 0, 0)).isEqualTo(9);
    assertThat(calls.log()).hasSize(3);
  }

  @Test
  void acceptWithoutAccept4SetsTheStatusFlagsAsAWhole() {
    ScriptedCalls calls = system("macos-aarch64").on("accept", 9).on("fcntl", 0);
    assertThat(accepted(calls).accept(calls.kernel(), 0, 0)).isEqualTo(9);
    assertThat(calls.log()).containsExactly("accept(7)", "fcntl(9, 4, 4)", "fcntl(9, 2, 1)");
  }

  @Test
  void acceptClosesWhatItCannotSetUp() {
    ScriptedCalls calls = system("macos-aarch64").on("accept", 9).fail("fcntl", Errno.ENOMEM);
    assertThat(accepted(calls).accept(calls.kernel(), 0, 0))
        .isEqualTo(-number("macos-aarch64", Errno.ENOMEM));
    assertThat(calls.log()).endsWith("close(9)");
  }

  @Test
  void connectionThatDarwinHasAlreadyResetIsAnAbortedOneAndClosed() {
    ScriptedCalls calls = system("macos-aarch64").on("accept", 9).fail("fcntl", Errno.EINVAL);
    assertThat(accepted(calls).accept(calls.kernel(), 0, 0))
        .isEqualTo(-number("macos-aarch64", Errno.ECONNABORTED));
    assertThat(calls.log()).endsWith("close(9)");
  }

  @Test
  void libraryWithoutAccept4UsesAccept() {
    ScriptedCalls calls =
        system("linux-x86_64").without(Call.ACCEPT4).on("accept", 9).on("fcntl", 0);
    assertThat(accepted(calls).accept(calls.kernel(), 0, 0)).isEqualTo(9);
    assertThat(calls.log()).containsExactly("accept(7)", "fcntl(9, 4, 2048)", "fcntl(9, 2, 1)");
  }

  @ParameterizedTest
  @EnumSource(
      value = Errno.class,
      names = {"ENOSYS", "EPERM", "EACCES", "EINVAL", "EOPNOTSUPP"})
  void acceptServesWhereAccept4IsForbidden(Errno errno) {
    ScriptedCalls calls =
        system("linux-x86_64").fail("accept4", errno).on("accept", 9).on("fcntl", 0);
    KernelSocket listener = accepted(calls);
    int most = errno == Errno.ENOSYS ? 1 : 3;
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      assertThat(listener.accept(calls.kernel(), 0, 0)).isEqualTo(9);
      if (i < most) {
        expected.add("accept4(7, 526336)");
      }
      expected.addAll(List.of("accept(7)", "fcntl(9, 4, 2048)", "fcntl(9, 2, 1)"));
    }
    assertThat(calls.log()).containsExactlyElementsOf(expected);
  }

  @Test
  void accept4ComesBackAfterARefusalThatPasses() {
    ScriptedCalls calls = system("linux-x86_64").on("accept", 9).on("fcntl", 0);
    KernelSocket listener = accepted(calls);
    for (int round = 0; round < 3; round++) {
      calls.fail("accept4", Errno.EPERM);
      // A firewall's errno for a connection that was never used.
      assertThat(listener.accept(calls.kernel(), 0, 0)).isEqualTo(9);
      assertThat(listener.accept(calls.kernel(), 0, 0)).isEqualTo(9);
      calls.on("accept4", 10);
      assertThat(listener.accept(calls.kernel(), 0, 0)).isEqualTo(10);
    }
  }

  private static ScriptedCalls darwinOptionFails(Errno getpeername) {
    return system("macos-aarch64")
        .fail("setsockopt", Errno.EINVAL)
        .on("getpeername", getpeername == null ? 0 : -number("macos-aarch64", getpeername));
  }

  @Test
  void optionOnAConnectionThatDarwinHasShutIsNotSetAndNotThrown() throws IOException {
    ScriptedCalls calls = darwinOptionFails(Errno.EINVAL);
    KernelSocket dead = accepted(calls);
    assertThat(dead.setInt(Constant.IPPROTO_TCP, Constant.TCP_NODELAY, 1)).isFalse();
    assertThat(dead.soLinger(1)).isFalse();
    assertThat(calls.log()).noneMatch(call -> call.startsWith("getsockopt"));
  }

  @Test
  void wrongValueOnALivingConnectionIsThrown() {
    KernelSocket living = accepted(darwinOptionFails(null));
    assertThatThrownBy(() -> living.setInt(Constant.IPPROTO_TCP, Constant.TCP_KEEPALIVE, -1))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "setsockopt(IPPROTO_TCP/TCP_KEEPALIVE on macos-aarch64): EINVAL: Invalid argument"
                + " (22); choose a value that the system takes");
  }

  @Test
  void wrongValueOnASocketThatNeverWasConnectedIsThrown() throws IOException {
    int[] count = {0};
    ScriptedCalls calls =
        system("macos-aarch64")
            .on("socket", 5)
            .on("fcntl", 0)
            .on("setsockopt", a -> count[0]++ == 0 ? 0 : -22)
            .fail("getpeername", Errno.ENOTCONN);
    KernelSocket fresh = open(calls, Constant.AF_INET);
    assertThatThrownBy(() -> fresh.setInt(Constant.SOL_SOCKET, Constant.SO_RCVBUF, -1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("EINVAL");
  }

  @ParameterizedTest
  @EnumSource(
      value = Errno.class,
      names = {"ENOPROTOOPT", "EOPNOTSUPP", "ENOTSUP"})
  void optionThatTheKernelLacksIsUnsupportedOnEverySystem(Errno errno) {
    for (Platform platform : Platforms.ALL) {
      ScriptedCalls calls = system(platform.name()).fail("setsockopt", errno);
      assertThatThrownBy(
              () -> accepted(calls).setInt(Constant.SOL_SOCKET, Constant.SO_REUSEPORT, 1))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("SOL_SOCKET/SO_REUSEPORT")
          .hasMessageContaining(platform.name());
    }
  }

  @Test
  void darwinLingersInSeconds() throws IOException {
    ScriptedCalls calls = system("macos-aarch64").on("setsockopt", 0);
    accepted(calls).soLinger(5);
    assertThat(calls.log()).containsExactly("setsockopt(7, 65535, " + 0x1080 + ", 8)");
    ScriptedCalls freebsd = system("freebsd-x86_64").on("setsockopt", 0);
    accepted(freebsd).soLinger(5);
    assertThat(freebsd.log()).containsExactly("setsockopt(7, 65535, " + 0x80 + ", 8)");
  }

  @Test
  void optionOfOneByteIsReadAsOne() throws IOException {
    ScriptedCalls calls =
        system("openbsd-x86_64")
            .on(
                "getsockopt",
                a -> {
                  Memory.putInt((long) a[3], 0x7fffff80);
                  Memory.putInt((long) a[4], 1);
                  return 0;
                });
    assertThat(accepted(calls).getInt(Constant.IPPROTO_IP, Constant.IP_MULTICAST_TTL))
        .isEqualTo(128);
  }

  @ParameterizedTest
  @EnumSource(
      value = Errno.class,
      names = {"EINPROGRESS", "EINTR"})
  void connectContinuesInTheBackground(Errno errno) throws IOException {
    assertThat(accepted(system("netbsd-x86_64").fail("connect", errno)).connect(REMOTE)).isFalse();
  }

  @Test
  void secondConnectIsPendingOrAlreadyConnected() {
    assertThatThrownBy(
            () -> accepted(system("linux-x86_64").fail("connect", Errno.EALREADY)).connect(REMOTE))
        .isInstanceOf(ConnectionPendingException.class);
    assertThatThrownBy(
            () -> accepted(system("linux-x86_64").fail("connect", Errno.EISCONN)).connect(REMOTE))
        .isInstanceOf(AlreadyConnectedException.class);
  }

  @Test
  void disconnectThatDarwinAnswersWithAnErrorCountsByTheMissingPeer() throws IOException {
    ScriptedCalls calls = system("macos-aarch64").fail("connect", Errno.EAFNOSUPPORT);
    calls.fail("getpeername", Errno.ENOTCONN);
    accepted(calls).disconnect();
    assertThat(calls.log()).containsExactly("connect(7, 16)", "getpeername(7)");
    calls.on("getpeername", 0);
    assertThatThrownBy(() -> accepted(calls).disconnect())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("AF_UNSPEC");
  }

  private static ScriptedCalls noErrorButNoPeer(int recv) {
    return system("freebsd-x86_64")
        .on(
            "getsockopt",
            a -> {
              Memory.putInt((long) a[3], 0);
              return 0;
            })
        .fail("getpeername", Errno.ENOTCONN)
        .on("recv", recv);
  }

  @Test
  void connectWhoseErrorAnotherCallTookStillFails() {
    int refused = -number("freebsd-x86_64", Errno.ECONNREFUSED);
    assertThatThrownBy(() -> accepted(noErrorButNoPeer(refused)).finishConnect(REMOTE, 0))
        .isInstanceOf(ConnectException.class)
        .hasMessageStartingWith("Connection refused: " + REMOTE);
    int unconnected = -number("freebsd-x86_64", Errno.ENOTCONN);
    assertThatThrownBy(() -> accepted(noErrorButNoPeer(unconnected)).finishConnect(REMOTE, 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ENOTCONN");
  }

  @Test
  void connectThatLeavesNeitherPeerNorErrorNorInputWasReset() {
    assertThatThrownBy(() -> accepted(noErrorButNoPeer(0)).finishConnect(REMOTE, 0))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Connection reset by peer: " + REMOTE);
  }

  @Test
  void connectWhosePeerIsGoneStaysForItsInput() throws IOException {
    assertThat(accepted(noErrorButNoPeer(1)).finishConnect(REMOTE, 0)).isTrue();
  }

  @Test
  void spuriousEventLeavesTheConnectPending() throws IOException {
    int again = -number("freebsd-x86_64", Errno.EAGAIN);
    assertThat(accepted(noErrorButNoPeer(again)).finishConnect(REMOTE, 0)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"netbsd-x86_64", "openbsd-x86_64"})
  void shutdownBeforeConnectMakesNoCallWhereItWouldSucceed(String platform) throws IOException {
    ScriptedCalls calls =
        system(platform).on("socket", 7).on("shutdown", 0).on("fcntl", 0).on("setsockopt", 0);
    KernelSocket socket = open(calls, Constant.AF_INET);
    for (boolean read : new boolean[] {false, true}) {
      assertThatThrownBy(() -> socket.shutdown(read, !read))
          .isInstanceOf(NotYetConnectedException.class);
    }
    assertThat(calls.log()).noneMatch(call -> call.startsWith("shutdown"));
  }

  @Test
  void shutdownOfAnInputThatHasEndedSucceedsOnDarwin() throws IOException {
    ScriptedCalls calls = system("macos-aarch64").fail("shutdown", Errno.ENOTCONN);
    accepted(calls).shutdown(true, false);
    assertThat(calls.log()).containsExactly("shutdown(7, 0)");
    assertThatThrownBy(() -> accepted(calls).shutdown(false, true))
        .isInstanceOf(NotYetConnectedException.class);
  }

  @Test
  void shutdownOfWhatIsNotConnectedIsNotYetConnected() {
    assertThatThrownBy(() ->
            accepted(system("macos-aarch64").fail("shutdown", Errno.ENOTCONN)).shutdown(true, true))
        .isInstanceOf(NotYetConnectedException.class);
  }

  @ParameterizedTest
  @EnumSource(
      value = Errno.class,
      names = {"EINTR", "EINPROGRESS", "ECONNRESET"})
  void closeThatClosedDespiteItsErrnoSucceedsAndIsNotRepeated(Errno errno) throws IOException {
    ScriptedCalls calls = system("freebsd-x86_64").fail("close", errno);
    KernelSocket socket = accepted(calls);
    socket.close();
    socket.close();
    assertThat(calls.log()).containsExactly("close(7)");
  }

  @Test
  void closeThatLostDataIsAFailure() {
    ScriptedCalls calls = system("freebsd-x86_64").fail("close", Errno.EIO);
    assertThatThrownBy(() -> accepted(calls).close()).hasMessageContaining("close(fd 7): EIO");
  }

  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "freebsd-x86_64"})
  void receivedDescriptorsAreClosedWhenOneCannotBeSetUp(String name) {
    Platform system = Platform.named(name);
    Msghdr header = new Msghdr(system);
    ControlMessages messages = new ControlMessages(system);
    ScriptedCalls calls =
        system(name)
            .on(
                "recvmsg",
                a -> {
                  long msghdr = (long) a[1];
                  long control =
                      Memory.getLong(msghdr + system.struct("msghdr").offset("msg_control"));
                  int length = messages.putDescriptors(control, 11, 12, 13);
                  header.put(msghdr, 0, 0, 0, 0, control, length);
                  Memory.putInt(
                      msghdr + system.struct("msghdr").offset("msg_flags"),
                      system.get(Constant.MSG_CTRUNC));
                  return 1;
                })
            .on("fcntl", a -> (int) a[0] == 12 ? -number(name, Errno.EBADF) : 0);
    try (FdPassing.Receiver receiver = new FdPassing.Receiver(system)) {
      assertThat(receiver.receive(calls.kernel(), 7)).isEqualTo(-number(name, Errno.EBADF));
      assertThat(calls.log()).containsSubsequence("close(11)", "close(12)", "close(13)");
      assertThat(receiver.count()).isZero();
      assertThat(receiver.isTruncated()).isTrue();
    }
  }

  /** Its number may already belong to another file. */
  @Test
  void noCallReachesADescriptorThatWasClosed() throws IOException {
    ScriptedCalls calls = system("freebsd-x86_64");
    KernelSocket socket = accepted(calls);
    socket.close();
    socket.close();
    assertThat(socket.isOpen()).isFalse();
    assertThat(socket.isGone()).isFalse();
    assertThat(socket.localAddress()).isNull();
    assertThat(socket.remoteAddress()).isNull();
    List<ThrowingCallable> operations =
        List.of(
            () -> socket.bind(REMOTE),
            () -> socket.listen(1),
            () -> socket.connect(REMOTE),
            () -> socket.finishConnect(REMOTE, 0),
            () -> socket.finishConnect(REMOTE, 1),
            socket::disconnect,
            () -> socket.shutdown(true, true),
            () -> socket.getInt(Constant.SOL_SOCKET, Constant.SO_ERROR),
            () -> socket.setInt(Constant.SOL_SOCKET, Constant.SO_REUSEADDR, 1),
            () -> socket.getBytes(1, 1, 0, 0),
            () -> socket.setBytes(1, 1, 0, 0),
            socket::soLinger,
            () -> socket.soLinger(1));
    for (ThrowingCallable operation : operations) {
      assertThatThrownBy(operation).isInstanceOf(ClosedChannelException.class);
    }
    assertThat(calls.log()).containsExactly("close(7)");
  }

  @Test
  void plainAcceptIsRepeatedAfterASignalOnly() {
    int[] count = {0};
    ScriptedCalls calls =
        system("macos-aarch64").on("accept", a -> count[0]++ < 2 ? -4 : 4).on("fcntl", 0);
    // The number 4 is also EINTR's.
    assertThat(accepted(calls).accept(calls.kernel(), 0, 0)).isEqualTo(4);
    assertThat(calls.log())
        .containsExactly("accept(7)", "accept(7)", "accept(7)", "fcntl(4, 4, 4)", "fcntl(4, 2, 1)");
  }

  @Test
  void acceptedDescriptor0GetsItsFlagsAndCountsAsAccepted() {
    ScriptedCalls calls =
        system("linux-x86_64").fail("accept4", Errno.ENOSYS).on("accept", 0).on("fcntl", 0);
    KernelSocket listener = accepted(calls);
    assertThat(listener.accept(calls.kernel(), 0, 0)).isZero();
    assertThat(listener.accept(calls.kernel(), 0, 0)).isZero();
    String[] plain = {"accept(7)", "fcntl(0, 4, 2048)", "fcntl(0, 2, 1)"};
    assertThat(calls.log())
        .startsWith("accept4(7, 526336)", plain[0], plain[1], plain[2], plain[0]);
  }

  @ParameterizedTest
  @EnumSource(
      value = Constant.class,
      names = {"SOCK_STREAM", "SOCK_DGRAM"})
  void openThatFailsNamesTheKindOfSocket(Constant type) {
    ScriptedCalls calls = system("freebsd-x86_64").fail("socket", Errno.ENFILE);
    Platform platform = calls.kernel().platform();
    assertThatThrownBy(() ->
            KernelSocket.open(calls.kernel(), platform.get(Constant.AF_INET6), platform.get(type)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("socket(AF_INET6, " + type + ')');
  }
}
