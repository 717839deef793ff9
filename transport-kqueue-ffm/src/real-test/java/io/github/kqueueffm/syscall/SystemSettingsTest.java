package io.github.kqueueffm.syscall;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("real")
class SystemSettingsTest {
  private final Kernel kernel = Kernels.system();

  @Test
  void limitOfDescriptorsIsOneThatThisProcessCanHave() {
    // A library that replaces libc may lack it.
    assertThat(SystemSettings.descriptorLimit(kernel).isPresent())
        .isEqualTo(kernel.has(Call.GETRLIMIT));
    SystemSettings.descriptorLimit(kernel)
        .ifPresent(limit -> assertThat(limit < 0 || limit > 64).as("%d", limit).isTrue());
  }

  @Test
  void linuxSaysTheSameLimitInAFile() {
    Assumptions.assumeTrue(kernel.platform().isLinux(), "for Linux");
    assertThat(SystemSettings.descriptorLimitOfLinux())
        .isEqualTo(SystemSettings.descriptorLimit(kernel));
  }

  @Test
  void filesOfLinuxHaveNumbersOfSettings() {
    Assumptions.assumeTrue(kernel.platform().isLinux(), "for Linux");
    String ports = "net.ipv4.ip_local_port_range";
    long first = SystemSettings.settingOfLinux(ports).orElseThrow();
    assertThat(SystemSettings.settingOfLinux(ports + "#1").orElseThrow()).isGreaterThan(first);
    assertThat(SystemSettings.settingOfLinux("net.core.somaxconn")).isPresent();
    assertThat(SystemSettings.settingOfLinux("net.core.absent")).isEmpty();
  }

  @Test
  void settingIsReadByNameWhereTheSystemHasTheFunction() {
    assertThat(SystemSettings.setting(kernel, "kern.maxfiles").isPresent())
        .isEqualTo(kernel.has(Call.SYSCTLBYNAME));
    assertThat(SystemSettings.setting(kernel, "kern.absent")).isEmpty();
  }

  @Test
  void nothingIsLeftAllocated() {
    long before = NativeMemory.live();
    SystemSettings.descriptorLimit(kernel);
    SystemSettings.setting(kernel, "kern.maxfiles");
    assertThat(NativeMemory.live()).isEqualTo(before);
  }
}
