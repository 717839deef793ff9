package io.github.kqueueffm.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.kqueueffm.testkit.ChildJvm;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the doctor says on each simulated system. */
class DoctorOnSimulationTest {
  private static final int ENOUGH = 100_000;

  private record Said(int status, JsonNode report) {
    String value(String section, String name) {
      return fact(section, name).path("value").asText();
    }

    String from(String section, String name) {
      return fact(section, name).path("from").asText();
    }

    String text(String section, String name) {
      return fact(section, name).path("text").asText();
    }

    JsonNode fact(String section, String name) {
      return report.path(section).path(name);
    }
  }

  /** What it said with enough descriptors; each system is looked at once. */
  private static final Map<String, Said> SAID = new HashMap<>();

  private static Said run(String system) throws IOException, InterruptedException {
    Said said = SAID.get(system);
    if (said == null) {
      said = run(system, ENOUGH);
      SAID.put(system, said);
    }
    return said;
  }

  private static Said run(String system, int descriptors) throws IOException, InterruptedException {
    ChildJvm.Result child =
        new ChildJvm()
            .run(DoctorChild.class, 60, system, Integer.toString(descriptors), "--json")
            .hasEnded();
    JsonNode report = new ObjectMapper().readTree(child.output());
    assertThat(report.path("status").asInt()).as(child.all()).isEqualTo(child.status());
    return new Said(child.status(), report);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "macos-aarch64|macos-aarch64|timer|proven by its use in this process; macOS 11|",
        "macos-x86_64|macos-x86_64|timer|proven by its use in this process; macOS 11|",
        "freebsd-13|freebsd-x86_64|user|measured: FreeBSD 13.0|",
        "openbsd-7-8|openbsd-x86_64|user|proven by its use in this process; OpenBSD 7.8|",
        "netbsd-7|netbsd-x86_64|pipe|user does not work here; NetBSD 7.99|pipe",
        "netbsd-11|netbsd-x86_64|user|proven by its use in this process; NetBSD|",
        "dragonfly|dragonfly-x86_64|user|proven by its use in this process; DragonFly|",
        "linux|linux-x86_64|timer|measured: the kqueue over epoll|"
      })
  void platformProviderAndWakeupAreTheSystems(
      String system, String platform, String wakeup, String from, String fallback)
      throws Exception {
    Said said = run(system);
    boolean linux = system.equals("linux");
    assertThat(said.status).isIn(0, 1);
    assertThat(said.value("Transport", "available")).isEqualTo("yes");
    assertThat(said.value("Transport", "platform")).isEqualTo(platform);
    assertThat(said.value("Transport", "provider"))
        .isEqualTo(linux ? "embedded kqueue (epoll)" : "kqueue of the system");
    assertThat(said.from("Transport", "provider"))
        .isEqualTo("kqueue is " + (linux ? "not " : "") + "in simulated " + system);
    assertThat(said.value("Transport", "wakeup")).isEqualTo(wakeup);
    assertThat(said.from("Transport", "wakeup")).startsWith(from);
    assertThat(said.fact("Fallbacks", "wakeup").path("value").asText(null)).isEqualTo(fallback);
  }

  @ParameterizedTest
  @CsvSource({
    "macos-aarch64, kern.ipc.somaxconn, -w kern.ipc.somaxconn=4096",
    "freebsd-13, kern.ipc.soacceptqueue, kern.ipc.soacceptqueue=4096",
    "netbsd-7, kern.somaxconn, -w kern.somaxconn=4096",
    "netbsd-11, kern.somaxconn, -w kern.somaxconn=4096",
    "dragonfly, kern.ipc.somaxconn, kern.ipc.somaxconn=4096"
  })
  void limitsAreReadBySysctlbyname(String system, String name, String assignment) throws Exception {
    Said said = run(system);
    assertThat(said.status).isEqualTo(1);
    assertThat(said.value("Limits", "backlog")).isEqualTo("128");
    assertThat(said.from("Limits", "backlog")).isEqualTo(name);
    assertThat(said.text("Limits", "backlog")).endsWith("with sysctl " + assignment);
    assertThat(said.value("Limits", "largest buffer of a socket")).isEqualTo("2097152");
    assertThat(said.value("Limits", "descriptors of the process")).isEqualTo("" + ENOUGH);
    assertThat(said.value("Limits", "ports of clients"))
        .endsWith(" to 65535, " + (system.startsWith("freebsd") ? "55536" : "16384") + " ports");
  }

  @Test
  void openBsdWithoutSysctlbynameNamesTheCommands() throws Exception {
    Said said = run("openbsd-7-8");
    assertThat(said.report.path("Limits").findValuesAsText("level")).doesNotContain("advice");
    assertThat(said.value("Limits", "backlog")).isEqualTo("not read");
    assertThat(said.text("Limits", "backlog")).isEqualTo("sysctl kern.somaxconn shows it");
    assertThat(said.text("Limits", "ports of clients"))
        .isEqualTo("sysctl net.inet.ip.portfirst shows it");
    assertThat(said.value("Limits", "descriptors of the process")).isEqualTo("" + ENOUGH);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "macos-aarch64|accept4 recvmmsg sendmmsg pipe2 dup3",
        "freebsd-13|none",
        "openbsd-7-8|sendfile",
        "netbsd-7|recvmmsg sendmmsg sendfile wakeup",
        "netbsd-11|sendfile",
        "dragonfly|recvmmsg sendmmsg",
        "linux|none"
      })
  void fallbacksAreThoseOfTheSystem(String system, String names) throws Exception {
    Said said = run(system);
    assertThat(said.report.path("Fallbacks").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder(names.split(" "));
  }

  @Test
  void fewDescriptorsAreLow() throws Exception {
    Said said = run("openbsd-7-8", 512);
    assertThat(said.status).isEqualTo(1);
    assertThat(said.value("Limits", "descriptors of the process")).isEqualTo("512");
    assertThat(said.text("Limits", "descriptors of the process")).contains("login.conf");
  }

  @Test
  void systemWithoutAFreeDescriptorIsNotUsableAndItSaysWhy() throws Exception {
    Said said = run("freebsd-13", Descriptors.FIRST);
    assertThat(said.status).isEqualTo(2);
    assertThat(said.value("Transport", "available")).isEqualTo("no");
    assertThat(said.text("Transport", "available")).contains("EMFILE");
    assertThat(said.value("Limits", "descriptors of the process")).isEqualTo("3");
  }
}
