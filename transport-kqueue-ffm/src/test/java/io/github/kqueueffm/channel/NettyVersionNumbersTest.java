package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which versions of Netty's jars are too old, and which are mixed. */
class NettyVersionNumbersTest {

  @ParameterizedTest
  @CsvSource({
    "4.2.17.Final, 4.2.17.Final, 0",
    "4.2.9.Final, 4.2.17.Final, -1",
    "4.1.130.Final, 4.2.17.Final, -1",
    "4.2.18.Final-SNAPSHOT, 4.2.17.Final, 1",
    "5.0.0.Alpha1, 4.2.17.Final, 1",
    "4.2.18-SNAPSHOT, 4.2.17.Final, 1",
    "4.2.16-SNAPSHOT, 4.2.17.Final, -1",
    "4.2.16+vendor, 4.2.17.Final, -1",
    "4.2.18, 4.2.17.Final, 1",
    "4.2, 4.2.17.Final, 0",
    "4.2., 4.2.17.Final, 0",
    "4.2.Final, 4.2.17.Final, 0",
    "4.2.99999999999, 4.2.17.Final, 0",
    "unknown, 4.2.17.Final, 0",
    "4.2.9.Final, unknown, 0"
  })
  void versionsCompareByTheirNumbers(String one, String other, int expected) {
    assertThat(Integer.signum(NettyVersions.compare(one, other))).isEqualTo(expected);
  }

  @Test
  void oneVersionIsNotMixed() {
    assertThat(NettyVersions.mixed(Map.of("netty-buffer", "4.2.20.Final"))).isNull();
    assertThat(
            NettyVersions.mixed(
                Map.of("netty-buffer", "4.2.20.Final", "netty-codec-base", "4.2.20.Final")))
        .isNull();
  }

  @Test
  void twoVersionsAreMixedAndNamed() {
    assertThat(
            NettyVersions.mixed(
                Map.of("netty-buffer", "4.2.20.Final", "netty-codec-base", "4.2.21.Final")))
        .contains("netty-buffer=4.2.20.Final", "netty-codec-base=4.2.21.Final", "netty-bom");
  }

  @ParameterizedTest
  @ValueSource(strings = {"4.2.16.Final", "4.1.999.Final"})
  void olderJarsAreNamedWithoutThoseThatAreNewEnough(String old) {
    assertThat(
            NettyVersions.belowTheLowest(
                Map.of("netty-buffer", old, "netty-common", NettyVersions.LOWEST)))
        .startsWith("needs Netty " + NettyVersions.LOWEST + " or newer")
        .contains("found {netty-buffer=" + old + "}");
  }

  @Test
  void lowestAndUnknownVersionsAreNewEnough() {
    assertThat(
            NettyVersions.belowTheLowest(
                Map.of("netty-buffer", NettyVersions.LOWEST, "netty-common", "unknown")))
        .isNull();
    assertThat(NettyVersions.belowTheLowest(Map.of())).isNull();
  }
}
