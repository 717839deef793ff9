package io.github.kqueueffm.channel;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks the versions of Netty's jars, which are in their manifests. A module, and a jar without a
 * version such as a shaded one, are not checked.
 */
final class NettyVersions {
  /** The lowest version that works. The profile netty-floor of the build tests it. */
  static final String LOWEST = "4.2.17.Final";

  private static final InternalLogger LOGGER =
      InternalLoggerFactory.getInstance(NettyVersions.class);

  /**
   * One class of each jar that the transport needs. {@link #COMPANIONS} has the jars that most
   * programs also use.
   */
  private static final Map<String, String> NEEDED =
      Map.of(
          "netty-common", "io.netty.util.AttributeKey",
          "netty-buffer", "io.netty.buffer.ByteBuf",
          "netty-transport", "io.netty.channel.Channel",
          "netty-transport-native-unix-common", "io.netty.channel.unix.UnixChannel");

  private static final Map<String, String> COMPANIONS =
      Map.of(
          "netty-resolver", "io.netty.resolver.AddressResolver",
          "netty-codec-base", "io.netty.handler.codec.CodecException",
          "netty-handler", "io.netty.handler.ssl.NotSslRecordException");

  private NettyVersions() {}

  /** {@return a message if a jar that the transport needs is too old, or {@code null}} */
  static String belowTheLowest() {
    return belowTheLowest(found(NEEDED));
  }

  static String belowTheLowest(Map<String, String> versions) {
    Map<String, String> old = new LinkedHashMap<>(versions);
    old.values().removeIf(version -> compare(version, LOWEST) >= 0);
    return old.isEmpty()
        ? null
        : "needs Netty "
            + LOWEST
            + " or newer, and found "
            + old
            + "; import netty-bom of one such version before other BOMs";
  }

  /** Logs a warning if Netty's jars have several versions. */
  static void warnIfMixed() {
    Map<String, String> versions = found(NEEDED);
    // Jars of native libraries may lag behind a release, and select an older version of this jar.
    versions.remove("netty-transport-native-unix-common");
    versions.putAll(found(COMPANIONS));
    String mixed = mixed(versions);
    if (mixed != null) {
      LOGGER.warn(mixed);
    }
  }

  static String mixed(Map<String, String> versions) {
    return new HashSet<>(versions.values()).size() < 2
        ? null
        : "Netty's jars are of several versions, which do not always work together: "
            + versions
            + "; import netty-bom before other BOMs";
  }

  private static Map<String, String> found(Map<String, String> classes) {
    Map<String, String> versions = new TreeMap<>();
    for (Map.Entry<String, String> entry : classes.entrySet()) {
      String version = version(entry.getValue());
      if (version != null) {
        versions.put(entry.getKey(), version);
      }
    }
    return versions;
  }

  private static String version(String className) {
    try {
      Package pack =
          Class.forName(className, false, NettyVersions.class.getClassLoader()).getPackage();
      String title = pack.getImplementationTitle();
      // A fat jar has the manifest of its application.
      return title != null && title.startsWith("Netty/") ? pack.getImplementationVersion() : null;
    } catch (ClassNotFoundException | LinkageError e) {
      // The jar is not on the class path. A jar that the transport needs fails on its first use.
      return null;
    }
  }

  /** Returns less than 0 if the first is older, and 0 if one of the texts is not a version. */
  static int compare(String one, String other) {
    int[] first = numbers(one);
    int[] second = numbers(other);
    return first == null || second == null ? 0 : Arrays.compare(first, second);
  }

  /** {@return the three numbers with which a version begins, or {@code null}} */
  private static int[] numbers(String version) {
    // Unlike a regular expression, a split at one character has nothing to compile at a start.
    String[] parts = version.split("\\.", 3);
    if (parts.length < 3) {
      return null;
    }
    try {
      return new int[] {
        Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), leadingNumber(parts[2])
      };
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** {@return the number before a qualifier, such as 20 in {@code 20.Final}} */
  private static int leadingNumber(String text) {
    int end = 0;
    while (end < text.length() && Character.isDigit(text.charAt(end))) {
      end++;
    }
    return Integer.parseInt(text, 0, end, 10);
  }
}
