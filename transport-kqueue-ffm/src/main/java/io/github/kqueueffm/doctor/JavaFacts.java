package io.github.kqueueffm.doctor;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** What the JVM is, and whether it allows native access. */
final class JavaFacts {
  static final int LOWEST_JAVA = 22;

  /** From this version on {@code --illegal-native-access} exists. */
  private static final int POLICY_JAVA = 24;

  private static final String ENABLE = "--enable-native-access=";
  private static final String POLICY = "--illegal-native-access=";
  private static final String ATTRIBUTE = "Enable-Native-Access";

  private final List<String> options;
  private final Map<String, String> environment;
  private final String moduleName;

  /**
   * @param options of the JVM
   * @param moduleName the transport's module, or {@code null} on the class path
   */
  JavaFacts(List<String> options, Map<String, String> environment, String moduleName) {
    this.options = options;
    this.environment = environment;
    this.moduleName = moduleName;
  }

  static JavaFacts ofThisJvm() {
    return new JavaFacts(
        optionsOfThisJvm(), System.getenv(), JavaFacts.class.getModule().getName());
  }

  private static List<String> optionsOfThisJvm() {
    try {
      return ManagementFactory.getRuntimeMXBean().getInputArguments();
    } catch (LinkageError e) {
      // A JVM without the module java.management: its command line has most of them.
      return ProcessHandle.current().info().arguments().map(Arrays::asList).orElse(List.of());
    }
  }

  static Fact version() {
    Fact fact =
        Fact.of(
            System.getProperty("java.version") + " of " + System.getProperty("java.vendor"),
            "java.version and java.vendor");
    return Runtime.version().feature() >= LOWEST_JAVA
        ? fact
        : fact.problem("run the application on Java " + LOWEST_JAVA + " or newer");
  }

  /**
   * {@return whether native access is granted, and by what}
   *
   * @param enabled what the JVM says of the transport's module; it also says so after a use that it
   *     has only warned of
   * @param denied whether the transport was refused it
   */
  Fact nativeAccess(boolean enabled, boolean denied) {
    String grant = grant();
    if (denied) {
      return Fact.of("denied", denial()).problem(howToGrant());
    }
    if (grant != null) {
      return Fact.of("granted", grant);
    }
    if (options.contains(POLICY + "allow")) {
      return Fact.of("granted", POLICY + "allow");
    }
    return Fact.of(
            enabled ? "used without a grant" : "not granted",
            "no option of the JVM or manifest grants it")
        .advice(howToGrant() + "; without it Java warns, and a later release will refuse");
  }

  private String denial() {
    if (options.contains(POLICY + "deny")) {
      return POLICY + "deny";
    }
    return options.stream()
        .filter(option -> option.startsWith(ENABLE))
        .findFirst()
        .map(option -> option + ", which denies it to all others before Java " + POLICY_JAVA)
        .orElse("the JVM");
  }

  /** {@return what grants it, or {@code null}} */
  private String grant() {
    for (String option : options) {
      if (option.startsWith(ENABLE) && names(option.substring(ENABLE.length()))) {
        String inherited = environment.getOrDefault("JDK_JAVA_OPTIONS", "");
        return option + (inherited.contains(option) ? " in JDK_JAVA_OPTIONS" : "");
      }
    }
    return manifestGrants() ? ATTRIBUTE + " in the manifest of " + startedJar() : null;
  }

  private boolean names(String modules) {
    return Arrays.asList(modules.split(",", -1)).contains(target());
  }

  private String target() {
    return moduleName == null ? "ALL-UNNAMED" : moduleName;
  }

  private boolean manifestGrants() {
    if (moduleName != null || startedJar() == null) {
      return false;
    }
    try (JarFile jar = new JarFile(startedJar())) {
      return jar.getManifest() != null
          && "ALL-UNNAMED".equals(jar.getManifest().getMainAttributes().getValue(ATTRIBUTE));
    } catch (IOException e) {
      // It was deleted or replaced while the program runs.
      return false;
    }
  }

  /** {@return the archive, a jar or war, that java -jar has started, or {@code null}} */
  private static String startedJar() {
    String command = System.getProperty("sun.java.command", "");
    String path = System.getProperty("java.class.path", "");
    return new File(path).isFile() && (command + ' ').startsWith(path + ' ') ? path : null;
  }

  private String howToGrant() {
    String flag = ENABLE + target();
    return Stream.of(
            "start Java with " + flag,
            "set JDK_JAVA_OPTIONS=" + flag + " where the command line cannot change",
            moduleName == null
                ? "with java -jar put " + ATTRIBUTE + ": ALL-UNNAMED into the manifest of its jar"
                : "")
        .filter(way -> !way.isEmpty())
        .reduce((one, other) -> one + ", or " + other)
        .orElseThrow();
  }
}
