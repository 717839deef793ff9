package io.github.kqueueffm.doctor;

import java.util.OptionalLong;

/** What only Java 22 can ask of a machine; it is loaded by name. */
interface Machine {
  /** Whether the JVM lets this transport call native functions without a warning. */
  boolean hasNativeAccess();

  /** {@return why no event loop can be opened, or {@code null}} It may be slow the first time. */
  String obstacle();

  /** Whether the obstacle is that the JVM denies native access. */
  boolean isDenied();

  /**
   * Adds what event loops use here, and the fallbacks. May be called only if there is no {@link
   * #obstacle()}.
   */
  void describe(Report report);

  /** {@return the system's name, such as {@code freebsd}, or {@code null} if it is unknown} */
  String system();

  /** {@return the limit of this process on descriptors} */
  OptionalLong descriptorLimit();

  /** {@return a number of the system's configuration by the name that sysctl(8) knows} */
  OptionalLong setting(String name);
}
