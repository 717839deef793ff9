package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemoryCheck;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.netty.channel.ChannelException;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which sockets the channels take over and which they open, by kind, family and option. */
@ExtendWith(NativeMemoryCheck.class)
class AdoptedKindsTest {
  private static final int FD = 7;

  enum Taker {
    TCP,
    LOCAL,
    UDP,
    LOCAL_DATAGRAM;

    KernelSocket adopt(Kernel kernel) {
      return switch (this) {
        case TCP -> Sockets.adoptTcp(kernel, FD);
        case LOCAL -> Sockets.adoptLocal(kernel, FD);
        case UDP -> Sockets.adoptUdp(kernel, FD);
        case LOCAL_DATAGRAM -> Sockets.adoptLocalDatagram(kernel, FD);
      };
    }
  }

  private static ScriptedCalls socketOf(String name, Constant type, Constant family) {
    Platform platform = Platform.named(name);
    return ScriptedCalls.of(name)
        .on("fcntl", 0)
        .on("setsockopt", 0)
        .fail("getpeername", Errno.ENOTCONN)
        .fail("recv", Errno.ENOTCONN)
        .on(
            "getsockopt",
            a -> {
              boolean asksType = (int) a[2] == platform.get(Constant.SO_TYPE);
              Memory.putInt((long) a[3], asksType ? platform.get(type) : 0);
              return 0;
            })
        .on(
            "getsockname",
            a -> {
              Memory.putByte((long) a[1] + 1, platform.get(family));
              return 0;
            });
  }

  @ParameterizedTest
  @CsvSource({
    "SOCK_STREAM, AF_INET, TCP",
    "SOCK_STREAM, AF_INET6, TCP",
    "SOCK_STREAM, AF_UNIX, LOCAL",
    "SOCK_DGRAM, AF_INET, UDP",
    "SOCK_DGRAM, AF_INET6, UDP",
    "SOCK_DGRAM, AF_UNIX, LOCAL_DATAGRAM"
  })
  void onlyTheChannelOfItsKindTakesASocketOver(Constant type, Constant family, Taker fitting) {
    for (Taker taker : Taker.values()) {
      ScriptedCalls calls = socketOf("freebsd-x86_64", type, family);
      if (taker == fitting) {
        KernelSocket socket = taker.adopt(calls.kernel());
        assertThat(socket.fd()).isEqualTo(FD);
        assertThat(socket.type()).isEqualTo(calls.kernel().platform().get(type));
      } else {
        assertThatThrownBy(() -> taker.adopt(calls.kernel()))
            .as(taker.name())
            .isInstanceOf(ChannelException.class)
            .hasMessageContaining("descriptor 7")
            .hasMessageContaining("use the channel class of its kind");
      }
      assertThat(calls.log()).as("its owner's").noneMatch(call -> call.startsWith("close"));
    }
  }

  private static ScriptedCalls connectedTo(ScriptedCalls calls, byte[] name) {
    return calls.on(
        "getpeername",
        a -> {
          Memory.copy(name, 0, (long) a[1], name.length);
          Memory.putInt((long) a[2], name.length);
          return 0;
        });
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  @Test
  void connectedDatagramSocketIsAConnectedChannel() {
    ScriptedCalls calls = socketOf("freebsd-x86_64", Constant.SOCK_DGRAM, Constant.AF_INET);
    connectedTo(calls, bytes("10021234c0000201" + "00".repeat(8)));
    KQueueFfmDatagramChannel channel =
        new KQueueFfmDatagramChannel(Sockets.adoptUdp(calls.kernel(), FD), true);
    assertThat(channel.isConnected()).isTrue();
    assertThat(channel.isActive()).isTrue();
    assertThat(channel.remoteAddress())
        .isEqualTo(new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 0x1234));
  }

  @Test
  void connectedLocalDatagramSocketIsAConnectedChannel() {
    ScriptedCalls calls = socketOf("freebsd-x86_64", Constant.SOCK_DGRAM, Constant.AF_UNIX);
    connectedTo(calls, bytes("09012f746d702f7300"));
    KQueueFfmDomainDatagramChannel channel =
        new KQueueFfmDomainDatagramChannel(Sockets.adoptLocalDatagram(calls.kernel(), FD), true);
    assertThat(channel.isConnected()).isTrue();
    assertThat(channel.remoteAddress()).isEqualTo(new DomainSocketAddress("/tmp/s"));
  }

  @Test
  void datagramSocketWithoutAPeerIsNotConnected() {
    ScriptedCalls calls = socketOf("freebsd-x86_64", Constant.SOCK_DGRAM, Constant.AF_INET);
    KQueueFfmDatagramChannel channel =
        new KQueueFfmDatagramChannel(Sockets.adoptUdp(calls.kernel(), FD), true);
    assertThat(channel.isConnected()).isFalse();
    assertThat(channel.isActive()).as("its first datagram binds it").isTrue();
    assertThat(channel.remoteAddress()).isNull();
  }

  @Test
  void newDatagramSocketIsNotAskedForAPeer() {
    ScriptedCalls calls = opening("netbsd-x86_64");
    KQueueFfmDatagramChannel channel =
        new KQueueFfmDatagramChannel(
            Sockets.datagram(calls.kernel(), SocketProtocolFamily.INET), false);
    assertThat(channel.isConnected()).isFalse();
    assertThat(calls.log()).noneMatch(call -> call.startsWith("getpeername"));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE})
  void negativeNumberIsNoDescriptor(int fd) {
    Kernel kernel = ScriptedCalls.of("freebsd-x86_64").kernel();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sockets.adopt(kernel, fd))
        .withMessageContaining("descriptor " + fd)
        .withMessageContaining("it is negative");
  }

  @Test
  void number0IsADescriptor() {
    ScriptedCalls calls = socketOf("freebsd-x86_64", Constant.SOCK_STREAM, Constant.AF_INET);
    assertThat(Sockets.adopt(calls.kernel(), 0).fd()).isZero();
  }

  @Test
  void failureToTakeOverNamesTheDescriptor() {
    ScriptedCalls calls =
        socketOf("freebsd-x86_64", Constant.SOCK_STREAM, Constant.AF_INET)
            .fail("getsockopt", Errno.ENOTSOCK);
    assertThatThrownBy(() -> Sockets.adoptTcp(calls.kernel(), FD))
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("cannot take over descriptor 7")
        .hasMessageContaining("ENOTSOCK");
  }

  private static ScriptedCalls opening(String platform) {
    return ScriptedCalls.of(platform)
        .on("socket", FD)
        .on("fcntl", 0)
        .on("close", 0)
        .on("setsockopt", 0);
  }

  private static List<String> options(ScriptedCalls calls, Constant level, Constant option) {
    Platform platform = calls.kernel().platform();
    String call = "setsockopt(7, " + platform.get(level) + ", " + platform.get(option) + ", 4)";
    return calls.log().stream().filter(call::equals).toList();
  }

  @ParameterizedTest
  @CsvSource({"INET, 1, 0", "INET6, 1, 1", "UNIX, 0, 0"})
  void datagramSocketOnLinuxHearsItsOwnGroupsOnly(SocketProtocolFamily family, int four, int six) {
    ScriptedCalls calls = opening("linux-x86_64");
    KernelSocket socket = Sockets.datagram(calls.kernel(), family);
    assertThat(socket.type()).isEqualTo(calls.kernel().platform().get(Constant.SOCK_DGRAM));
    assertThat(options(calls, Constant.IPPROTO_IP, Constant.IP_MULTICAST_ALL)).hasSize(four);
    assertThat(options(calls, Constant.IPPROTO_IPV6, Constant.IPV6_MULTICAST_ALL)).hasSize(six);
  }

  @Test
  void kernelWithoutTheOptionStillHasDatagrams() {
    ScriptedCalls calls = opening("linux-x86_64").fail("setsockopt", Errno.ENOPROTOOPT);
    assertThat(Sockets.datagram(calls.kernel(), SocketProtocolFamily.INET).isOpen()).isTrue();
    assertThat(calls.log()).noneMatch(call -> call.startsWith("close"));
  }

  @Test
  void otherSystemsNeedNoOptionForIt() {
    ScriptedCalls calls = opening("netbsd-x86_64");
    Sockets.datagram(calls.kernel(), SocketProtocolFamily.INET);
    assertThat(calls.log()).noneMatch(call -> call.startsWith("setsockopt(7, 0,"));
  }

  @Test
  void socketThatCannotBeOpenedFailsTheChannelWithTheReason() {
    for (SocketProtocolFamily family :
        new SocketProtocolFamily[] {null, SocketProtocolFamily.INET, SocketProtocolFamily.UNIX}) {
      Kernel kernel = ScriptedCalls.of("freebsd-x86_64").fail("socket", Errno.EMFILE).kernel();
      List<Runnable> openers =
          List.of(
              () -> Sockets.stream(kernel, family),
              () -> Sockets.listener(kernel, family),
              () -> Sockets.datagram(kernel, family));
      for (Runnable opener : openers) {
        assertThatThrownBy(opener::run)
            .isInstanceOf(ChannelException.class)
            .hasMessageContaining("cannot create a socket")
            .hasMessageContaining("EMFILE");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"INET, AF_INET", "INET6, AF_INET6", "UNIX, AF_UNIX"})
  void listenerIsOfTheFamilyThatIsGiven(SocketProtocolFamily family, Constant expected) {
    ScriptedCalls calls = opening("openbsd-x86_64").fail("setsockopt", Errno.EINVAL);
    KernelSocket socket = Sockets.listener(calls.kernel(), family);
    assertThat(socket.family()).isEqualTo(calls.kernel().platform().get(expected));
    assertThat(socket.isUndecided()).isFalse();
  }
}
