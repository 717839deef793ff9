package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A socket for addresses of any family on systems that separate IPv4 and IPv6: the replacement of
 * its descriptor, and the options that the new socket gets.
 */
@ExtendWith(NativeMemoryCheck.class)
class AddressFamilyTest {
  private static final int PROBE = 5;
  private static final int FD = 6;
  private static final int FRESH = 7;
  private static final int PORT = 0x1234;
  private static final InetSocketAddress REMOTE4 = at("192.0.2.1");
  private static final InetSocketAddress REMOTE6 = at("2001:db8::1");

  private final List<String> set = new ArrayList<>();
  private final List<String> bound = new ArrayList<>();
  private int next = PROBE;
  private ScriptedCalls calls;
  private Platform platform;

  private static InetSocketAddress at(String ip) {
    return new InetSocketAddress(InetAddress.ofLiteral(ip), PORT);
  }

  /** A system whose sockets of IPv6 refuse to carry IPv4, if it is one of those. */
  private void system(String name) {
    platform = Platform.named(name);
    calls =
        ScriptedCalls.of(name)
            .on("close", 0)
            .on("connect", 0)
            .on("listen", 0)
            .on("socket", a -> next++)
            .on("fcntl", 0)
            .on("dup2", a -> (Integer) a[1])
            .on("dup3", a -> (Integer) a[1])
            .on(
                "bind",
                a -> {
                  bound.add(a[0] + " " + Platforms.hex((long) a[1], (int) a[2]));
                  return 0;
                })
            .on("setsockopt", this::setsockopt);
  }

  private int setsockopt(Object... a) {
    boolean v6Only =
        (int) a[1] == platform.get(Constant.IPPROTO_IPV6)
            && (int) a[2] == platform.get(Constant.IPV6_V6ONLY);
    if (v6Only && (platform.isLinux() || platform.name().startsWith("openbsd"))) {
      return -platform.number(Errno.EINVAL);
    }
    boolean own = v6Only || platform.has(Constant.SO_NOSIGPIPE) && isNoSigpipe(a);
    if (!own) {
      int length = (int) a[4];
      set.add(
          a[0]
              + " "
              + a[1]
              + '/'
              + a[2]
              + ' '
              + Platforms.hex(length == 0 ? 0 : (long) a[3], length));
    }
    return 0;
  }

  private boolean isNoSigpipe(Object... a) {
    return (int) a[1] == platform.get(Constant.SOL_SOCKET)
        && (int) a[2] == platform.get(Constant.SO_NOSIGPIPE);
  }

  private KernelSocket stream() throws IOException {
    return KernelSocket.openAny(calls.kernel(), platform.get(Constant.SOCK_STREAM));
  }

  private KernelSocket datagrams() throws IOException {
    return KernelSocket.openAny(calls.kernel(), platform.get(Constant.SOCK_DGRAM));
  }

  private int inet6() {
    return platform.get(Constant.AF_INET6);
  }

  private int inet() {
    return platform.get(Constant.AF_INET);
  }

  private List<String> sockets() {
    return calls.log().stream().filter(call -> call.startsWith("socket(")).skip(1).toList();
  }

  private String set(int fd, Constant level, Constant option, String value) {
    return fd + " " + platform.get(level) + '/' + platform.get(option) + ' ' + value;
  }

  @ParameterizedTest
  @ValueSource(strings = {"openbsd-x86_64", "netbsd-x86_64"})
  void streamIsOfIpv4UntilAnAddressOfIpv6ReplacesItUnderTheSameNumber(String name)
      throws IOException {
    system(name);
    KernelSocket socket = stream();
    List<Integer> announced = new ArrayList<>();
    socket.beforeReplacement(() -> announced.add(calls.log().size()));
    assertThat(socket.isUndecided()).isTrue();
    assertThat(socket.family()).isEqualTo(inet());
    assertThat(socket.connect(REMOTE6)).isTrue();
    assertThat(socket.fd()).isEqualTo(FD);
    assertThat(socket.family()).isEqualTo(inet6());
    assertThat(socket.isV6Only()).isEqualTo(name.startsWith("openbsd"));
    assertThat(socket.isUndecided()).isFalse();
    String dup3 = "dup3(7, 6, " + platform.get(Constant.O_CLOEXEC) + ')';
    assertThat(calls.log()).endsWith(dup3, "close(7)", "connect(6, 28)");
    assertThat(announced).containsExactly(calls.log().indexOf(dup3));
    assertThat(socket.wasConnected()).isTrue();
  }

  @Test
  void addressOfTheFamilyThatItHasReplacesNothing() throws IOException {
    system("openbsd-x86_64");
    KernelSocket socket = stream();
    socket.beforeReplacement(() -> {
      throw new AssertionError("nothing is replaced");
    });
    socket.connect(REMOTE4);
    assertThat(sockets()).hasSize(1);
    assertThat(socket.isUndecided()).isFalse();
    assertThat(socket.family()).isEqualTo(inet());
    // An action that comes too late has nothing to announce.
    socket.beforeReplacement(() -> {});
  }

  @Test
  void nameWithoutAnAddressDecidesNothing() throws IOException {
    system("openbsd-x86_64");
    KernelSocket socket = stream();
    socket.decide(InetSocketAddress.createUnresolved("host.invalid", PORT));
    socket.decide(UnixAddress.of("/tmp/s"));
    assertThat(socket.isUndecided()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"freebsd-x86_64, false", "freebsd-x86_64, true", "macos-aarch64, true"})
  void socketThatCarriesBothFamiliesNeedsNoDecision(String name, boolean datagram)
      throws IOException {
    system(name);
    boolean decides = datagram && name.startsWith("freebsd");
    KernelSocket socket = datagram ? datagrams() : stream();
    assertThat(socket.isUndecided()).isEqualTo(decides);
    assertThat(socket.family()).isEqualTo(inet6());
    assertThat(socket.type())
        .isEqualTo(platform.get(datagram ? Constant.SOCK_DGRAM : Constant.SOCK_STREAM));
  }

  @Test
  void socketIsOfThePreferredFamilyWhereNothingCanReplaceIt() throws IOException {
    system("openbsd-x86_64");
    calls.without(Call.DUP2).without(Call.DUP3);
    KernelSocket socket = stream();
    assertThat(socket.isUndecided()).isFalse();
    assertThat(socket.family()).isEqualTo(inet());
    KernelSocket listener = KernelSocket.openListener(calls.kernel());
    assertThat(listener.isUndecided()).isFalse();
  }

  @Test
  void optionsAreSetOnTheNewSocketInTheOtherFamilysForm() throws IOException {
    system("openbsd-x86_64");
    KernelSocket socket = stream();
    socket.setInt(Constant.SOL_SOCKET, Constant.SO_KEEPALIVE, 1);
    socket.setInt(Constant.IPPROTO_IP, Constant.IP_TOS, 0x10);
    socket.setInt(Constant.IPPROTO_IP, Constant.IP_TTL, 0x1234_5678);
    socket.soLinger(3);
    set.clear();
    socket.connect(REMOTE6);
    assertThat(set)
        .containsExactly(
            set(FRESH, Constant.SOL_SOCKET, Constant.SO_KEEPALIVE, "01000000"),
            set(FRESH, Constant.IPPROTO_IPV6, Constant.IPV6_TCLASS, "10000000"),
            set(FRESH, Constant.IPPROTO_IPV6, Constant.IPV6_UNICAST_HOPS, "78563412"),
            set(FRESH, Constant.SOL_SOCKET, Constant.SO_LINGER, "0100000003000000"));
  }

  @Test
  void optionWithoutAValueStaysOne() throws IOException {
    system("netbsd-x86_64");
    KernelSocket socket = stream();
    socket.setBytes(platform.get(Constant.SOL_SOCKET), 77, 0, 0);
    socket.connect(REMOTE6);
    int level = platform.get(Constant.SOL_SOCKET);
    assertThat(set).containsExactly("6 " + level + "/77 ", "7 " + level + "/77 ");
  }

  @Test
  void optionOfIpv6MakesAStreamOfIpv6WhichAnAddressOfIpv4StillReplaces() throws IOException {
    system("netbsd-x86_64");
    calls.on(
        "getsockopt",
        a -> {
          Memory.putInt((long) a[3], 9);
          return 0;
        });
    KernelSocket socket = stream();
    assertThat(socket.getInt(Constant.IPPROTO_IPV6, Constant.IPV6_UNICAST_HOPS)).isEqualTo(9);
    assertThat(socket.family()).isEqualTo(inet6());
    assertThat(socket.isUndecided()).isTrue();
    socket.setInt(Constant.IPPROTO_IPV6, Constant.IPV6_TCLASS, 0x10);
    socket.setInt(Constant.IPPROTO_IPV6, Constant.IPV6_V6ONLY, 0);
    set.clear();
    socket.connect(REMOTE4);
    assertThat(socket.family()).isEqualTo(inet());
    assertThat(set).containsExactly(set(8, Constant.IPPROTO_IP, Constant.IP_TOS, "10000000"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void optionOfIpv6ByItsBytesMakesAStreamOfIpv6Too(boolean get) throws IOException {
    system("netbsd-x86_64");
    calls.on("getsockopt", 0);
    KernelSocket socket = stream();
    int level = platform.get(Constant.IPPROTO_IPV6);
    int option = platform.get(Constant.IPV6_TCLASS);
    long memory = NativeMemory.allocate(Integer.BYTES);
    try {
      if (get) {
        socket.getBytes(level, option, memory, Integer.BYTES);
      } else {
        socket.setBytes(level, option, memory, Integer.BYTES);
      }
    } finally {
      NativeMemory.free(memory);
    }
    assertThat(socket.family()).isEqualTo(inet6());
    assertThat(calls.log()).anyMatch(call -> call.startsWith("dup3(7, 6, "));
  }

  @Test
  void optionOfIpv6DoesNotReplaceASocketOfDatagrams() throws IOException {
    system("openbsd-x86_64");
    KernelSocket socket = datagrams();
    socket.setInt(Constant.IPPROTO_IPV6, Constant.IPV6_TCLASS, 1);
    assertThat(socket.family()).isEqualTo(inet());
    assertThat(calls.log()).noneMatch(call -> call.startsWith("dup3"));
  }

  @ParameterizedTest
  @CsvSource({
    "false, IPPROTO_IP, IP_MULTICAST_ALL, IPv6, INET6",
    "true, IPPROTO_IPV6, IPV6_V6ONLY, IPv4, INET"
  })
  void optionWithoutACounterpartIsNotLost(
      boolean first6, Constant level, Constant option, String family, String constant)
      throws IOException {
    system("netbsd-x86_64");
    KernelSocket socket = stream();
    if (first6) {
      socket.setInt(level, option, 1);
    } else {
      socket.setInt(platform.get(level), 99, 1);
    }
    int closes = (int) calls.log().stream().filter(call -> call.startsWith("close")).count();
    InetSocketAddress remote = first6 ? REMOTE4 : REMOTE6;
    String name = first6 ? level + "/" + option : "level 0, option 99";
    assertThatThrownBy(() -> socket.connect(remote))
        .isInstanceOf(SocketException.class)
        .hasMessage(
            "the socket for "
                + remote
                + " would lose the option "
                + name
                + ", which has no counterpart for "
                + family
                + "; create the channel with SocketProtocolFamily."
                + constant
                + " and without it");
    assertThat(socket.isUndecided()).isTrue();
    assertThat(socket.family()).isEqualTo(first6 ? inet6() : inet());
    assertThat(calls.log()).endsWith("close(" + (next - 1) + ')');
    assertThat(calls.log().stream().filter(call -> call.startsWith("close"))).hasSize(closes + 1);
  }

  @Test
  void linuxWithSeparateFamiliesKeepsToItsOwnGroups() throws IOException {
    system("linux-x86_64");
    KernelSocket socket = datagrams();
    socket.setInt(Constant.IPPROTO_IP, Constant.IP_MULTICAST_ALL, 0);
    set.clear();
    socket.connect(REMOTE6);
    assertThat(socket.family()).isEqualTo(inet6());
    assertThat(set)
        .containsExactly(
            set(FRESH, Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_ALL, "00000000"));
  }

  @Test
  void wildcardDecidesNothingAndItsPortIsBoundAgain() throws IOException {
    system("openbsd-x86_64");
    calls.on("getsockname", a -> name((long) a[1], (long) a[2]));
    KernelSocket socket = stream();
    socket.bind(at("::"));
    assertThat(socket.isUndecided()).isTrue();
    socket.connect(REMOTE6);
    String wildcard4 = "1002" + "1234" + "00".repeat(12);
    assertThat(bound).containsExactly("6 " + wildcard4, "6 1c181234" + "00".repeat(24));
  }

  private int name(long memory, long length) {
    boolean bound4 = bound.getLast().contains(" 1002");
    Memory.clear(memory, 28);
    Memory.putByte(memory, bound4 ? 16 : 28);
    Memory.putByte(memory + 1, bound4 ? inet() : inet6());
    Memory.putByte(memory + 2, PORT >> 8);
    Memory.putByte(memory + 3, PORT & 0xff);
    Memory.putInt(length, bound4 ? 16 : 28);
    return 0;
  }

  @Test
  void socketThatIsNotBoundIsNotBoundByItsReplacement() throws IOException {
    system("openbsd-x86_64");
    stream().connect(REMOTE6);
    assertThat(bound).isEmpty();
    assertThat(calls.log()).noneMatch(call -> call.startsWith("getsockname"));
  }

  @Test
  void portThatCannotBeBoundAgainIsNotBoundTheNextTimeEither() throws IOException {
    system("openbsd-x86_64");
    calls.on("getsockname", a -> name((long) a[1], (long) a[2]));
    KernelSocket socket = stream();
    socket.bind(at("0.0.0.0"));
    calls.fail("bind", Errno.EADDRINUSE);
    assertThatThrownBy(() -> socket.connect(REMOTE6)).isInstanceOf(IOException.class);
    long asked = calls.log().stream().filter(call -> call.startsWith("getsockname")).count();
    assertThat(asked).isEqualTo(1);
    socket.connect(REMOTE4);
    assertThat(calls.log().stream().filter(call -> call.startsWith("getsockname"))).hasSize(1);
  }

  @Test
  void portIsBoundAgainByEachReplacement() throws IOException {
    system("openbsd-x86_64");
    calls.on("getsockname", a -> name((long) a[1], (long) a[2]));
    KernelSocket socket = stream();
    socket.bind(at("0.0.0.0"));
    socket.setInt(Constant.IPPROTO_IPV6, Constant.IPV6_TCLASS, 0);
    socket.connect(REMOTE4);
    String wildcard4 = "6 1002" + "1234" + "00".repeat(12);
    assertThat(bound).containsExactly(wildcard4, "6 1c181234" + "00".repeat(24), wildcard4);
  }

  @Test
  void addressToBindDecides() throws IOException {
    system("openbsd-x86_64");
    KernelSocket socket = stream();
    socket.bind(REMOTE6);
    assertThat(socket.isUndecided()).isFalse();
    assertThat(bound)
        .containsExactly(
            "6 1c181234" + "00000000" + "20010db8000000000000000000000001" + "00000000");
  }

  @Test
  void wildcardDecidesForAListener() throws IOException {
    for (String wildcard : new String[] {"0.0.0.0", "::"}) {
      next = PROBE;
      bound.clear();
      system("openbsd-x86_64");
      KernelSocket listener = KernelSocket.openListener(calls.kernel());
      assertThat(listener.isUndecided()).isTrue();
      listener.bind(at(wildcard));
      assertThat(listener.isUndecided()).isFalse();
      assertThat(listener.isIpv6()).isEqualTo(wildcard.equals("::"));
      assertThat(bound).singleElement().asString().startsWith(listener.isIpv6() ? "6 1c" : "6 10");
    }
  }

  @Test
  void listenerWithoutABindIsDecidedByListen() throws IOException {
    system("openbsd-x86_64");
    KernelSocket listener = KernelSocket.openListener(calls.kernel());
    listener.listen(3);
    assertThat(listener.isUndecided()).isFalse();
    assertThat(calls.log()).endsWith("listen(6, 3)");
    calls.fail("listen", Errno.EADDRINUSE);
    assertThatThrownBy(() -> listener.listen(4))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("backlog 4");
  }

  @Test
  void listenerOfASystemThatCarriesBothNeedsNoDecision() throws IOException {
    system("macos-aarch64");
    KernelSocket listener = KernelSocket.openListener(calls.kernel());
    assertThat(listener.isUndecided()).isFalse();
    assertThat(listener.isIpv6()).isTrue();
  }

  @Test
  void replacementThatFailsClosesTheNewSocketOnly() throws IOException {
    system("openbsd-x86_64");
    KernelSocket socket = stream();
    calls.fail("dup3", Errno.EMFILE);
    assertThatThrownBy(() -> socket.connect(REMOTE6))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("a socket for " + REMOTE6)
        .hasMessageContaining("EMFILE");
    assertThat(calls.log()).endsWith("close(7)").doesNotContain("close(6)");
    assertThat(socket.family()).isEqualTo(inet());
  }

  @Test
  void closedNumberIsNeverReplaced() throws IOException {
    system("openbsd-x86_64");
    KernelSocket socket = datagrams();
    socket.close();
    Multicast groups = new Multicast(socket);
    assertThatThrownBy(() -> groups.join(InetAddress.ofLiteral("ff02::1:3"), null, null))
        .isInstanceOf(ClosedChannelException.class);
    assertThat(calls.log()).endsWith("close(6)");
  }

  @Test
  void groupDecidesWhenItIsJoinedAndNotWhenItIsLeft() throws IOException {
    system("openbsd-x86_64");
    InetAddress group = InetAddress.ofLiteral("ff02::1:3");
    KernelSocket socket = datagrams();
    Multicast groups = new Multicast(socket);
    assertThatThrownBy(() -> groups.leave(group, null, null))
        .isInstanceOf(UnsupportedAddressTypeException.class);
    assertThat(socket.isUndecided()).isTrue();
    groups.join(group, null, null);
    assertThat(socket.isUndecided()).isFalse();
    assertThat(socket.isIpv6()).isTrue();
  }

  @Test
  void multicastSettingsAreTranslatedToIpv6() throws IOException {
    system("openbsd-x86_64");
    NetworkInterface loopback = loopback();
    KernelSocket socket = datagrams();
    Multicast settings = new Multicast(socket);
    settings.timeToLive(200);
    settings.loopback(false);
    settings.networkInterface(loopback);
    set.clear();
    socket.connect(REMOTE6);
    assertThat(set)
        .containsExactly(
            set(FRESH, Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_HOPS, "c8000000"),
            set(FRESH, Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_LOOP, "00000000"),
            set(FRESH, Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_IF, index(loopback)));
  }

  @Test
  void multicastSettingsAreTranslatedToIpv4() throws IOException {
    system("freebsd-x86_64");
    KernelSocket socket = datagrams();
    Multicast settings = new Multicast(socket);
    settings.timeToLive(200);
    settings.loopback(true);
    settings.networkInterface(loopback());
    set.clear();
    socket.connect(REMOTE4);
    assertThat(set)
        .containsExactly(
            set(FRESH, Constant.IPPROTO_IP, Constant.IP_MULTICAST_TTL, "c8"),
            set(FRESH, Constant.IPPROTO_IP, Constant.IP_MULTICAST_LOOP, "01"),
            set(FRESH, Constant.IPPROTO_IP, Constant.IP_MULTICAST_IF, "7f000001"));
  }

  @Test
  void interfaceOfIpv4IsFoundByItsIndexOrItsAddress() throws IOException {
    NetworkInterface loopback = loopback();
    String mreqn = "000000000000000000000000".substring(0, 16) + index(loopback);
    assertThat(interfaceOfIpv6(mreqn)).isEqualTo(index(loopback));
    assertThat(interfaceOfIpv6("00000000")).isEqualTo("00000000");
    assertThatThrownBy(() -> interfaceOfIpv6("c0000201"))
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("would lose the option");
  }

  /** The value that IPV6_MULTICAST_IF gets for a value of IP_MULTICAST_IF. */
  private String interfaceOfIpv6(String value) throws IOException {
    next = PROBE;
    system("openbsd-x86_64");
    KernelSocket socket = datagrams();
    setBytes(socket, Constant.IPPROTO_IP, Constant.IP_MULTICAST_IF, value);
    set.clear();
    socket.connect(REMOTE6);
    return set.getFirst().substring(set.getFirst().lastIndexOf(' ') + 1);
  }

  @Test
  void interfaceOfIpv6ThatIsGoneOrNotChosenBecomesTheSystemsChoice() throws IOException {
    for (String index : new String[] {"00000000", "ffffff7f"}) {
      next = PROBE;
      set.clear();
      system("freebsd-x86_64");
      KernelSocket socket = datagrams();
      setBytes(socket, Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_IF, index);
      socket.connect(REMOTE4);
      assertThat(set)
          .last()
          .isEqualTo(set(FRESH, Constant.IPPROTO_IP, Constant.IP_MULTICAST_IF, "00000000"));
    }
  }

  private void setBytes(KernelSocket socket, Constant level, Constant option, String value)
      throws IOException {
    byte[] bytes = HexFormat.of().parseHex(value);
    long memory = NativeMemory.allocate(bytes.length);
    try {
      Memory.copy(bytes, 0, memory, bytes.length);
      socket.setBytes(platform.get(level), platform.get(option), memory, bytes.length);
    } finally {
      NativeMemory.free(memory);
    }
  }

  private static NetworkInterface loopback() throws SocketException, UnknownHostException {
    return NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1"));
  }

  private static String index(NetworkInterface via) {
    return String.format("%02x000000", via.getIndex());
  }
}
