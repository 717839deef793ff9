package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The addresses that a socket gives to the kernel and reads from it. */
@ExtendWith(NativeMemoryCheck.class)
class SocketAddressesTest {
  private static final int FD = 7;
  private static final int PORT = 0x1234;
  private static final String IP4 = "10021234c0000201" + "00".repeat(8);
  private static final String IP6 =
      "1c1c1234" + "00000000" + "20010db8000000000000000000000001" + "00000000";

  private final List<String> given = new ArrayList<>();
  private final List<String> asked = new ArrayList<>();
  private byte[] name = {};

  private ScriptedCalls system(String platform) {
    return ScriptedCalls.of(platform)
        .on("close", 0)
        .on("bind", this::given)
        .on("connect", this::given)
        .on("getsockname", a -> name("local", a))
        .on("getpeername", a -> name("remote", a));
  }

  private Number given(Object... a) {
    given.add(Platforms.hex((long) a[1], (int) a[2]));
    return 0;
  }

  private Number name(String which, Object... a) {
    long memory = (long) a[1];
    long length = (long) a[2];
    int room = Memory.getInt(length);
    // Nothing is written before it is sure that the room is behind the length.
    assertThat(memory).isEqualTo(length + Long.BYTES);
    asked.add(which + ' ' + a[0] + ' ' + room);
    Memory.copy(name, 0, memory, name.length);
    Memory.putInt(length, name.length);
    return 0;
  }

  private static KernelSocket socket(ScriptedCalls calls, Constant family) {
    Kernel kernel = calls.kernel();
    return KernelSocket.accepted(kernel, FD, kernel.platform().get(family));
  }

  private static InetSocketAddress at(String ip, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
  }

  @Test
  void addressIsBoundInTheSocketsFamily() throws IOException {
    socket(system("freebsd-x86_64"), Constant.AF_INET).bind(at("192.0.2.1", PORT));
    socket(system("freebsd-x86_64"), Constant.AF_INET6).bind(at("2001:db8::1", PORT));
    assertThat(given).containsExactly(IP4, IP6);
  }

  @Test
  void socketOfOneFamilyIsNotReplacedForAnAddressOfTheOther() throws IOException {
    ScriptedCalls calls = system("freebsd-x86_64");
    socket(calls, Constant.AF_INET6).connect(at("192.0.2.1", PORT));
    assertThat(given)
        .containsExactly("1c1c1234" + "00000000" + "00000000000000000000ffffc0000201" + "00000000");
    assertThat(calls.log()).containsExactly("connect(7, 28)");
  }

  @Test
  void optionOfTheOtherFamilyReachesTheKernelOfASocketOfOne() throws IOException {
    ScriptedCalls calls = system("openbsd-x86_64").on("setsockopt", 0);
    assertThat(
            socket(calls, Constant.AF_INET).setInt(Constant.IPPROTO_IPV6, Constant.IPV6_TCLASS, 1))
        .isTrue();
    assertThat(calls.log()).containsExactly("setsockopt(7, 41, 61, 4)");
  }

  @Test
  void wildcardOfIpv4MeansAllThatAnIpv6SocketCarries() throws IOException {
    socket(system("freebsd-x86_64"), Constant.AF_INET).bind(at("0.0.0.0", PORT));
    socket(system("freebsd-x86_64"), Constant.AF_INET6).bind(at("0.0.0.0", PORT));
    assertThat(given).containsExactly("10021234" + "00".repeat(12), "1c1c1234" + "00".repeat(24));
    ScriptedCalls calls =
        system("openbsd-x86_64").on("socket", FD).fail("setsockopt", Errno.EINVAL);
    Platform platform = calls.kernel().platform();
    KernelSocket only6 =
        KernelSocket.open(
            calls.kernel(), platform.get(Constant.AF_INET6), platform.get(Constant.SOCK_STREAM));
    only6.bind(at("0.0.0.0", PORT));
    assertThat(given).last().isEqualTo("1c181234" + "00".repeat(24));
  }

  @Test
  void localAddressIsBoundByItsPath() throws IOException {
    KernelSocket socket = socket(system("freebsd-x86_64"), Constant.AF_UNIX);
    socket.bind(UnixAddress.of("/tmp/s"));
    socket.connect(UnixAddress.of("/tmp/t"));
    assertThat(given).containsExactly("08012f746d702f73", "08012f746d702f74");
    assertThat(socket.wasConnected()).isTrue();
  }

  @Test
  void nameWithoutAnAddressReachesNoCall() {
    InetSocketAddress name = InetSocketAddress.createUnresolved("host.invalid", PORT);
    ScriptedCalls calls = system("freebsd-x86_64");
    KernelSocket socket = socket(calls, Constant.AF_INET);
    assertThatThrownBy(() -> socket.bind(name)).isInstanceOf(UnresolvedAddressException.class);
    assertThatThrownBy(() -> socket.connect(name)).isInstanceOf(UnresolvedAddressException.class);
    assertThat(calls.log()).isEmpty();
  }

  @Test
  void failureOfBindNamesTheAddress() {
    ScriptedCalls calls = system("freebsd-x86_64").fail("bind", Errno.EADDRINUSE);
    assertThatThrownBy(() -> socket(calls, Constant.AF_INET).bind(at("192.0.2.1", PORT)))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("192.0.2.1");
  }

  /** A sender encodes the same recipient again and again, and then another one. */
  @Test
  void eachWildcardRecipientBecomesTheLoopbackAddressWithItsOwnPort() {
    KernelSocket socket = socket(system("freebsd-x86_64"), Constant.AF_INET6);
    String loopback4 = "00000000" + "00000000000000000000ffff7f000001" + "00000000";
    String loopback6 = "00000000" + "00000000000000000000000000000001" + "00000000";
    assertThat(encoded(socket, at("0.0.0.0", 1))).isEqualTo("1c1c0001" + loopback4);
    assertThat(encoded(socket, at("0.0.0.0", 1))).isEqualTo("1c1c0001" + loopback4);
    assertThat(encoded(socket, at("0.0.0.0", 2))).isEqualTo("1c1c0002" + loopback4);
    assertThat(encoded(socket, at("::", 2))).isEqualTo("1c1c0002" + loopback6);
    assertThat(encoded(socket, at("2001:db8::1", PORT))).isEqualTo(IP6);
  }

  private static String encoded(KernelSocket socket, SocketAddress address) {
    assertThat(socket.addressRoom()).isGreaterThanOrEqualTo(256);
    long memory = NativeMemory.allocate(socket.addressRoom());
    try {
      return Platforms.hex(memory, socket.encode(memory, address));
    } finally {
      NativeMemory.free(memory);
    }
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  @Test
  void localAndRemoteAddressAreAskedForInTheirOwnCalls() {
    name = bytes(IP4);
    KernelSocket socket = socket(system("freebsd-x86_64"), Constant.AF_INET);
    assertThat(socket.localAddress()).isEqualTo(at("192.0.2.1", PORT));
    assertThat(socket.remoteAddress()).isEqualTo(at("192.0.2.1", PORT));
    assertThat(asked)
        .containsExactly("local 7 " + socket.addressRoom(), "remote 7 " + socket.addressRoom());
  }

  @Test
  void addressOfALocalSocketIsItsPath() {
    KernelSocket socket = socket(system("freebsd-x86_64"), Constant.AF_UNIX);
    name = bytes("09012f746d702f7300");
    assertThat(socket.localAddress()).isEqualTo(UnixAddress.of("/tmp/s"));
    name = bytes("1001" + "00".repeat(14));
    assertThat(socket.remoteAddress()).isEqualTo(UnixAddress.of(""));
  }

  @Test
  void portOf0IsNoAddress() {
    name = bytes("10020000c0000201" + "00".repeat(8));
    KernelSocket socket = socket(system("freebsd-x86_64"), Constant.AF_INET);
    assertThat(socket.localAddress()).isNull();
    name = new byte[0];
    assertThat(socket.remoteAddress()).isNull();
  }

  @Test
  void addressThatTheKernelDoesNotTellIsNull() {
    name = bytes(IP4);
    KernelSocket socket =
        socket(
            system("freebsd-x86_64")
                .fail("getpeername", Errno.ENOTCONN)
                .fail("getsockname", Errno.ENOBUFS),
            Constant.AF_INET);
    assertThat(socket.remoteAddress()).isNull();
    assertThat(socket.localAddress()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "freebsd-x86_64, AF_INET6, 1c1c1234 00000000 00000000000000000000ffffc0000201 00000000, true",
    "freebsd-x86_64, AF_INET6, '', true",
    "freebsd-x86_64, AF_INET6, 1c1c1234 00000000 20010db8000000000000000000000001 00000000, false",
    "linux-x86_64, AF_INET6, '', false",
    "freebsd-x86_64, AF_INET, '', false"
  })
  void optionsOfIpv4AreMissingWhereASocketOfIpv6MayCarryIt(
      String platform, Constant family, String peer, boolean missing) {
    name = bytes(peer.replace(" ", ""));
    assertThat(socket(system(platform), family).carriesIpv4WithoutItsOptions()).isEqualTo(missing);
  }

  @Test
  void socketThatCannotCarryIpv4MissesNoOptionOfIt() throws IOException {
    ScriptedCalls calls =
        system("openbsd-x86_64").on("socket", FD).fail("setsockopt", Errno.EINVAL);
    Platform platform = calls.kernel().platform();
    KernelSocket socket =
        KernelSocket.open(
            calls.kernel(), platform.get(Constant.AF_INET6), platform.get(Constant.SOCK_DGRAM));
    assertThat(socket.carriesIpv4WithoutItsOptions()).isFalse();
  }

  @Test
  void errnoThatCameWithTheEventIsNotAskedForAgain() {
    ScriptedCalls calls = system("freebsd-x86_64");
    int refused = calls.kernel().platform().number(Errno.ECONNREFUSED);
    assertThatThrownBy(
            () -> socket(calls, Constant.AF_INET).finishConnect(at("192.0.2.1", PORT), refused))
        .isInstanceOf(ConnectException.class);
    assertThat(calls.log()).isEmpty();
  }

  @Test
  void directionsAreShutAsAsked() throws IOException {
    ScriptedCalls calls = system("freebsd-x86_64").on("shutdown", 0);
    KernelSocket socket = socket(calls, Constant.AF_INET);
    socket.shutdown(false, false);
    assertThat(calls.log()).isEmpty();
    socket.shutdown(true, false);
    socket.shutdown(false, true);
    socket.shutdown(true, true);
    assertThat(calls.log()).containsExactly("shutdown(7, 0)", "shutdown(7, 1)", "shutdown(7, 2)");
    calls.fail("shutdown", Errno.ENOBUFS);
    assertThatThrownBy(() -> socket.shutdown(true, true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("shutdown(SHUT_RDWR)")
        .hasMessageContaining("ENOBUFS");
  }

  @Test
  void descriptor0IsADescriptor() throws IOException {
    ScriptedCalls calls = system("freebsd-x86_64").on("socket", 0).on("setsockopt", 0);
    Platform platform = calls.kernel().platform();
    KernelSocket socket =
        KernelSocket.open(
            calls.kernel(), platform.get(Constant.AF_INET), platform.get(Constant.SOCK_STREAM));
    assertThat(socket.fd()).isZero();
    assertThat(socket.wasConnected()).isFalse();
    assertThat(IpStack.of(calls.kernel())).isEqualTo(IpStack.DUAL);
    assertThat(calls.log()).endsWith("close(0)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"freebsd-x86_64", "macos-aarch64"})
  void portIsLookedForOnlyWhereADisconnectLosesIt(String platform) throws IOException {
    ScriptedCalls calls = system(platform);
    socket(calls, Constant.AF_INET).disconnect();
    assertThat(calls.log()).containsExactly("connect(7, 16)");
    assertThat(given).containsExactly("1000" + "00".repeat(14));
  }

  @Test
  void disconnectOfIpv6HasTheLengthOfItsAddress() throws IOException {
    KernelSocket socket = socket(system("netbsd-x86_64"), Constant.AF_INET6);
    socket.disconnect();
    assertThat(given).containsExactly("1c00" + "00".repeat(26));
    assertThat(socket.wasConnected()).isFalse();
  }

  @Test
  void localSocketHasNoPortToKeep() throws IOException {
    ScriptedCalls calls = system("linux-x86_64");
    socket(calls, Constant.AF_UNIX).disconnect();
    assertThat(calls.log()).containsExactly("connect(7, 16)");
  }

  @Test
  void portThatADisconnectKeptIsNotBoundAgain() throws IOException {
    name = bytes("02001234c0000201" + "00".repeat(8));
    ScriptedCalls calls = system("linux-x86_64");
    socket(calls, Constant.AF_INET).disconnect();
    assertThat(calls.log()).containsExactly("getsockname(7)", "connect(7, 16)", "getsockname(7)");
  }

  @Test
  void portThatCannotBeReadIsNotKept() throws IOException {
    ScriptedCalls calls = system("linux-x86_64");
    // What a failing call leaves in the memory is not the port.
    name = bytes("02001234c0000201" + "00".repeat(8));
    int refused = -calls.kernel().platform().number(Errno.ENOBUFS);
    calls.on(
        "getsockname",
        a -> {
          name("local", a);
          return refused;
        });
    socket(calls, Constant.AF_INET).disconnect();
    assertThat(calls.log()).containsExactly("getsockname(7)", "connect(7, 16)");
  }

  @Test
  void portThatCannotBeReadAfterTheDisconnectFailsIt() {
    name = bytes("02001234c0000201" + "00".repeat(8));
    ScriptedCalls calls = system("linux-x86_64");
    calls.on(
        "connect",
        a -> {
          calls.fail("getsockname", Errno.ENOBUFS);
          return 0;
        });
    assertThatThrownBy(() -> socket(calls, Constant.AF_INET).disconnect())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the port from before the disconnect")
        .hasMessageContaining("ENOBUFS");
    assertThat(calls.log()).noneMatch(call -> call.startsWith("bind"));
  }
}
