package io.github.kqueueffm.selector.book;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a socket of IPv6 cannot be used for IPv4, a stream's address decides. */
class TcpStreamFamilyTest {
  private static final int FD = 7;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 27;

  @ParameterizedTest
  @CsvSource({
    "netbsd-x86_64, 127.0.0.1, 2, 16, ",
    "netbsd-x86_64, ::1, 24, 28, ",
    "openbsd-x86_64, 127.0.0.1, 2, 16, EINVAL",
    "openbsd-x86_64, ::1, 24, 28, EINVAL",
    "openbsd-x86_64, ::, 24, 28, EINVAL",
    "dragonfly-x86_64, 127.0.0.1, 2, 16, EOPNOTSUPP",
    "dragonfly-x86_64, ::1, 28, 28, EOPNOTSUPP",
    "freebsd-x86_64, 127.0.0.1, 28, 28, ",
    "freebsd-x86_64, ::1, 28, 28, ",
  })
  void streamHasASocketOfItsAddressesFamily(
      String platform, String ip, int family, int length, Errno v6Only) throws IOException {
    try (ScriptedKernel script = ScriptedKernel.on(platform)) {
      if (v6Only != null) {
        script.allow("setsockopt", FD, IPPROTO_IPV6, IPV6_V6ONLY).fails(v6Only);
      }
      script.allow("setsockopt");
      script.allow("socket").answers(FD);
      script.allow("dup3").answers(FD);
      script.allow("close");
      script
          .expect("connect", FD, ScriptedKernel.ANY, length)
          .where(call -> call.bytes(1, 2)[1] == family ? null : "its address is of another family");
      InetSocketAddress remote = new InetSocketAddress(InetAddress.ofLiteral(ip), 80);
      try (TcpStream stream = TcpStream.connect(script.kernel(), remote)) {
        assertThat(stream.fd()).isEqualTo(FD);
      }
    }
  }
}
