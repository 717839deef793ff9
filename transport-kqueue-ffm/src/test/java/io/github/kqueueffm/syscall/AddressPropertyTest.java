package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Round trips of addresses and control messages on all platforms. */
class AddressPropertyTest {

  @Provide
  Arbitrary<Platform> platforms() {
    return Arbitraries.of(Platforms.ALL);
  }

  @Provide
  Arbitrary<byte[]> ips() {
    return Arbitraries.oneOf(
        Arbitraries.bytes().array(byte[].class).ofSize(4),
        Arbitraries.bytes().array(byte[].class).ofSize(16));
  }

  @Provide
  Arbitrary<byte[]> paths() {
    return Arbitraries.bytes().filter(b -> b != 0).array(byte[].class).ofMinSize(1).ofMaxSize(103);
  }

  @Property
  void everyAddressComesBackFromAnIpv6Socket(
      @ForAll("platforms") Platform platform,
      @ForAll("ips") byte[] ip,
      @ForAll @IntRange(max = 65535) int port)
      throws UnknownHostException {
    roundTrip(platform, platform.get(Constant.AF_INET6), ip, port);
  }

  @Property
  void everyIpv4AddressComesBackFromAnIpv4Socket(
      @ForAll("platforms") Platform platform,
      @ForAll int ip,
      @ForAll @IntRange(max = 65535) int port)
      throws UnknownHostException {
    byte[] bytes = {(byte) (ip >> 24), (byte) (ip >> 16), (byte) (ip >> 8), (byte) ip};
    roundTrip(platform, platform.get(Constant.AF_INET), bytes, port);
  }

  private static void roundTrip(Platform platform, int family, byte[] ip, int port)
      throws UnknownHostException {
    Sockaddr codec = new Sockaddr(platform);
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByAddress(ip), port);
    long memory = NativeMemory.allocate(codec.size());
    try {
      Platforms.fill(memory, codec.size());
      int length = codec.put(memory, address, family);
      assertThat(codec.family(memory)).isEqualTo(family);
      assertThat(codec.get(memory, length)).isEqualTo(address);
      boolean isIpv4 = address.getAddress() instanceof Inet4Address;
      assertThat(codec.ipv4(memory, length) != Sockaddr.NOT_IPV4).isEqualTo(isIpv4);
    } finally {
      NativeMemory.free(memory);
    }
  }

  @Property
  void everyPathComesBack(@ForAll("platforms") Platform platform, @ForAll("paths") byte[] path) {
    Sockaddr codec = new Sockaddr(platform);
    long memory = NativeMemory.allocate(codec.size());
    try {
      Platforms.fill(memory, codec.size());
      int length = codec.putPath(memory, path);
      assertThat(codec.family(memory)).isEqualTo(platform.get(Constant.AF_UNIX));
      assertThat(codec.getPath(memory, length)).isEqualTo(path);
    } finally {
      NativeMemory.free(memory);
    }
  }

  @Property
  void everySequenceOfControlMessagesComesBack(
      @ForAll("platforms") Platform platform,
      @ForAll @Size(max = 6) List<@IntRange(max = 40) Integer> lengths) {
    ControlMessages messages = new ControlMessages(platform);
    int room = lengths.stream().mapToInt(messages::space).sum();
    long control = NativeMemory.allocate(room);
    try {
      long next = control;
      for (int i = 0; i < lengths.size(); i++) {
        long data = messages.put(next, i, i + 100, lengths.get(i));
        for (int b = 0; b < lengths.get(i); b++) {
          Memory.putByte(data + b, i);
        }
        next += messages.space(lengths.get(i));
      }
      assertThat(next).isEqualTo(control + room);
      long message = messages.first(control, room);
      for (int i = 0; i < lengths.size(); i++) {
        assertThat(message).isNotZero();
        assertThat(messages.level(message)).isEqualTo(i);
        assertThat(messages.type(message)).isEqualTo(i + 100);
        assertThat(messages.dataLength(control, room, message)).isEqualTo(lengths.get(i));
        for (int b = 0; b < lengths.get(i); b++) {
          assertThat(Memory.getByte(messages.data(message) + b)).isEqualTo((byte) i);
        }
        message = messages.next(control, room, message);
      }
      assertThat(message).isZero();
    } finally {
      NativeMemory.free(control);
    }
  }

  @Property
  void everyMessageHeaderComesBack(
      @ForAll("platforms") Platform platform,
      @ForAll long name,
      @ForAll @IntRange(max = 65535) int nameLength,
      @ForAll @IntRange(max = 1024) int iovecs,
      @ForAll @IntRange(max = 65535) int controlLength) {
    Msghdr header = new Msghdr(platform);
    long memory = NativeMemory.allocate(header.size());
    try {
      Platforms.fill(memory, header.size());
      header.put(memory, name, nameLength, 77, iovecs, 88, controlLength);
      assertThat(header.nameLength(memory)).isEqualTo(nameLength);
      assertThat(header.controlLength(memory)).isEqualTo(controlLength);
      assertThat(header.flags(memory)).isZero();
      assertThat(Memory.getLong(memory)).isEqualTo(name);
    } finally {
      NativeMemory.free(memory);
    }
  }

  @Property
  void garbageAsControlMessagesIsReadWithinItsBounds(
      @ForAll("platforms") Platform platform, @ForAll("garbage") byte[] garbage) {
    ControlMessages messages = new ControlMessages(platform);
    long control = NativeMemory.allocate(garbage.length);
    try {
      Memory.copy(garbage, 0, control, garbage.length);
      int seen = 0;
      long message = messages.first(control, garbage.length);
      while (message != 0) {
        assertThat(message).isBetween(control, control + garbage.length);
        int data = messages.dataLength(control, garbage.length, message);
        assertThat(data).isNotNegative();
        assertThat(messages.data(message) + data).isLessThanOrEqualTo(control + garbage.length);
        assertThat(++seen).isLessThanOrEqualTo(garbage.length);
        message = messages.next(control, garbage.length, message);
      }
    } finally {
      NativeMemory.free(control);
    }
  }

  @Provide
  Arbitrary<byte[]> garbage() {
    // Small numbers, so that many lengths are nearly right.
    return Arbitraries.bytes()
        .between((byte) -1, (byte) 48)
        .array(byte[].class)
        .ofMinSize(0)
        .ofMaxSize(96);
  }
}
