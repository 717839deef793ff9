package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.syscall.UnixAddress;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.UnsupportedAddressTypeException;
import org.junit.jupiter.api.Test;

/** Names of local sockets in Netty's type keep the kernel's bytes, whatever their encoding. */
class DomainAddressesTest {
  private static final Class<?> INTERNET = KQueueFfmSocketChannel.class;

  /** "/tmp/" and a byte that is not UTF-8. */
  private static byte[] notUtf8(int last) {
    return new byte[] {'/', 't', 'm', 'p', '/', (byte) last};
  }

  @Test
  void nameFromTheKernelKeepsItsBytes() {
    UnixAddress name = UnixAddress.of(notUtf8(0xfe));
    DomainSocketAddress netty = DomainAddresses.toNetty(name);
    assertThat(netty.path()).isEqualTo("/tmp/\ufffd");
    assertThat(DomainAddresses.name(netty)).isEqualTo(name);
    assertThat(DomainAddresses.toNetty(null)).isNull();
  }

  @Test
  void usersAddressIsTakenInBothTypes() {
    DomainSocketAddress netty = new DomainSocketAddress("/tmp/s");
    assertThat(DomainAddresses.fromUser(netty, INTERNET)).isSameAs(netty);
    DomainSocketAddress java =
        DomainAddresses.fromUser(UnixDomainSocketAddress.of("/tmp/s"), INTERNET);
    assertThat(java.path()).isEqualTo("/tmp/s");
    assertThat(DomainAddresses.name(java)).isEqualTo(UnixAddress.of("/tmp/s"));
  }

  @Test
  void addressOfTheOtherKindNamesTheChannelForIt() {
    assertThatThrownBy(() -> DomainAddresses.fromUser(new InetSocketAddress(80), INTERNET))
        .isInstanceOf(UnsupportedAddressTypeException.class)
        .hasStackTraceContaining("the channel for it is KQueueFfmSocketChannel");
    assertThatThrownBy(() ->
            DomainAddresses.internet(
                new DomainSocketAddress("/tmp/s"), KQueueFfmDomainSocketChannel.class))
        .isInstanceOf(UnsupportedAddressTypeException.class)
        .hasStackTraceContaining("the channel for it is KQueueFfmDomainSocketChannel");
  }

  @Test
  void namesThatLookTheSameAreNotTheSameSocket() {
    DomainSocketAddress one = DomainAddresses.toNetty(UnixAddress.of(notUtf8(0xfe)));
    DomainSocketAddress other = DomainAddresses.toNetty(UnixAddress.of(notUtf8(0xff)));
    assertThat(one.path()).isEqualTo(other.path());
    assertThat(DomainAddresses.isSame(one, other, INTERNET)).isFalse();
    assertThat(DomainAddresses.isSame(one, one, INTERNET)).isTrue();
    assertThat(
            DomainAddresses.isSame(
                new DomainSocketAddress("/tmp/s"), UnixDomainSocketAddress.of("/tmp/s"), INTERNET))
        .isTrue();
  }
}
