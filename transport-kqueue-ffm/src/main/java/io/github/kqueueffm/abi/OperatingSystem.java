package io.github.kqueueffm.abi;

import java.util.Locale;

/** The systems for which there are platform files. */
public enum OperatingSystem {
  LINUX,
  MACOS,
  FREEBSD,
  OPENBSD,
  NETBSD,
  DRAGONFLY;

  private final String text = name().toLowerCase(Locale.ROOT);

  /** {@return the name as in {@link Platform#name()}, such as {@code macos}} */
  @Override
  public String toString() {
    return text;
  }
}
