package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.kqueueffm.syscall.EffectiveAddresses.Own;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EffectiveAddressesTest {
  private static final byte[] OWN = link(1);
  private static final byte[] OTHER = link(2);

  private static byte[] link(int last) {
    byte[] bytes = new byte[16];
    bytes[0] = (byte) 0xfe;
    bytes[1] = (byte) 0x80;
    bytes[15] = (byte) last;
    return bytes;
  }

  private static Inet6Address ip(byte[] bytes, int scope) {
    try {
      return Inet6Address.getByAddress(null, bytes, scope);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static Own own(byte[] bytes, int scope, boolean isWay) {
    return new Own(ip(bytes, scope), isWay);
  }

  @ParameterizedTest
  @MethodSource
  void wildcardIsTheLoopbackAddressOfItsFamily(String wildcard, String loopback) throws Exception {
    InetAddress ip = InetAddress.getByName(wildcard);
    assertThat(EffectiveAddresses.isReplaced(ip)).isTrue();
    assertThat(EffectiveAddresses.remote(ip)).isEqualTo(InetAddress.getByName(loopback));
  }

  static Stream<Arguments> wildcardIsTheLoopbackAddressOfItsFamily() {
    return Stream.of(arguments("0.0.0.0", "127.0.0.1"), arguments("::", "::1"));
  }

  @Test
  void wildcardOfIpv4MeansBothFamiliesOnASocketOfBoth() throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getByName("0.0.0.0"), 7);
    assertThat(EffectiveAddresses.local(any, true).getAddress())
        .isEqualTo(InetAddress.getByName("::"));
    assertThat(EffectiveAddresses.local(any, true).getPort()).isEqualTo(7);
    assertThat(EffectiveAddresses.local(any, false)).isSameAs(any);
  }

  @Test
  void wildcardToBindToStays() {
    InetSocketAddress any = new InetSocketAddress(7);
    assertThat(EffectiveAddresses.local(any, false)).isSameAs(any);
    InetSocketAddress name = InetSocketAddress.createUnresolved("name", 7);
    assertThat(EffectiveAddresses.local(name, true)).isSameAs(name);
  }

  static Stream<Arguments> scopes() {
    return Stream.of(
        arguments("its own address", OWN, List.of(own(OWN, 3, true), own(OTHER, 4, true)), 3, 3),
        arguments("the loopback's", OWN, List.of(own(OWN, 1, false), own(OTHER, 4, true)), 1, 1),
        arguments("on two links", OWN, List.of(own(OWN, 3, true), own(OWN, 4, true)), 0, 0),
        arguments("the one way", link(9), List.of(own(OWN, 1, false), own(OTHER, 4, true)), 4, 0),
        arguments("two ways", link(9), List.of(own(OWN, 3, true), own(OTHER, 4, true)), 0, 0),
        arguments(
            "an interface with two",
            link(9),
            List.of(own(OWN, 3, true), own(OTHER, 3, true)),
            3,
            0),
        arguments("no way", link(9), List.of(own(OWN, 1, false)), 0, 0),
        arguments("no link", link(9), List.of(), 0, 0));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("scopes")
  void linkLocalAddressHasTheScopeOfTheOnlyPossibleInterface(
      String which, byte[] bytes, List<Own> all, int toReach, int toBind) {
    Inet6Address remote = EffectiveAddresses.scoped(ip(bytes, 0), all, true);
    assertThat(remote.getScopeId()).isEqualTo(toReach);
    assertThat(remote.getAddress()).isEqualTo(bytes);
    Inet6Address local = EffectiveAddresses.scoped(ip(bytes, 0), all, false);
    assertThat(local.getScopeId()).isEqualTo(toBind);
  }

  @Test
  void scopeThatIsGivenStays() {
    assertThat(EffectiveAddresses.isReplaced(ip(OWN, 7))).isFalse();
    assertThat(EffectiveAddresses.isReplaced(ip(OWN, 0))).isTrue();
    assertThat(EffectiveAddresses.isReplaced(InetAddress.getLoopbackAddress())).isFalse();
  }
}
