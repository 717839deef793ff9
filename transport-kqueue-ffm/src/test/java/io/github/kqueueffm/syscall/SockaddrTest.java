package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.UnresolvedAddressException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes of addresses, as the systems' headers lay them out. */
class SockaddrTest {
  private static final int ROOM = 512;
  private long memory;

  @BeforeEach
  void allocate() {
    memory = NativeMemory.allocate(ROOM);
    Platforms.fill(memory, ROOM);
  }

  @AfterEach
  void free() {
    NativeMemory.free(memory);
  }

  private static Sockaddr codec(String platform) {
    return new Sockaddr(Platform.named(platform));
  }

  private static InetSocketAddress address(String ip, int port) throws Exception {
    return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
  }

  private static int family(String platform, boolean v6) {
    return Platform.named(platform).get(v6 ? Constant.AF_INET6 : Constant.AF_INET);
  }

  private String put(String platform, InetSocketAddress address, boolean v6) {
    int length = codec(platform).put(memory, address, family(platform, v6));
    return Platforms.hex(memory, length);
  }

  @ParameterizedTest
  @CsvSource({
    "freebsd-x86_64, 10021f90c00002010000000000000000",
    "macos-aarch64, 10021f90c00002010000000000000000",
    "openbsd-x86_64, 10021f90c00002010000000000000000",
    "linux-x86_64, 02001f90c00002010000000000000000"
  })
  void ipv4HasLengthAndFamilyInTheSystemsForm(String platform, String bytes) throws Exception {
    assertThat(put(platform, address("192.0.2.1", 8080), false)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "freebsd-x86_64, 1c1c",
    "macos-aarch64, 1c1e",
    "netbsd-x86_64, 1c18",
    "linux-x86_64, 0a00"
  })
  void ipv6HasLengthAndFamilyInTheSystemsForm(String platform, String head) throws Exception {
    assertThat(put(platform, address("2001:db8::1", 443), true))
        .isEqualTo(head + "01bb" + "00000000" + "20010db8000000000000000000000001" + "00000000");
  }

  @ParameterizedTest
  @CsvSource({"freebsd-x86_64, 1c1c", "macos-x86_64, 1c1e", "linux-aarch64, 0a00"})
  void ipv4OnAnIpv6SocketIsMapped(String platform, String head) throws Exception {
    String bytes = head + "1f90" + "00000000" + "00000000000000000000ffffc0000201" + "00000000";
    assertThat(put(platform, address("192.0.2.1", 8080), true)).isEqualTo(bytes);
    InetSocketAddress back = codec(platform).get(memory, 28);
    assertThat(back.getAddress()).isInstanceOf(Inet4Address.class);
    assertThat(back).isEqualTo(address("192.0.2.1", 8080));
  }

  @Test
  void mappedAddressInAnInet6ObjectFitsAnIpv4Socket() throws Exception {
    byte[] mapped = address("192.0.2.1", 0).getAddress().getAddress();
    byte[] bytes = new byte[16];
    bytes[10] = bytes[11] = -1;
    System.arraycopy(mapped, 0, bytes, 12, 4);
    InetAddress inet6 = Inet6Address.getByAddress(null, bytes, 0);
    assertThat(inet6).isInstanceOf(Inet6Address.class);
    assertThat(put("freebsd-x86_64", new InetSocketAddress(inet6, 8080), false))
        .isEqualTo("10021f90c00002010000000000000000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"freebsd-x86_64", "linux-x86_64"})
  void scopeIsKeptWhereAnAddressHasOneAndNowhereElse_netflector38(String platform)
      throws Exception {
    assertThat(put(platform, scoped("fe80::1", 5), true)).endsWith("05000000");
    assertThat(codec(platform).get(memory, 28)).isEqualTo(scoped("fe80::1", 5));
    assertThat(((Inet6Address) codec(platform).get(memory, 28).getAddress()).getScopeId())
        .isEqualTo(5);
    assertThat(put(platform, scoped("ff02::1", 5), true)).endsWith("05000000");
    assertThat(put(platform, scoped("2001:db8::1", 5), true)).endsWith("00000000");
    assertThat(put(platform, scoped("fd00::1", 5), true)).endsWith("00000000");
    assertThat(put(platform, scoped("::1", 5), true)).endsWith("00000000");
  }

  private static InetSocketAddress scoped(String ip, int scope) throws Exception {
    byte[] bytes = InetAddress.ofLiteral(ip).getAddress();
    return new InetSocketAddress(Inet6Address.getByAddress(null, bytes, scope), 1);
  }

  @Test
  void nameWithoutAddressIsRefused() {
    InetSocketAddress name = InetSocketAddress.createUnresolved("host.invalid", 80);
    assertThatThrownBy(() -> put("linux-x86_64", name, true))
        .isInstanceOf(UnresolvedAddressException.class);
  }

  @Test
  void ipv6AddressIsRefusedOnAnIpv4Socket() {
    assertThatThrownBy(() -> put("linux-x86_64", address("2001:db8::1", 80), false))
        .isInstanceOf(UnsupportedAddressTypeException.class)
        .hasStackTraceContaining("2001:db8");
  }

  @Test
  void emptyAddressIsReadAsNull() {
    Sockaddr linux = codec("linux-x86_64");
    Memory.clear(memory, ROOM);
    assertThat(linux.get(memory, 0)).isNull();
    assertThat(linux.get(memory, 16)).as("AF_UNSPEC").isNull();
    linux.put(memory, new InetSocketAddress(80), family("linux-x86_64", false));
    assertThat(linux.get(memory, 7)).as("cut short").isNull();
  }

  @Test
  void pathHasItsOwnLengthAndAZeroBehindIt() {
    Sockaddr freebsd = codec("freebsd-x86_64");
    int length = freebsd.putPath(memory, ascii("/tmp/s"));
    assertThat(length).isEqualTo(8);
    assertThat(Platforms.hex(memory, 9)).isEqualTo("0801" + "2f746d702f73" + "00");
    assertThat(codec("linux-x86_64").putPath(memory, ascii("/tmp/s"))).isEqualTo(8);
    assertThat(Platforms.hex(memory, 9)).isEqualTo("0100" + "2f746d702f73" + "00");
  }

  @ParameterizedTest
  @CsvSource({"linux-x86_64, 107", "freebsd-x86_64, 103", "macos-aarch64, 103"})
  void pathThatIsTooLongIsRefusedWithTheLimit(String platform, int limit) {
    Sockaddr codec = codec(platform);
    assertThat(codec.maxPath()).isEqualTo(limit);
    assertThat(codec.putPath(memory, ascii("x".repeat(limit)))).isEqualTo(limit + 2);
    assertThatThrownBy(() -> codec.putPath(memory, ascii("x".repeat(limit + 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(String.valueOf(limit))
        .hasMessageContaining(platform);
  }

  @Test
  void emptyPathAndPathWithAZeroInsideAreRefused() {
    Sockaddr macos = codec("macos-aarch64");
    assertThatThrownBy(() -> macos.putPath(memory, new byte[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("names no socket");
    assertThatThrownBy(() -> macos.putPath(memory, ascii("/tmp/a\0b")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("byte 0");
  }

  @Test
  void abstractNameExistsOnLinuxOnly() {
    byte[] name = ascii("\0name\0x");
    Sockaddr linux = codec("linux-x86_64");
    int length = linux.putPath(memory, name);
    assertThat(length).isEqualTo(2 + name.length);
    assertThat(linux.getPath(memory, length)).isEqualTo(name);
    assertThat(linux.putPath(memory, ascii("\0" + "x".repeat(107)))).isEqualTo(110);
    assertThatThrownBy(() -> codec("freebsd-x86_64").putPath(memory, name))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("freebsd-x86_64");
  }

  @Test
  void unnamedPeerHasAnEmptyPathInEveryForm() {
    Memory.clear(memory, ROOM);
    assertThat(codec("linux-x86_64").getPath(memory, 2)).isEmpty();
    assertThat(codec("netbsd-x86_64").getPath(memory, 2)).isEmpty();
    assertThat(codec("macos-aarch64").getPath(memory, 16)).as("16 bytes of zeros").isEmpty();
    assertThat(codec("macos-aarch64").getPath(memory, 0)).isEmpty();
  }

  @Test
  void pathEndsAtItsZeroOrItsLength() {
    Sockaddr freebsd = codec("freebsd-x86_64");
    freebsd.putPath(memory, ascii("/tmp/s"));
    assertThat(freebsd.getPath(memory, 106)).isEqualTo(ascii("/tmp/s"));
    assertThat(freebsd.getPath(memory, 8)).isEqualTo(ascii("/tmp/s"));
  }

  @Test
  void longestDarwinPathIsReadWhole() {
    Sockaddr macos = codec("macos-aarch64");
    byte[] path = ascii("/" + "d".repeat(252));
    Memory.putByte(memory, 255);
    Memory.putByte(memory + 1, 1);
    Memory.copy(path, 0, memory + 2, path.length);
    assertThat(macos.size()).isGreaterThanOrEqualTo(2 + path.length);
    assertThat(macos.getPath(memory, 2 + path.length)).isEqualTo(path);
  }

  @Test
  void roomHoldsTheLargestStorageOfAllSystems() {
    assertThat(codec("openbsd-x86_64").size()).isGreaterThanOrEqualTo(256);
    assertThat(codec("linux-x86_64").size()).isGreaterThanOrEqualTo(128);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void codecIsThatOfThePlatform() throws Exception {
    Platform linux = Platform.named("linux-x86_64");
    Platform freebsd = Platform.named("freebsd-x86_64");
    assertThat(
            Sockaddr.of(linux).put(memory, address("192.0.2.1", 80), linux.get(Constant.AF_INET)))
        .isEqualTo(16);
    assertThat(Platforms.hex(memory, 2)).isEqualTo("0200");
    Sockaddr.of(freebsd).put(memory, address("192.0.2.1", 80), freebsd.get(Constant.AF_INET));
    assertThat(Platforms.hex(memory, 2)).isEqualTo("1002");
    assertThat(Sockaddr.of(freebsd)).isSameAs(Sockaddr.of(freebsd));
  }

  @Test
  void localSocketTakesItsNameInEitherType() {
    Sockaddr codec = codec("freebsd-x86_64");
    int unix = Platform.named("freebsd-x86_64").get(Constant.AF_UNIX);
    assertThat(codec.put(memory, UnixAddress.of("/tmp/s"), unix, false)).isEqualTo(8);
    assertThat(Platforms.hex(memory, 8)).isEqualTo("08012f746d702f73");
    assertThat(codec.put(memory, UnixDomainSocketAddress.of("/tmp/tt"), unix, false)).isEqualTo(9);
    assertThat(Platforms.hex(memory, 9)).isEqualTo("09012f746d702f7474");
  }

  @ParameterizedTest
  @CsvSource({
    "AF_UNIX, UnixAddress or UnixDomainSocketAddress",
    "AF_INET, InetSocketAddress",
    "AF_INET6, InetSocketAddress"
  })
  void addressOfAnotherKindIsRefusedWithTheKindThatIsExpected(Constant family, String expected) {
    SocketAddress other =
        family == Constant.AF_UNIX ? new InetSocketAddress(80) : UnixAddress.of("/tmp/s");
    Platform platform = Platform.named("netbsd-x86_64");
    Sockaddr codec = codec("netbsd-x86_64");
    assertThatThrownBy(() -> codec.put(memory, other, platform.get(family), false))
        .isInstanceOf(UnsupportedAddressTypeException.class)
        .hasStackTraceContaining("a socket of " + family + " cannot use the address " + other)
        .hasStackTraceContaining("(expected: " + expected + ')');
  }

  @Test
  void internetAddressDoesNotFitASocketOfAnotherFamily() {
    Sockaddr codec = codec("freebsd-x86_64");
    int unix = Platform.named("freebsd-x86_64").get(Constant.AF_UNIX);
    for (int family : new int[] {unix, 99}) {
      assertThatThrownBy(() -> codec.put(memory, address("192.0.2.1", 80), family))
          .isInstanceOf(UnsupportedAddressTypeException.class)
          .hasStackTraceContaining(family == 99 ? "family 99" : "AF_UNIX");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "freebsd-x86_64, AF_INET, 16, 1000",
    "freebsd-x86_64, AF_INET6, 28, 1c00",
    "linux-x86_64, AF_INET, 16, 0000",
    "linux-x86_64, AF_INET6, 28, 0000"
  })
  void addressThatDisconnectsIsEmptyAndAsLongAsTheFamilys(
      String platform, Constant family, int length, String head) {
    Sockaddr codec = codec(platform);
    assertThat(codec.putNone(memory, Platform.named(platform).get(family))).isEqualTo(length);
    assertThat(Platforms.hex(memory, length)).isEqualTo(head + "00".repeat(length - 2));
  }

  @Test
  void addressOfIpv4NeedsNoPadding() throws Exception {
    put("linux-x86_64", address("192.0.2.1", 8080), false);
    assertThat(codec("linux-x86_64").get(memory, 8)).isEqualTo(address("192.0.2.1", 8080));
  }

  @Test
  void addressWithoutAScopeIsReadWithoutOne() throws Exception {
    put("linux-x86_64", address("fe80::1", 8080), true);
    InetAddress read = codec("linux-x86_64").get(memory, 28).getAddress();
    assertThat(read.getHostAddress()).isEqualTo("fe80:0:0:0:0:0:0:1");
  }

  @Test
  void mappedAddressWithAScopeIsOneOfIpv4() throws Exception {
    put("linux-x86_64", address("192.0.2.1", 8080), true);
    Memory.putInt(memory + 24, 5);
    assertThat(codec("linux-x86_64").get(memory, 28)).isEqualTo(address("192.0.2.1", 8080));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2001:db8::ffff:1.2.3.4", "::1", "::fffe:1.2.3.4", "::feff:1.2.3.4"})
  void addressThatOnlyLooksMappedDoesNotFitAnIpv4Socket(String ip) {
    assertThatThrownBy(() -> put("linux-x86_64", address(ip, 80), false))
        .isInstanceOf(UnsupportedAddressTypeException.class);
  }
}
