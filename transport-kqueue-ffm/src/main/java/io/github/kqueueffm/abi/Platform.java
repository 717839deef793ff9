package io.github.kqueueffm.abi;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The facts about one operating system on one processor: constants, error numbers, struct layouts
 * and symbol names. They are read from the resource {@code <name>.platform} beside this class. A
 * new platform is a new file.
 *
 * <p>Immutable; may be used from any thread.
 */
public final class Platform {
  /** The property that forces a platform's facts, such as {@code netbsd-x86_64}. */
  public static final String PROPERTY = "io.github.kqueueffm.platform";

  /** All platforms that have a file. */
  static final List<String> NAMES =
      List.of(
          "dragonfly-x86_64",
          "freebsd-aarch64",
          "freebsd-x86_64",
          "linux-aarch64",
          "linux-x86_64",
          "macos-aarch64",
          "macos-x86_64",
          "netbsd-aarch64",
          "netbsd-x86_64",
          "openbsd-aarch64",
          "openbsd-x86_64");

  private final String name;
  private final OperatingSystem system;
  private final Integer[] constants;
  private final EnumMap<Errno, Integer> numbers;
  private final Map<Integer, Errno> errnos;
  private final Map<String, Struct> structs;
  private final EnumMap<Call, List<String>> symbols;
  private final Map<Trait, Finding> findings;

  Platform(
      String name,
      Map<Constant, Integer> constants,
      Map<Errno, Integer> numbers,
      Map<String, Struct> structs,
      Map<Call, List<String>> symbols,
      Map<Trait, Finding> findings) {
    this.name = name;
    String systemName = name.substring(0, name.indexOf('-')).toUpperCase(Locale.ROOT);
    this.system = OperatingSystem.valueOf(systemName);
    this.constants = new Integer[Constant.values().length];
    for (Map.Entry<Constant, Integer> constant : constants.entrySet()) {
      this.constants[constant.getKey().ordinal()] = constant.getValue();
    }
    this.numbers = new EnumMap<>(numbers);
    this.errnos = byNumber(numbers);
    this.structs = Map.copyOf(structs);
    this.symbols = new EnumMap<>(symbols);
    this.findings = Map.copyOf(findings);
  }

  private static Map<Integer, Errno> byNumber(Map<Errno, Integer> numbers) {
    Map<Integer, Errno> errnos = new HashMap<>();
    // Two names can share a number (EOPNOTSUPP and ENOTSUP on FreeBSD). The first one wins.
    for (Map.Entry<Errno, Integer> number : numbers.entrySet()) {
      errnos.putIfAbsent(number.getValue(), number.getKey());
    }
    return Map.copyOf(errnos);
  }

  /**
   * {@return the platform of this JVM, or the one that {@value #PROPERTY} names}
   *
   * @throws UnsupportedOperationException if it has no platform file
   */
  public static Platform current() {
    String forced = property(PROPERTY);
    return forced == null ? named(detected()) : forced(forced);
  }

  /**
   * {@return the value of a property, or {@code null} if it is absent or blank} A blank value comes
   * for example from {@code -Dname=$UNSET}.
   */
  public static String property(String name) {
    String value = System.getProperty(name);
    return value == null || value.isBlank() ? null : value;
  }

  /** Whether a property names the platform, instead of the system. */
  public static boolean isForced() {
    return property(PROPERTY) != null;
  }

  private static Platform forced(String name) {
    if (!NAMES.contains(name)) {
      throw new UnsupportedOperationException(
          "-D"
              + PROPERTY
              + "="
              + name
              + ": there is no such platform (expected: "
              + String.join(", ", NAMES)
              + "); leave the property out to take this system's");
    }
    return named(name);
  }

  /**
   * {@return the platform of that name}
   *
   * @throws UnsupportedOperationException if it has no platform file
   */
  public static Platform named(String name) {
    return PlatformFile.load(name);
  }

  /** {@return the name of the platform that this JVM runs on} It may lack a platform file. */
  public static String detected() {
    return system(System.getProperty("os.name", "")) + '-' + processor();
  }

  private static String system(String os) {
    String lower = os.toLowerCase(Locale.ROOT).replace(" ", "");
    if (lower.startsWith("mac") || lower.startsWith("darwin")) {
      return "macos";
    }
    // "DragonFly" and "DragonFlyBSD" are both in use.
    return lower.startsWith("dragonfly") ? "dragonfly" : lower;
  }

  private static String processor() {
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return switch (arch) {
      case "amd64", "x86_64" -> "x86_64";
      case "aarch64", "arm64" -> "aarch64";
      default -> arch;
    };
  }

  /** {@return its name, such as {@code macos-aarch64}} */
  public String name() {
    return name;
  }

  public OperatingSystem system() {
    return system;
  }

  public boolean isLinux() {
    return system == OperatingSystem.LINUX;
  }

  /**
   * Whether sockets of AF_INET6 that also carry IPv4, if the system has them, are reliable for it.
   *
   * <p>On NetBSD the choice of an ephemeral port ignores v4-mapped connections, so two of them can
   * get the same addresses and ports. Connected datagram sockets do not report an unreachable port
   * there either (measured on 7.99; 10 has the same code). On FreeBSD a datagram socket keeps the
   * family of the first peer to which it was connected.
   */
  public boolean carriesIpv4OverIpv6(boolean datagrams) {
    return switch (system) {
      case NETBSD -> false;
      case FREEBSD -> !datagrams;
      default -> true;
    };
  }

  public boolean has(Constant constant) {
    return constants[constant.ordinal()] != null;
  }

  /**
   * {@return the constant's value on this platform} Unsigned values above {@link Integer#MAX_VALUE}
   * are negative.
   *
   * @throws UnsupportedOperationException if this system's headers lack the name
   */
  public int get(Constant constant) {
    Integer value = constants[constant.ordinal()];
    if (value == null) {
      throw new UnsupportedOperationException(constant + " does not exist on " + name);
    }
    return value;
  }

  /** {@return the constant's value on this platform, or the given one if the system lacks it} */
  public int getOr(Constant constant, int fallback) {
    Integer value = constants[constant.ordinal()];
    return value == null ? fallback : value;
  }

  /** {@return the errno of that number, or {@code null} if the transport does not know it} */
  public Errno errno(int number) {
    return errnos.get(number);
  }

  /**
   * {@return the number of an errno on this platform, or 0, with which no call fails, if the system
   * lacks it}
   */
  public int number(Errno errno) {
    return numbers.getOrDefault(errno, 0);
  }

  /** Whether that number is that errno on this platform. */
  public boolean is(Errno errno, int number) {
    return number != 0 && number(errno) == number;
  }

  /** {@return the structs whose layouts are known on this platform} */
  Set<String> structs() {
    return structs.keySet();
  }

  public boolean hasStruct(String struct) {
    return structs.containsKey(struct);
  }

  /**
   * {@return the layout of a struct}
   *
   * @throws UnsupportedOperationException if this system lacks the struct
   */
  public Struct struct(String struct) {
    Struct layout = structs.get(struct);
    if (layout == null) {
      throw new UnsupportedOperationException("struct " + struct + " does not exist on " + name);
    }
    return layout;
  }

  /**
   * {@return the layout of struct kevent for the symbol under which kevent was found} NetBSD
   * changed the struct and kept the old symbols.
   */
  public Struct keventStruct(String symbol) {
    String versioned = "kevent@" + symbol;
    return struct(hasStruct(versioned) ? versioned : "kevent");
  }

  /**
   * {@return the symbols under which to look up a function, in order; empty if the system lacks it}
   */
  public List<String> symbols(Call call) {
    return symbols.getOrDefault(call, List.of());
  }

  /** {@return the value of a trait in the platform file, or {@code null}} */
  public Finding finding(Trait trait) {
    return findings.get(trait);
  }

  @Override
  public String toString() {
    return name;
  }
}
