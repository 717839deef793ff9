package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Platform;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The systems that can be simulated. */
public enum SimulatedSystem {
  MACOS_AARCH64("macos", "macos-aarch64", "kevent"),
  MACOS_X86_64("macos", "macos-x86_64", "kevent"),
  FREEBSD_13("freebsd13", "freebsd-x86_64", "kevent"),
  OPENBSD_7_8("openbsd78", "openbsd-x86_64", "kevent"),
  NETBSD_7("netbsd7", "netbsd-x86_64", "__kevent50"),
  NETBSD_11("netbsd11", "netbsd-x86_64", "__kevent100"),
  DRAGONFLY("dragonfly", "dragonfly-x86_64", "kevent"),
  LINUX("linux", "linux-x86_64", "kevent");

  private static final Map<String, Platform> LOADED = new ConcurrentHashMap<>();

  private final String release;
  private final String platform;
  private final String keventSymbol;

  SimulatedSystem(String release, String platform, String keventSymbol) {
    this.release = release;
    this.platform = platform;
    this.keventSymbol = keventSymbol;
  }

  /** {@return the system of that name, such as {@code netbsd-7} or {@code macos-aarch64}} */
  public static SimulatedSystem named(String name) {
    for (SimulatedSystem system : values()) {
      if (system.toString().equals(name)) {
        return system;
      }
    }
    throw new IllegalArgumentException(
        "unknown simulated system " + name + " (expected: " + List.of(values()) + ")");
  }

  /** {@return the name of its column in the table of quirks} */
  String release() {
    return release;
  }

  /** {@return its constants and layouts, which all simulations of the system share} */
  public Platform platform() {
    return LOADED.computeIfAbsent(platform, Platform::named);
  }

  String keventSymbol() {
    return keventSymbol;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-').replace("x86-64", "x86_64");
  }
}
