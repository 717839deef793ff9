package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes that each system gets for a membership and for the options of sending. */
@ExtendWith(NativeMemoryCheck.class)
class MulticastTest {
  private static final InetAddress GROUP4 = ip("239.1.2.3");
  private static final InetAddress GROUP6 = ip("ff02::1:3");
  private static final InetAddress SOURCE4 = ip("10.9.8.7");
  private static final InetAddress SOURCE6 = ip("fd00::9");

  private final List<String> set = new ArrayList<>();
  private NetworkInterface loopback;

  private static InetAddress ip(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void countMemory() throws IOException {
    loopback = NetworkInterface.getByInetAddress(InetAddress.getByName("127.0.0.1"));
  }

  private KernelSocket socket(String platform, Constant family) {
    return socket(calls(platform), family);
  }

  private ScriptedCalls calls(String platform) {
    return ScriptedCalls.of(platform)
        .on(
            "setsockopt",
            arguments -> {
              int length = (int) arguments[4];
              set.add(
                  arguments[1]
                      + "/"
                      + arguments[2]
                      + ' '
                      + Platforms.hex((long) arguments[3], length));
              return 0;
            });
  }

  private static KernelSocket socket(ScriptedCalls calls, Constant family) {
    Kernel kernel = calls.kernel();
    return KernelSocket.accepted(kernel, 7, kernel.platform().get(family));
  }

  private String index() {
    return String.format("%02x000000", loopback.getIndex());
  }

  private static String zeros(int bytes) {
    return "00".repeat(bytes);
  }

  private static String sockaddr4(boolean linux, String address) {
    String head = linux ? "0200" : "1002";
    return head + "0000" + address + zeros(8) + zeros(112);
  }

  @ParameterizedTest
  @CsvSource({
    "freebsd-x86_64, 0/80, 4, false",
    "macos-aarch64, 0/80, 0, false",
    "linux-x86_64, 0/42, 4, true"
  })
  void groupIsJoinedByIndexWhereThatExists(
      String platform, String option, int padding, boolean linux) throws IOException {
    new Multicast(socket(platform, Constant.AF_INET)).join(GROUP4, loopback, null);
    assertThat(set)
        .containsExactly(option + ' ' + index() + zeros(padding) + sockaddr4(linux, "ef010203"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"netbsd-x86_64", "openbsd-x86_64", "dragonfly-x86_64"})
  void groupIsJoinedByAddressElsewhere(String platform) throws IOException {
    Multicast groups = new Multicast(socket(platform, Constant.AF_INET));
    groups.join(GROUP4, loopback, null);
    groups.leave(GROUP4, loopback, null);
    groups.join(GROUP4, null, null);
    assertThat(set)
        .containsExactly("0/12 ef0102037f000001", "0/13 ef0102037f000001", "0/12 ef01020300000000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"netbsd-x86_64", "openbsd-x86_64", "dragonfly-x86_64"})
  void groupOfIpv6IsJoinedByIndexEverywhere(String platform) throws IOException {
    Multicast groups = new Multicast(socket(platform, Constant.AF_INET6));
    groups.join(GROUP6, loopback, null);
    groups.leave(GROUP6, null, null);
    assertThat(set)
        .containsExactly(
            "41/12 ff020000000000000000000000010003" + index(),
            "41/13 ff020000000000000000000000010003" + zeros(4));
  }

  /** They refuse the index 0 in MCAST_* with EADDRNOTAVAIL. */
  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "macos-x86_64", "freebsd-x86_64", "freebsd-aarch64"})
  void groupIsJoinedWithoutAnInterfaceByTheOlderOptions(String platform) throws IOException {
    Multicast groups = new Multicast(socket(platform, Constant.AF_INET));
    groups.join(GROUP4, null, null);
    groups.leave(GROUP4, null, null);
    groups.join(GROUP4, null, SOURCE4);
    groups.leave(GROUP4, null, SOURCE4);
    groups.block(GROUP4, null, SOURCE4);
    // struct ip_mreq_source: the group, the source, the interface.
    String source = " ef0102030a09080700000000";
    assertThat(set)
        .containsExactly(
            "0/12 ef01020300000000",
            "0/13 ef01020300000000",
            "0/70" + source,
            "0/71" + source,
            "0/72" + source);
  }

  @ParameterizedTest
  @ValueSource(strings = {"macos-aarch64", "freebsd-x86_64"})
  void groupOfIpv6IsJoinedWithoutAnInterfaceByTheOlderOptions(String platform) throws IOException {
    Multicast groups = new Multicast(socket(platform, Constant.AF_INET6));
    groups.join(GROUP6, null, null);
    groups.leave(GROUP6, null, null);
    String request = " ff020000000000000000000000010003" + zeros(4);
    assertThat(set).containsExactly("41/12" + request, "41/13" + request);
    set.clear();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> groups.join(GROUP6, null, SOURCE6))
        .withMessageContaining("name an interface")
        .withMessageContaining(GROUP6.getHostAddress());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> groups.leave(GROUP6, null, SOURCE6))
        .withMessageContaining("name an interface");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> groups.block(GROUP6, null, SOURCE6))
        .withMessageContaining("name an interface");
    assertThat(set).isEmpty();
  }

  @Test
  void groupIsJoinedWithoutAnInterfaceByIndex0OnLinux() throws IOException {
    Multicast groups = new Multicast(socket("linux-x86_64", Constant.AF_INET6));
    groups.join(GROUP4, null, null);
    groups.join(GROUP6, null, SOURCE6);
    assertThat(set.get(0)).startsWith("0/42 " + zeros(8) + "0200");
    assertThat(set.get(1)).startsWith("41/46 " + zeros(8) + "0a00");
  }

  @Test
  void groupOfIpv6CarriesItsLengthOnBsd() throws IOException {
    new Multicast(socket("freebsd-x86_64", Constant.AF_INET6)).join(GROUP6, loopback, null);
    assertThat(set)
        .containsExactly(
            "41/80 "
                + index()
                + zeros(4)
                + "1c1c000000000000"
                + "ff020000000000000000000000010003"
                + zeros(4)
                + zeros(100));
  }

  @ParameterizedTest
  @CsvSource({
    "freebsd-x86_64, 82, 83, 84, 4, false",
    "macos-x86_64, 82, 83, 84, 0, false",
    "linux-aarch64, 46, 47, 43, 4, true"
  })
  void sourceIsJoinedLeftAndBlocked(
      String platform, int join, int leave, int block, int padding, boolean linux)
      throws IOException {
    Multicast groups = new Multicast(socket(platform, Constant.AF_INET));
    groups.join(GROUP4, loopback, SOURCE4);
    groups.leave(GROUP4, loopback, SOURCE4);
    groups.block(GROUP4, loopback, SOURCE4);
    String bytes =
        ' '
            + index()
            + zeros(padding)
            + sockaddr4(linux, "ef010203")
            + sockaddr4(linux, "0a090807");
    assertThat(set)
        .containsExactly("0/" + join + bytes, "0/" + leave + bytes, "0/" + block + bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"netbsd-x86_64", "openbsd-x86_64", "dragonfly-x86_64"})
  void sourceIsUnsupportedByNameWhereItDoesNotExist(String platform) {
    Multicast groups = new Multicast(socket(platform, Constant.AF_INET));
    assertThatThrownBy(() -> groups.join(GROUP4, loopback, SOURCE4))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining(platform)
        .hasMessageContaining("MCAST_JOIN_SOURCE_GROUP");
    assertThatThrownBy(() -> groups.block(GROUP4, loopback, SOURCE4))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("MCAST_BLOCK_SOURCE");
    assertThat(set).isEmpty();
  }

  @Test
  void socketOfBothFamiliesJoinsIpv4GroupAsTheSystemCan() throws IOException {
    new Multicast(socket("linux-x86_64", Constant.AF_INET6)).join(GROUP4, loopback, null);
    assertThat(set).singleElement().asString().startsWith("0/42 " + index());
    set.clear();
    new Multicast(socket("macos-aarch64", Constant.AF_INET6)).join(GROUP4, loopback, null);
    assertThat(set).containsExactly("41/12 " + zeros(10) + "ffff" + "ef010203" + index());
  }

  @Test
  void socketOfIpv6CannotJoinIpv4GroupElsewhere() {
    Multicast bsd = new Multicast(socket("freebsd-x86_64", Constant.AF_INET6));
    assertThatThrownBy(() -> bsd.join(GROUP4, loopback, null))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("freebsd-x86_64")
        .hasMessageContaining("SocketProtocolFamily.INET")
        .hasMessageNotContaining("for one source");
    Multicast darwin = new Multicast(socket("macos-aarch64", Constant.AF_INET6));
    assertThatThrownBy(() -> darwin.join(GROUP4, loopback, SOURCE4))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("for one source");
    assertThat(set).isEmpty();
  }

  @Test
  void addressesThatDoNotFitAreRefusedBeforeTheKernelSeesThem() {
    Multicast groups = new Multicast(socket("linux-x86_64", Constant.AF_INET));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> groups.join(SOURCE4, loopback, null))
        .withMessage(
            "cannot join "
                + SOURCE4.getHostAddress()
                + ": it is not a multicast group; name an address of 224.0.0.0/4 or ff00::/8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> groups.join(GROUP4, loopback, SOURCE6))
        .withMessageContaining("IP version");
    assertThatIllegalArgumentException().isThrownBy(() -> groups.block(GROUP4, loopback, null));
    assertThatThrownBy(() -> groups.join(GROUP6, loopback, null))
        .isInstanceOf(UnsupportedAddressTypeException.class);
    assertThat(set).isEmpty();
  }

  @Test
  void failureNamesOptionGroupAndInterface() {
    ScriptedCalls calls = calls("linux-x86_64").fail("setsockopt", Errno.EADDRNOTAVAIL);
    Multicast groups = new Multicast(socket(calls, Constant.AF_INET));
    assertThatThrownBy(() -> groups.leave(GROUP4, loopback, null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("MCAST_LEAVE_GROUP")
        .hasMessageContaining("239.1.2.3")
        .hasMessageContaining(loopback.getName());
  }

  @Test
  void optionThatTheKernelDoesNotKnowIsUnsupported() {
    ScriptedCalls calls = calls("linux-x86_64").fail("setsockopt", Errno.ENOPROTOOPT);
    Multicast groups = new Multicast(socket(calls, Constant.AF_INET));
    assertThatThrownBy(() -> groups.join(GROUP4, loopback, null))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("linux-x86_64");
  }

  @Test
  void timeToLiveAndLoopAreOneByteForIpv4() throws IOException {
    Multicast settings = new Multicast(socket("openbsd-x86_64", Constant.AF_INET));
    settings.timeToLive(200);
    settings.loopback(false);
    settings.loopback(true);
    assertThat(set).containsExactly("0/10 c8", "0/11 00", "0/11 01");
  }

  @Test
  void timeToLiveAndLoopAreAnIntForIpv6() throws IOException {
    Multicast settings = new Multicast(socket("freebsd-x86_64", Constant.AF_INET6));
    settings.timeToLive(200);
    settings.loopback(true);
    assertThat(set).containsExactly("41/10 c8000000", "41/11 01000000");
  }

  @Test
  void socketOfBothFamiliesOnLinuxGetsTheOptionsOfBoth() throws IOException {
    Multicast settings = new Multicast(socket("linux-x86_64", Constant.AF_INET6));
    settings.timeToLive(3);
    settings.networkInterface(loopback);
    assertThat(set)
        .containsExactly(
            "41/18 03000000",
            "0/33 03",
            "41/17 " + index(),
            "0/32 " + zeros(4) + "7f000001" + index());
  }

  @Test
  void interfaceIsChosenByIndexOrByAddress() throws IOException {
    new Multicast(socket("freebsd-x86_64", Constant.AF_INET)).networkInterface(loopback);
    new Multicast(socket("netbsd-x86_64", Constant.AF_INET)).networkInterface(loopback);
    assertThat(set).containsExactly("0/9 " + zeros(4) + "7f000001" + index(), "0/9 7f000001");
  }

  @ParameterizedTest
  @ValueSource(strings = {"freebsd-x86_64", "macos-aarch64"})
  void interfaceOfASocketOfBothFamiliesIsThatOfIpv6Elsewhere(String platform) throws IOException {
    new Multicast(socket(platform, Constant.AF_INET6)).networkInterface(loopback);
    assertThat(set).containsExactly("41/9 " + index());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 256})
  void timeToLiveOutOfRangeIsRefused(int hops) {
    Multicast settings = new Multicast(socket("linux-x86_64", Constant.AF_INET));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> settings.timeToLive(hops))
        .withMessageContaining("" + hops);
    assertThat(set).isEmpty();
  }

  private static ScriptedCalls answering(String platform, int length, int value) {
    return ScriptedCalls.of(platform)
        .on(
            "getsockopt",
            a -> {
              Memory.putInt((long) a[3], value);
              Memory.putInt((long) a[4], length);
              return 0;
            });
  }

  private static List<String> options(ScriptedCalls calls) {
    return calls.log().stream().map(call -> call.substring(call.indexOf(',') + 2)).toList();
  }

  @Test
  void settingsAreReadByTheOptionsOfTheSocketsFamily() throws IOException {
    ScriptedCalls four = answering("freebsd-x86_64", 1, 3);
    Multicast settings4 = new Multicast(socket(four, Constant.AF_INET));
    assertThat(settings4.timeToLive()).isEqualTo(3);
    assertThat(settings4.loopback()).isTrue();
    assertThat(options(four)).containsExactly("0, 10)", "0, 11)");
    ScriptedCalls six = answering("freebsd-x86_64", 4, 0);
    Multicast settings6 = new Multicast(socket(six, Constant.AF_INET6));
    assertThat(settings6.timeToLive()).isZero();
    assertThat(settings6.loopback()).isFalse();
    assertThat(options(six)).containsExactly("41, 10)", "41, 11)");
  }

  @Test
  void interfaceIsReadByItsIndexOrItsAddress() throws IOException {
    int address = 0x0100007f;
    assertThat(read(answering("freebsd-x86_64", 4, loopback.getIndex()), Constant.AF_INET6))
        .isEqualTo(loopback);
    assertThat(read(answering("freebsd-x86_64", 4, address), Constant.AF_INET)).isEqualTo(loopback);
    for (Constant family : new Constant[] {Constant.AF_INET, Constant.AF_INET6}) {
      assertThat(read(answering("freebsd-x86_64", 4, 0), family))
          .as("the system's choice")
          .isNull();
    }
  }

  private static NetworkInterface read(ScriptedCalls calls, Constant family) throws IOException {
    return new Multicast(socket(calls, family)).networkInterface();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 255})
  void timeToLiveMayBeEachByte(int hops) throws IOException {
    Multicast settings = new Multicast(socket("linux-x86_64", Constant.AF_INET));
    assertThat(settings.timeToLive(hops)).isTrue();
    assertThat(set).containsExactly(String.format("0/33 %02x", hops));
  }

  @ParameterizedTest
  @CsvSource({"linux-x86_64, AF_INET", "linux-x86_64, AF_INET6", "freebsd-x86_64, AF_INET6"})
  void settingsSayWhetherTheyWereSet(String platform, Constant family) throws IOException {
    Multicast settings = new Multicast(socket(platform, family));
    assertThat(settings.timeToLive(1)).isTrue();
    assertThat(settings.loopback(true)).isTrue();
    assertThat(settings.networkInterface(loopback)).isTrue();
    ScriptedCalls gone =
        calls(platform).fail("setsockopt", Errno.ECONNRESET).fail("getpeername", Errno.ENOTCONN);
    Multicast refused = new Multicast(socket(gone, family));
    assertThat(refused.timeToLive(1)).isFalse();
    assertThat(refused.loopback(true)).isFalse();
    assertThat(refused.networkInterface(loopback)).isFalse();
    // What the first family refuses is not tried for the second.
    assertThat(gone.log()).filteredOn(call -> call.startsWith("setsockopt")).hasSize(3);
  }

  @Test
  void socketThatCannotCarryIpv4GetsTheOptionsOfIpv6Only() throws IOException {
    ScriptedCalls calls = calls("linux-x86_64");
    calls.on("socket", 7).fail("setsockopt", Errno.EINVAL);
    Kernel kernel = calls.kernel();
    KernelSocket socket =
        KernelSocket.open(
            kernel,
            kernel.platform().get(Constant.AF_INET6),
            kernel.platform().get(Constant.SOCK_DGRAM));
    calls.on("setsockopt", 0);
    int before6 = calls.log().size();
    assertThat(new Multicast(socket).timeToLive(1)).isTrue();
    assertThat(calls.log()).hasSize(before6 + 1);
  }
}
