package io.github.kqueueffm.abi;

import java.util.Locale;

/** The systems that there are platform files for. */
public enum OperatingSystem {
  LINUX,
  MACOS,
  FREEBSD,
  OPENBSD,
  NETBSD,
  DRAGONFLY;

  private final String text = name().toLowerCase(Locale.ROOT);

  /** The name as in {@link Platform#name()}, such as {@code macos}. */
  @Override
  public String toString() {
    return text;
  }
}
