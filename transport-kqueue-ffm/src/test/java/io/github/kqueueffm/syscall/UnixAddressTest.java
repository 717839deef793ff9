package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Names of local sockets as bytes, as text and as keys. */
class UnixAddressTest {

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void bytesBelongToTheAddressAlone() {
    byte[] name = utf8("/tmp/s");
    UnixAddress address = UnixAddress.of(name);
    name[0] = 'x';
    address.bytes()[0] = 'y';
    assertThat(address.bytes()).isEqualTo(utf8("/tmp/s"));
    assertThat(address.path()).isEqualTo("/tmp/s");
  }

  @Test
  void addressOfJavaHasTheSameBytes() {
    UnixDomainSocketAddress java = UnixDomainSocketAddress.of("/tmp/s");
    assertThat(UnixAddress.of(java)).isEqualTo(UnixAddress.of("/tmp/s"));
  }

  @Test
  void addressesAreEqualByTheirBytes() {
    UnixAddress address = UnixAddress.of("/tmp/s");
    assertThat(address)
        .isEqualTo(UnixAddress.of(utf8("/tmp/s")))
        .hasSameHashCodeAs(UnixAddress.of(utf8("/tmp/s")))
        .isNotEqualTo(UnixAddress.of("/tmp/t"))
        .isNotEqualTo("/tmp/s")
        .doesNotHaveSameHashCodeAs(UnixAddress.of("/tmp/t"));
  }

  @Test
  void abstractNameIsShownWithAnAtSign() {
    UnixAddress address = UnixAddress.of("\0name");
    assertThat(address.isAbstract()).isTrue();
    assertThat(address).hasToString("@name");
    assertThat(UnixAddress.of("").isAbstract()).isFalse();
    assertThat(UnixAddress.of("/tmp/s")).hasToString("/tmp/s");
  }
}
