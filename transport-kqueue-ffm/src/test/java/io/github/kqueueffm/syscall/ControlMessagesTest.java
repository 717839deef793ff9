package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Facts;
import io.github.kqueueffm.abi.Platform;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ControlMessagesTest {
  private static final int ROOM = 256;
  private long control;

  @BeforeEach
  void allocate() {
    control = NativeMemory.allocate(ROOM);
    Platforms.fill(control, ROOM);
  }

  @AfterEach
  void free() {
    NativeMemory.free(control);
  }

  @Test
  void sizeOfSegmentsIsAShortForASendAndAnIntOfAReceive() {
    Platform linux = Platform.named("linux-x86_64");
    ControlMessages messages = new ControlMessages(linux);
    assertThat(messages.putSegmentSize(control, 1200)).isEqualTo(24);
    assertThat(Platforms.hex(control, 18))
        .isEqualTo("1200000000000000" + "11000000" + "67000000" + "b004");
    assertThat(messages.segmentSize(control, 24, control)).as("no message of a receive").isZero();

    long data = messages.put(control, 17, 104, Integer.BYTES);
    Memory.putInt(data, 1200);
    assertThat(messages.segmentSize(control, 24, control)).isEqualTo(1200);
    assertThat(messages.segmentSize(control, 18, control)).as("cut off").isZero();
    messages.put(control, 16, 104, Integer.BYTES);
    assertThat(messages.segmentSize(control, 24, control)).as("another level").isZero();
  }

  @Test
  void systemWithoutSegmentsFindsNone() {
    ControlMessages messages = new ControlMessages(Platform.named("freebsd-x86_64"));
    messages.put(control, 17, 104, Integer.BYTES);
    assertThat(messages.segmentSize(control, 24, control)).isZero();
  }

  static List<Platform> platforms() {
    return Platforms.ALL;
  }

  static Stream<String> withoutPktinfo() {
    return Stream.of("freebsd-x86_64", "openbsd-x86_64", "dragonfly-x86_64");
  }

  static Stream<String> withPktinfo() {
    return Stream.of("macos-aarch64", "netbsd-x86_64", "linux-x86_64");
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void lengthsAreThoseOfTheHeadersMacros(Platform platform) {
    ControlMessages messages = new ControlMessages(platform);
    Facts facts = Facts.of(platform.name());
    for (int data : new int[] {0, 4}) {
      assertThat(messages.length(data))
          .isEqualTo((int) facts.get("macro", "CMSG_LEN(" + data + ")").number());
    }
    for (int data : new int[] {0, 1, 4, 8, 12}) {
      assertThat(messages.space(data))
          .isEqualTo((int) facts.get("macro", "CMSG_SPACE(" + data + ")").number());
    }
  }

  @ParameterizedTest
  @CsvSource({
    // length, level, type, then padding to the data, then two descriptors
    "macos-aarch64,  14000000 ffff0000 01000000 07000000 09000000",
    "freebsd-x86_64, 18000000 ffff0000 01000000 aaaaaaaa 07000000 09000000",
    "openbsd-aarch64, 18000000 ffff0000 01000000 aaaaaaaa 07000000 09000000",
    "netbsd-aarch64, 18000000 ffff0000 01000000 aaaaaaaa 07000000 09000000 aaaaaaaa aaaaaaaa",
    "linux-x86_64,   1800000000000000 01000000 01000000 07000000 09000000"
  })
  void descriptorsAreLaidOutAsTheSystemReadsThem(String name, String bytes) {
    ControlMessages messages = new ControlMessages(Platform.named(name));
    int length = messages.putDescriptors(control, 7, 9);
    assertThat(Platforms.hex(control, length)).isEqualTo(bytes.replace(" ", ""));
    long message = messages.first(control, length);
    assertThat(messages.isDescriptors(message)).isTrue();
    assertThat(messages.dataLength(control, length, message)).isEqualTo(8);
    assertThat(Memory.getInt(messages.data(message) + 4)).isEqualTo(9);
    assertThat(messages.next(control, length, message)).isZero();
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void severalMessagesAreFoundOneAfterAnother(Platform platform) {
    ControlMessages messages = new ControlMessages(platform);
    int[] sizes = {4, 12, 1};
    int length = 0;
    for (int size : sizes) {
      Memory.putByte(messages.put(control + length, 40 + size, 50 + size, size), (byte) size);
      length += messages.space(size);
    }
    long message = messages.first(control, length);
    for (int size : sizes) {
      assertThat(messages.level(message)).isEqualTo(40 + size);
      assertThat(messages.type(message)).isEqualTo(50 + size);
      assertThat(messages.dataLength(control, length, message)).isEqualTo(size);
      assertThat(Memory.getByte(messages.data(message))).isEqualTo((byte) size);
      assertThat(messages.isDescriptors(message)).isFalse();
      message = messages.next(control, length, message);
    }
    assertThat(message).isZero();
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void messageNeedsAWholeHeader(Platform platform) {
    ControlMessages messages = new ControlMessages(platform);
    int head = messages.length(0);
    messages.put(control, 1, 1, 0);
    assertThat(messages.first(control, head)).isEqualTo(control);
    assertThat(messages.first(control, head - 1)).isZero();
    assertThat(messages.first(control, 0)).isZero();
    messages.put(control, 1, 1, -1);
    assertThat(messages.first(control, head)).as("shorter than its header").isZero();
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void messageOfNoLengthEndsTheSearch(Platform platform) {
    ControlMessages messages = new ControlMessages(platform);
    int first = messages.space(4);
    messages.put(control, 1, 1, 4);
    messages.put(control + first, 1, 1, -messages.length(0));
    assertThat(messages.next(control, ROOM, control)).isZero();
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void descriptorsAreTheSocketLevelsAndOfTheirType(Platform platform) {
    ControlMessages messages = new ControlMessages(platform);
    int level = platform.get(Constant.SOL_SOCKET);
    int type = platform.get(Constant.SCM_RIGHTS);
    messages.put(control, level, type, 4);
    assertThat(messages.isDescriptors(control)).isTrue();
    messages.put(control, level + 1, type, 4);
    assertThat(messages.isDescriptors(control)).isFalse();
    messages.put(control, level, type + 1, 4);
    assertThat(messages.isDescriptors(control)).isFalse();
  }

  @Test
  void truncatedMessageHasTheDataThatArrived() {
    ControlMessages messages = new ControlMessages(Platform.named("freebsd-x86_64"));
    messages.putDescriptors(control, 1, 2, 3);
    int arrived = messages.length(8);
    long message = messages.first(control, arrived);
    assertThat(messages.dataLength(control, arrived, message)).isEqualTo(8);
    assertThat(messages.next(control, arrived, message)).isZero();
  }

  @ParameterizedTest
  @MethodSource("withPktinfo")
  void destinationOfAnIpv4DatagramComesFromPktinfo(String name) throws Exception {
    Platform platform = Platform.named(name);
    ControlMessages messages = new ControlMessages(platform);
    int size = platform.struct("in_pktinfo").size();
    long data =
        messages.put(
            control, platform.get(Constant.IPPROTO_IP), platform.get(Constant.IP_PKTINFO), size);
    byte[] ip = {(byte) 192, 0, 2, 9};
    Memory.copy(ip, 0, data + platform.struct("in_pktinfo").offset("ipi_addr"), 4);
    assertThat(messages.destination(control, messages.length(size), control))
        .isEqualTo(InetAddress.getByAddress(ip));
    assertThat(messages.destination(control, messages.length(size) - 1, control))
        .as("cut short")
        .isNull();
  }

  @ParameterizedTest
  @MethodSource("withoutPktinfo")
  void destinationOfAnIpv4DatagramComesFromRecvdstaddr(String name) throws Exception {
    Platform platform = Platform.named(name);
    ControlMessages messages = new ControlMessages(platform);
    long data =
        messages.put(
            control, platform.get(Constant.IPPROTO_IP), platform.get(Constant.IP_RECVDSTADDR), 4);
    Memory.copy(new byte[] {127, 0, 0, 1}, 0, data, 4);
    assertThat(messages.destination(control, messages.length(4), control))
        .isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
    assertThat(messages.destination(control, messages.length(3), control)).isNull();
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void destinationOfAnIpv6DatagramComesFromPktinfo(Platform platform) throws Exception {
    ControlMessages messages = new ControlMessages(platform);
    InetAddress ip = InetAddress.ofLiteral("2001:db8::7");
    int length = messages.space(20);
    long data =
        messages.put(
            control, platform.get(Constant.IPPROTO_IPV6), platform.get(Constant.IPV6_PKTINFO), 20);
    Memory.copy(ip.getAddress(), 0, data, 16);
    assertThat(messages.destination(control, length, control)).isEqualTo(ip);
    int whole = messages.length(20);
    assertThat(messages.destination(control, whole, control)).isEqualTo(ip);
    assertThat(messages.destination(control, whole - 1, control)).as("cut short").isNull();
  }

  @Test
  void otherMessagesHaveNoDestination() {
    Platform platform = Platform.named("linux-x86_64");
    ControlMessages messages = new ControlMessages(platform);
    int length = messages.putDescriptors(control, 1);
    assertThat(messages.destination(control, length, control)).isNull();
  }

  @Test
  void countOfManyMessagesHasTheSystemsWidth() {
    Msghdr freebsd = new Msghdr(Platform.named("freebsd-x86_64"));
    Msghdr linux = new Msghdr(Platform.named("linux-x86_64"));
    Platforms.fill(control, ROOM);
    Memory.putLong(control + freebsd.manySize() - 8, 1234);
    assertThat(freebsd.count(control)).isEqualTo(1234);
    Platforms.fill(control, ROOM);
    Memory.putInt(control + linux.manySize() - 8, 1234);
    assertThat(linux.count(control)).isEqualTo(1234);
    assertThat(new Msghdr(Platform.named("macos-aarch64")).manySize()).isZero();
  }

  /** The low half of such a length is that of a whole message. */
  @Test
  void lengthOfMoreThan32BitsEndsTheSearch() {
    ControlMessages messages = new ControlMessages(Platform.named("linux-x86_64"));
    int length = messages.putDescriptors(control, 1, 2);
    length += messages.putDescriptors(control + length, 3);
    long message = messages.first(control, length);
    assertThat(messages.next(control, length, message)).isNotZero();
    Memory.putInt(control + Integer.BYTES, 1);
    assertThat(messages.next(control, length, message)).isZero();
  }

  @ParameterizedTest
  @MethodSource("platforms")
  void otherTypesAndLevelsHaveNoDestination(Platform platform) {
    ControlMessages messages = new ControlMessages(platform);
    int ip = platform.get(Constant.IPPROTO_IP);
    int ipv6 = platform.get(Constant.IPPROTO_IPV6);
    int room = messages.length(32);
    Constant four =
        platform.has(Constant.IP_PKTINFO) && platform.hasStruct("in_pktinfo")
            ? Constant.IP_PKTINFO
            : Constant.IP_RECVDSTADDR;
    for (int level : new int[] {ip, ipv6}) {
      messages.put(control, level, 99, 32);
      assertThat(messages.destination(control, room, control)).as("another type").isNull();
    }
    messages.put(control, ip, platform.get(four), 32);
    assertThat(messages.destination(control, room, control)).isNotNull();
    messages.put(control, 77, platform.get(four), 32);
    assertThat(messages.destination(control, room, control)).as("another level").isNull();
    messages.put(control, ipv6, platform.get(Constant.IPV6_PKTINFO), 32);
    assertThat(messages.destination(control, room, control)).isNotNull();
  }
}
