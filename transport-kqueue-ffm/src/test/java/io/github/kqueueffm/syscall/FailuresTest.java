package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.OperatingSystem;
import io.github.kqueueffm.abi.Platform;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {
  private static final Object REMOTE =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 4711);

  static List<Platform> platforms() {
    return Platforms.ALL;
  }

  static Stream<Arguments> mapping() {
    return Stream.of(
        Arguments.of("connect", Errno.ECONNREFUSED, ConnectException.class),
        Arguments.of("connect", Errno.ETIMEDOUT, ConnectException.class),
        Arguments.of("connect", Errno.ENETUNREACH, NoRouteToHostException.class),
        Arguments.of("connect", Errno.EHOSTUNREACH, NoRouteToHostException.class),
        Arguments.of("connect", Errno.EHOSTDOWN, NoRouteToHostException.class),
        Arguments.of("connect", Errno.EADDRNOTAVAIL, BindException.class),
        Arguments.of("connect", Errno.ENOENT, FileNotFoundException.class),
        Arguments.of("sendto", Errno.ENOENT, FileNotFoundException.class),
        Arguments.of("sendmsg", Errno.ENOENT, FileNotFoundException.class),
        Arguments.of("sendmmsg", Errno.ENOENT, FileNotFoundException.class),
        Arguments.of("connect", Errno.ECONNRESET, IOException.class),
        Arguments.of("bind", Errno.EADDRINUSE, BindException.class),
        Arguments.of("bind", Errno.EADDRNOTAVAIL, BindException.class),
        Arguments.of("bind", Errno.EACCES, BindException.class),
        Arguments.of("bind", Errno.EINVAL, IOException.class),
        Arguments.of("bind", Errno.ENOENT, IOException.class),
        Arguments.of("recv", Errno.EBADF, ClosedChannelException.class),
        Arguments.of("recv", Errno.ECONNRESET, IOException.class),
        Arguments.of("send", Errno.EPIPE, IOException.class),
        Arguments.of("send", Errno.EISCONN, IOException.class),
        Arguments.of("accept", Errno.EMFILE, IOException.class));
  }

  private static IOException of(Platform platform, String operation, Object subject, Errno errno) {
    return Failures.of(platform, operation, subject, -platform.number(errno));
  }

  @ParameterizedTest
  @MethodSource("mapping")
  void everyErrorHasItsTypeOnEverySystem(String operation, Errno errno, Class<?> type) {
    for (Platform platform : Platforms.ALL) {
      assertThat(of(platform, operation, REMOTE, errno))
          .as(platform.name())
          .isExactlyInstanceOf(type);
    }
  }

  @Test
  void refusalBeginsAsNettysDoesAndNamesCallErrnoAndRemedy() {
    Platform linux = Platform.named("linux-x86_64");
    assertThat(of(linux, "connect", REMOTE, Errno.ECONNREFUSED))
        .hasMessage(
            "Connection refused: localhost/127.0.0.1:4711 (connect: ECONNREFUSED, 111);"
                + " start the server, or check its address and port");
  }

  @Test
  void addressInUseNamesCallErrnoAndRemedy() {
    Platform macos = Platform.named("macos-aarch64");
    assertThat(of(macos, "bind", REMOTE, Errno.EADDRINUSE))
        .hasMessage(
            "Address already in use: localhost/127.0.0.1:4711 (bind: EADDRINUSE, 48);"
                + " end the program that has it, or bind another port");
  }

  @Test
  void staleSocketFileMessageSaysToDeleteIt() {
    Platform linux = Platform.named("linux-x86_64");
    assertThat(of(linux, "bind", UnixAddress.of("/run/s"), Errno.EADDRINUSE))
        .hasMessage(
            "Address already in use: /run/s (bind: EADDRINUSE, 98); delete the socket file if no"
                + " program listens on it any more, or bind another path");
    assertThat(of(linux, "bind", UnixAddress.of("\0s"), Errno.EADDRINUSE))
        .hasMessageContaining("Address already in use: @s (")
        .message()
        .doesNotContain("file");
    assertThat(of(linux, "connect", UnixAddress.of("/run/s"), Errno.ECONNREFUSED))
        .hasMessageContaining("no program listens on the socket file any more");
  }

  @Test
  void connectThatTookTooLongBeginsAsNettysDoesAndNamesTheRemedy() {
    assertThat(Failures.connectTimedOut(100, REMOTE))
        .isEqualTo(
            "connection timed out after 100 ms: localhost/127.0.0.1:4711 (connect); the host does"
                + " not answer: check its address, and firewalls on the way, or raise"
                + " CONNECT_TIMEOUT_MILLIS");
    assertThat(Failures.connectTimedOut(100, "/run/s"))
        .startsWith("connection timed out after 100 ms: /run/s (connect); the server does not");
  }

  @Test
  void descriptorThatCannotBeSentNamesCallErrnoAndRemedy() {
    Platform macos = Platform.named("macos-aarch64");
    for (Errno errno : List.of(Errno.EBADF, Errno.EINVAL, Errno.EOPNOTSUPP, Errno.ETOOMANYREFS)) {
      assertThat(
              Failures.description(
                  macos, "sendmsg of SCM_RIGHTS", "FileDescriptor(5)", -macos.number(errno)))
          .startsWith("sendmsg of SCM_RIGHTS(FileDescriptor(5)): " + errno + ": ")
          .contains("; ");
    }
    assertThat(Failures.description(macos, "sendmsg", null, -9999))
        .isEqualTo("sendmsg: errno 9999");
  }

  @Test
  void closedDescriptorSaysSoInItsCause() {
    Platform linux = Platform.named("linux-x86_64");
    IOException closed = of(linux, "getsockopt", "SOL_SOCKET/SO_TYPE", Errno.EBADF);
    assertThat(closed)
        .hasRootCauseMessage(
            "getsockopt(SOL_SOCKET/SO_TYPE): EBADF: Bad file descriptor (9);"
                + " no such descriptor is open in this process");
    assertThat(Failures.reason(closed)).contains("EBADF");
    assertThat(Failures.reason(new ClosedChannelException())).isEqualTo("the channel is closed");
    assertThat(Failures.reason(new IllegalStateException()))
        .isEqualTo("java.lang.IllegalStateException");
  }

  @Test
  void everyFailureNamesCallSubjectErrnoAndWordsOnEverySystem() {
    for (Platform platform : Platforms.ALL) {
      for (Errno errno : Errno.values()) {
        // EALREADY has a type without a message, and EPROTOTYPE is EPIPE on macOS.
        boolean other = errno == Errno.EALREADY || errno == Errno.EPROTOTYPE;
        if (!other && platform.errno(platform.number(errno)) == errno) {
          String said = Failures.reason(of(platform, "bind", REMOTE, errno));
          assertThat(said).contains("bind", REMOTE.toString(), errno.name(), errno.text());
        }
      }
    }
  }

  @Test
  void bindThatIsForbiddenSaysWhatToDo() {
    Platform linux = Platform.named("linux-x86_64");
    assertThat(of(linux, "bind", REMOTE, Errno.EACCES)).hasMessageContaining("port below 1024");
    assertThat(of(linux, "bind", UnixAddress.of("/root/s"), Errno.EACCES))
        .hasMessageContaining("/root/s")
        .hasMessageContaining("directory");
  }

  @Test
  void resetAndBrokenPipeBeginWithTheWordsThatPeopleMatchOn() {
    Platform netbsd = Platform.named("netbsd-x86_64");
    assertThat(of(netbsd, "recv", null, Errno.ECONNRESET))
        .hasMessage(
            "Connection reset by peer: recv (ECONNRESET, 54); the connection is lost: connect"
                + " again");
    assertThat(of(netbsd, "writev", null, Errno.EPIPE))
        .hasMessageStartingWith("Broken pipe: writev");
  }

  @Test
  void restHasCallSubjectNameWordsNumberAndAdvice() {
    Platform freebsd = Platform.named("freebsd-x86_64");
    assertThat(of(freebsd, "setsockopt", "SOL_SOCKET/SO_RCVBUF", Errno.ENOBUFS))
        .hasMessage(
            "setsockopt(SOL_SOCKET/SO_RCVBUF): ENOBUFS: No buffer space available (55); choose a"
                + " smaller value, or raise the system's limit for it");
    assertThat(of(freebsd, "accept", null, Errno.EMFILE))
        .hasMessageStartingWith("accept: EMFILE: Too many open files (24); ")
        .hasMessageContaining("limit on open descriptors (ulimit -n)");
    assertThat(of(freebsd, "accept", null, Errno.ENFILE))
        .hasMessageStartingWith("accept: ENFILE: Too many open files in system (23); ")
        .hasMessageContaining("kern.maxfiles")
        .hasMessageContaining("ulimit -n");
    assertThat(of(freebsd, "connect", "/tmp/s", Errno.EAGAIN)).hasMessageContaining("backlog");
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void connectWithoutALocalPortIsNotTakenForAFullBacklog(Platform platform) {
    assertThat(of(platform, "connect", REMOTE, Errno.EAGAIN))
        .hasMessageContaining("no local port is left")
        .hasMessageNotContaining("backlog");
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void remedyForMacosAppearsOnMacosOnly(Platform platform) {
    boolean macos = platform.system() == OperatingSystem.MACOS;
    String unreachable = of(platform, "connect", REMOTE, Errno.EHOSTUNREACH).getMessage();
    assertThat(unreachable.contains("Local Network permission")).isEqualTo(macos);
    String accept = of(platform, "accept", null, Errno.EMFILE).getMessage();
    assertThat(accept).contains("ulimit -n");
    assertThat(accept.contains("closed the connection")).isEqualTo(macos);
    assertThat(of(platform, "socket", null, Errno.EMFILE))
        .hasMessageNotContaining("closed the connection");
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void refusedFilterSaysWhatIsShort(Platform platform) {
    String limit = "fs.epoll.max_user_watches";
    for (String operation : List.of("kevent EVFILT_READ", "kevent", "epoll_ctl")) {
      if (platform.system() == OperatingSystem.LINUX) {
        assertThat(of(platform, operation, REMOTE, Errno.ENOSPC))
            .hasMessageContaining(operation)
            .hasMessageContaining("ENOSPC")
            .hasMessageContaining(limit + " allows: raise it");
      } else {
        assertThat(of(platform, operation, REMOTE, Errno.ENOSPC)).hasMessageNotContaining(limit);
      }
      assertThat(of(platform, operation, REMOTE, Errno.ENOMEM))
          .hasMessageContaining("memory, or its limit on filters, is used up");
    }
    assertThat(of(platform, "sendfile", null, Errno.ENOSPC)).hasMessageNotContaining(limit);
    assertThat(of(platform, "socket", null, Errno.ENOMEM)).hasMessageNotContaining("filter");
  }

  @Test
  void unknownNumberIsShown() {
    Platform linux = Platform.named("linux-x86_64");
    assertThat(Failures.of(linux, "ioctl", null, -4242)).hasMessage("ioctl: errno 4242");
    assertThat(Failures.text(linux, -4242)).isEqualTo("errno 4242");
    assertThat(Failures.text(linux, -11))
        .isEqualTo("EAGAIN: Resource temporarily unavailable (11)");
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void secondConnectIsNotAnIoException(Platform platform) {
    assertThatThrownBy(() -> of(platform, "connect", REMOTE, Errno.EALREADY))
        .isInstanceOf(ConnectionPendingException.class);
    assertThatThrownBy(() -> of(platform, "connect", REMOTE, Errno.EISCONN))
        .isInstanceOf(AlreadyConnectedException.class);
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void refusedDatagramIsAnUnreachablePort(Platform platform) {
    int refused = -platform.number(Errno.ECONNREFUSED);
    assertThat(Failures.ofDatagram(platform, "recvfrom", null, refused))
        .isExactlyInstanceOf(PortUnreachableException.class);
    int route = -platform.number(Errno.EHOSTUNREACH);
    assertThat(Failures.ofDatagram(platform, "sendto", REMOTE, route))
        .isExactlyInstanceOf(NoRouteToHostException.class);
  }

  @Test
  void eprototypeIsABrokenPipeOnDarwinOnly() {
    assertThat(of(Platform.named("macos-aarch64"), "send", null, Errno.EPROTOTYPE))
        .hasMessageStartingWith("Broken pipe: send");
    assertThat(of(Platform.named("linux-x86_64"), "send", null, Errno.EPROTOTYPE))
        .hasMessageContaining("EPROTOTYPE");
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void refusedLinkLocalAddressWithoutScopeSaysWhatIsMissing(Platform platform) throws Exception {
    InetSocketAddress vague = new InetSocketAddress("fe80::1", 80);
    InetSocketAddress scoped =
        new InetSocketAddress(
            Inet6Address.getByAddress(null, vague.getAddress().getAddress(), 3), 80);
    for (Errno errno : List.of(Errno.EINVAL, Errno.EHOSTUNREACH, Errno.EADDRNOTAVAIL)) {
      for (String operation : List.of("connect", "bind", "sendto", "sendmmsg")) {
        assertThat(of(platform, operation, vague, errno))
            .hasMessageContaining("fe80:0:0:0:0:0:0:1")
            .hasMessageContaining("has no scope: name the interface, as in fe80::1%eth0");
        assertThat(of(platform, operation, scoped, errno)).message().doesNotContain("scope:");
      }
    }
    assertThat(of(platform, "connect", vague, Errno.ECONNREFUSED))
        .message()
        .doesNotContain("scope:");
    assertThat(of(platform, "connect", InetSocketAddress.createUnresolved("x", 1), Errno.EINVAL))
        .message()
        .doesNotContain("scope:");
  }

  @ParameterizedTest
  @EnumSource(names = {"EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "EBADF"})
  void shortageMayPass(Errno errno) {
    for (Platform platform : Platforms.ALL) {
      assertThat(Failures.isPassing(platform, -platform.number(errno)))
          .isEqualTo(errno != Errno.EBADF);
    }
  }

  @Test
  void unexpectedAnswerNamesTheCallAndTheErrno() {
    Platform platform = Platform.named("linux-x86_64");
    assertThat(Failures.unexpected(platform, "close(7)", -platform.number(Errno.EBADF)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("close(7): EBADF");
  }

  @Test
  void messageEndsWithTheErrnoWhereNothingCanBeDone() {
    Platform platform = Platform.named("linux-x86_64");
    assertThat(Failures.of(platform, "setsockopt", "x", -platform.number(Errno.EIO)))
        .hasMessage("setsockopt(x): EIO: Input/output error (5)");
  }

  @Test
  void missingDescriptorsOfTheReceiverAreNamedWhereTheErrnoMeansThem() {
    Platform platform = Platform.named("macos-aarch64");
    assertThat(Failures.of(platform, "recvmsg", null, -platform.number(Errno.EMSGSIZE)))
        .hasMessageContaining("no descriptor left for those that the peer sent");
    assertThat(Failures.of(platform, "recvmsg", null, -platform.number(Errno.ECONNRESET)))
        .hasMessageContaining("connect again");
  }
}
