package io.github.kqueueffm.doctor;

import java.io.File;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Netty's jars on the class path, read from their own lists of versions. */
final class NettyFacts {
  private static final String SECTION = "Class path";
  private static final String CHANNEL = "io.netty.channel.Channel";
  static final String KQUEUE = "io.netty.channel.kqueue.KQueue";

  /** A class that the drop-in has and Netty's artifact has not. */
  static final String DROP_IN = "io.netty.channel.kqueue.PeerCredentialsMaker";

  private static final String DROP_IN_PROPERTY = "io.github.kqueueffm.dropin";

  private final ClassPath path;

  NettyFacts(ClassPath path) {
    this.path = path;
  }

  boolean isPresent() {
    return path.has(CHANNEL);
  }

  void add(Report report) {
    report.add("Versions", "Netty", version());
    if (isPresent()) {
      report.add(SECTION, "Netty's jars", jars());
      report.add(SECTION, "classes named KQueue", kqueues());
      report.add(SECTION, "drop-in netty-kqueue-over-ffm", dropIn());
    }
  }

  private Fact version() {
    if (!isPresent()) {
      return absent();
    }
    // Of a jar that contains others the manifest is the application's.
    return path.nettyVersions().stream()
        .map(properties -> properties.getProperty("netty-transport.version"))
        .filter(Objects::nonNull)
        .findFirst()
        .map(version -> Fact.of(version, "io.netty.versions.properties"))
        .orElseGet(() -> Fact.of(path.version(CHANNEL), "the jar of netty-transport"));
  }

  private static Fact absent() {
    Fact none = Fact.of("not on the class path", "no class " + CHANNEL);
    boolean alone = !System.getProperty("java.class.path", "").contains(File.pathSeparator);
    String command =
        "java -cp <its class path> " + Doctor.class.getName() + " looks at an application";
    return alone
        ? none.note("java -jar has only this jar, so only the machine was looked at; " + command)
        : none.advice("add io.netty:netty-transport, unless only the selector is used; " + command);
  }

  /** The jars of native libraries may lag behind a release, and so may the classes beside them. */
  private static boolean mayLag(String artifact) {
    return artifact.contains("-native") || artifact.contains("-classes-");
  }

  private Fact jars() {
    Map<String, Set<String>> versions = new TreeMap<>();
    Map<String, Set<String>> lagging = new TreeMap<>();
    for (Properties properties : path.nettyVersions()) {
      for (String key : properties.stringPropertyNames()) {
        if (key.endsWith(".version")) {
          String artifact = key.substring(0, key.length() - ".version".length());
          (mayLag(artifact) ? lagging : versions)
              .computeIfAbsent(properties.getProperty(key), v -> new TreeSet<>())
              .add(artifact);
        }
      }
    }
    String value =
        versions.isEmpty() ? "of no known version" : String.join(", ", versions.keySet());
    Fact fact = Fact.of(value, "META-INF/io.netty.versions.properties of each jar");
    if (versions.size() > 1) {
      return fact.advice(
          "import netty-bom of one version before other BOMs; there are " + list(versions));
    }
    lagging.keySet().removeAll(versions.keySet());
    return lagging.isEmpty()
        ? fact
        : fact.note("for native libraries there are also " + list(lagging));
  }

  private static String list(Map<String, Set<String>> versions) {
    return versions.entrySet().stream()
        .map(entry -> entry.getKey() + " (" + String.join(", ", entry.getValue()) + ')')
        .collect(Collectors.joining(" and "));
  }

  private Fact kqueues() {
    var places = path.places(KQUEUE);
    String value =
        places.isEmpty()
            ? "none"
            : places.stream().map(ClassPath::path).collect(Collectors.joining(" and "));
    Fact fact = Fact.of(value, "the places of " + KQUEUE);
    if (places.size() < 2) {
      return fact;
    }
    String loaded = isDropInFirst() ? "the drop-in" : "Netty's";
    return fact.advice(
        "exclude netty-transport-classes-kqueue from the dependencies that bring it, or leave the"
            + " drop-in out: the JVM loads the first of them, now "
            + loaded);
  }

  private boolean isDropInFirst() {
    var places = path.places(KQUEUE);
    return !places.isEmpty() && path.places(DROP_IN).contains(places.get(0));
  }

  private Fact dropIn() {
    if (!path.has(DROP_IN)) {
      return Fact.of("not on the class path", "no class " + DROP_IN);
    }
    if (!isDropInFirst()) {
      return Fact.of("without effect", "Netty's classes come first")
          .advice("exclude netty-transport-classes-kqueue from the dependencies that bring it");
    }
    String cause = path.unavailable(KQUEUE);
    Fact fact = Fact.of(cause == null ? "on" : "off: " + cause, KQUEUE + ".isAvailable()");
    return cause == null
        ? fact.note("libraries that ask for Netty's kqueue run on this transport")
        : fact.note("-D" + DROP_IN_PROPERTY + "=true or false turns it on or off");
  }
}
