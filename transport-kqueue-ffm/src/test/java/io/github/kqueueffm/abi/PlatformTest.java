package io.github.kqueueffm.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlatformTest {
  private final Map<String, String> before = new HashMap<>();

  private void setProperty(String key, String value) {
    before.put(key, System.setProperty(key, value));
  }

  @AfterEach
  void restoreProperties() {
    before.forEach((key, value) -> {
      if (value == null) {
        System.clearProperty(key);
      } else {
        System.setProperty(key, value);
      }
    });
  }

  @ParameterizedTest
  @CsvSource({
    "Mac OS X, aarch64, macos-aarch64",
    "Darwin, x86_64, macos-x86_64",
    "FreeBSD, amd64, freebsd-x86_64",
    "FreeBSD, arm64, freebsd-aarch64",
    "OpenBSD, amd64, openbsd-x86_64",
    "OpenBSD, aarch64, openbsd-aarch64",
    "NetBSD, amd64, netbsd-x86_64",
    "NetBSD, aarch64, netbsd-aarch64",
    "DragonFlyBSD, amd64, dragonfly-x86_64",
    "DragonFly, x86_64, dragonfly-x86_64",
    "Linux, aarch64, linux-aarch64"
  })
  void isFoundByTheNamesThatJvmsUse(String os, String arch, String platform) {
    setProperty("os.name", os);
    setProperty("os.arch", arch);
    assertThat(Platform.current().name()).isEqualTo(platform);
  }

  @Test
  void isForcedByTheProperty() {
    setProperty(Platform.PROPERTY, "netbsd-x86_64");
    assertThat(Platform.current().name()).isEqualTo("netbsd-x86_64");
    assertThat(Platform.current().system()).isEqualTo(OperatingSystem.NETBSD);
  }

  @Test
  void forcedPlatformThatIsUnknownIsNamedWithItsPropertyAndTheValidNames() {
    setProperty(Platform.PROPERTY, "foo");
    assertThatThrownBy(Platform::current)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("-Dio.github.kqueueffm.platform=foo")
        .hasMessageContaining(String.join(", ", Platform.NAMES));
    assertThat(Platform.NAMES).containsExactlyInAnyOrderElementsOf(Facts.platforms());
  }

  @Test
  void emptyPropertyIsIgnored() {
    setProperty(Platform.PROPERTY, "");
    setProperty("os.name", "NetBSD");
    setProperty("os.arch", "amd64");
    assertThat(Platform.current().name()).isEqualTo("netbsd-x86_64");
  }

  @Test
  void unknownPlatformListsKnownOnes() {
    setProperty("os.name", "Windows 11");
    setProperty("os.arch", "amd64");
    assertThatThrownBy(Platform::current)
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("windows11-x86_64")
        .hasMessageContaining("known systems are macOS");
  }

  @Test
  void namesTheConstantThatASystemLacks() {
    Platform macos = Platform.named("macos-aarch64");
    assertThat(macos.has(Constant.SOCK_CLOEXEC)).isFalse();
    assertThat(macos.getOr(Constant.SOCK_CLOEXEC, 0)).isZero();
    assertThatThrownBy(() -> macos.get(Constant.SOCK_CLOEXEC))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("SOCK_CLOEXEC does not exist on macos-aarch64");
  }

  @Test
  void namesTheStructThatASystemLacks() {
    Platform freebsd = Platform.named("freebsd-x86_64");
    assertThatThrownBy(() -> freebsd.struct("in_pktinfo"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("in_pktinfo");
    assertThatThrownBy(() -> freebsd.struct("linger").offset("l_ticks"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("l_ticks");
  }

  @Test
  void noErrorIsNumberZero() {
    Platform linux = Platform.named("linux-x86_64");
    assertThat(linux.errno(0)).isNull();
    assertThat(linux.is(Errno.EAGAIN, 0)).isFalse();
    assertThat(linux.is(Errno.EAGAIN, 11)).isTrue();
  }

  @Test
  void unknownNameInPlatformFileIsRefusedWithTheFile() {
    assertThatThrownBy(() -> Platform.named("misspelt"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("misspelt.platform names SO_RCVBUFF, which nothing uses");
  }
}
