package io.github.kqueueffm.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.doctor.Fact.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {
  private static final String SECTION = "Limits";

  /** A system whose settings the test makes up. */
  private static final class Made implements Machine {
    private final String system;
    private final Map<String, Long> settings = new HashMap<>();
    private final Set<String> asked = new TreeSet<>();
    private long descriptors = 65_536;

    Made(String system) {
      this.system = system;
    }

    @Override
    public boolean hasNativeAccess() {
      return true;
    }

    @Override
    public boolean isDenied() {
      return false;
    }

    @Override
    public String obstacle() {
      return null;
    }

    @Override
    public void describe(Report report) {
      // Not asked for.
    }

    @Override
    public String system() {
      return system;
    }

    @Override
    public OptionalLong descriptorLimit() {
      return descriptors == 0 ? OptionalLong.empty() : OptionalLong.of(descriptors);
    }

    @Override
    public OptionalLong setting(String name) {
      asked.add(name);
      Long value = settings.get(name);
      return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    Report report() {
      Report report = new Report();
      new Limits(this, report).add();
      return report;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "linux, net.core.somaxconn, sysctl -w net.core.somaxconn=4096",
    "macos, kern.ipc.somaxconn, sysctl -w kern.ipc.somaxconn=4096",
    "freebsd, kern.ipc.soacceptqueue, sysctl kern.ipc.soacceptqueue=4096",
    "dragonfly, kern.ipc.somaxconn, sysctl kern.ipc.somaxconn=4096",
    "netbsd, kern.somaxconn, sysctl -w kern.somaxconn=4096",
    "openbsd, kern.somaxconn, sysctl kern.somaxconn=4096"
  })
  void shortBacklogNamesTheCommandOfTheSystem(String system, String name, String command) {
    Made made = new Made(system);
    made.settings.put(name, 128L);
    Fact low = made.report().get(SECTION, "backlog");
    assertThat(low.value()).isEqualTo("128");
    assertThat(low.from()).isEqualTo(name);
    assertThat(low.level()).isEqualTo(Level.ADVICE);
    assertThat(low.text()).contains(command);
    made.settings.put(name, Limits.SHORT_BACKLOG);
    assertThat(made.report().get(SECTION, "backlog").level()).isEqualTo(Level.OK);
  }

  @ParameterizedTest
  @ValueSource(strings = {"linux", "macos", "freebsd", "dragonfly", "netbsd", "openbsd"})
  void settingThatIsNotReadNamesTheCommandThatShowsIt(String system) {
    Made made = new Made(system);
    made.descriptors = 0;
    Report report = made.report();
    assertThat(report.status()).isZero();
    assertThat(report.get(SECTION, "descriptors of the process").text()).contains("ulimit -n");
    for (String name : made.asked) {
      if (!name.endsWith("#1") && !name.endsWith("last") && !name.endsWith("max")) {
        assertThat(report.text()).contains("sysctl " + name + " shows it");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "linux, LimitNOFILE=65536",
    "macos, launchctl limit maxfiles",
    "freebsd, login.conf",
    "openbsd, login.conf"
  })
  void fewDescriptorsNameWhatRaisesTheLimit(String system, String advice) {
    Made made = new Made(system);
    made.descriptors = Limits.FEW_DESCRIPTORS - 1;
    Fact low = made.report().get(SECTION, "descriptors of the process");
    assertThat(low.level()).isEqualTo(Level.ADVICE);
    assertThat(low.text()).contains("ulimit -n 65536", advice);
    made.descriptors = Limits.FEW_DESCRIPTORS;
    assertThat(made.report().status()).isZero();
  }

  /** DragonFly's range, of which 16384 alone would make one that is upside down. */
  @Test
  void fewPortsNameBothEnds() {
    Made made = new Made("dragonfly");
    made.settings.put("net.inet.ip.portrange.first", 1024L);
    made.settings.put("net.inet.ip.portrange.last", 5000L);
    Fact ports = made.report().get(SECTION, "ports of clients");
    assertThat(ports.value()).isEqualTo("1024 to 5000, 3977 ports");
    assertThat(ports.text()).contains("portrange.first=16384", "portrange.last=65535");
  }

  @Test
  void noLimitIsNotLow() {
    Made made = new Made("linux");
    made.descriptors = -1;
    made.settings.put("fs.file-max", Long.MAX_VALUE);
    Report report = made.report();
    assertThat(report.get(SECTION, "descriptors of the process").value()).isEqualTo("unlimited");
    assertThat(report.get(SECTION, "descriptors of the system").value()).isEqualTo("unlimited");
    assertThat(report.status()).isZero();
  }

  @Test
  void narrowRangeOfPortsIsLow() {
    Made made = new Made("linux");
    made.settings.put("net.ipv4.ip_local_port_range", 50_000L);
    made.settings.put("net.ipv4.ip_local_port_range#1", 50_999L);
    Fact low = made.report().get(SECTION, "ports of clients");
    assertThat(low.value()).isEqualTo("50000 to 50999, 1000 ports");
    assertThat(low.text()).contains("sysctl -w net.ipv4.ip_local_port_range='16384 65535'");
    Made bsd = new Made("openbsd");
    bsd.settings.put("net.inet.ip.portfirst", 60_000L);
    bsd.settings.put("net.inet.ip.portlast", 65_535L);
    assertThat(bsd.report().get(SECTION, "ports of clients").text())
        .contains("sysctl net.inet.ip.portfirst=16384");
  }

  @Test
  void smallBuffersAreLow() {
    Made made = new Made("linux");
    made.settings.put("net.core.rmem_max", Limits.SMALL_BUFFER - 1);
    made.settings.put("net.core.wmem_max", Limits.SMALL_BUFFER);
    Report report = made.report();
    assertThat(report.get(SECTION, "largest receive buffer of a socket").text())
        .contains("sysctl -w net.core.rmem_max=4194304");
    assertThat(report.get(SECTION, "largest send buffer of a socket").level()).isEqualTo(Level.OK);
  }
}
