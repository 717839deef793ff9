package io.github.kqueueffm.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A JDK on this machine that is too old for the transport, and programs that run on it. */
public final class OlderJava {
  private static final int LOWEST = 17;
  private static final int HIGHEST = 21;
  private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"(\\d+)");
  private static final List<Path> PARENTS =
      List.of(
          Path.of("/usr/lib/jvm"),
          Path.of("/usr/local"),
          Path.of("/usr/pkg/java"),
          Path.of(System.getProperty("user.home"), ".sdkman", "candidates", "java"));

  private OlderJava() {}

  /**
   * Runs a program of one source file on the class path of this JVM.
   *
   * @param name the name of the class and the file
   * @return what it printed, standard error included
   */
  public static String run(Path directory, String name, String source, String... flags)
      throws Exception {
    Optional<Path> java = java();
    Assumptions.assumeTrue(java.isPresent(), "there is no JDK from 17 to 21 on this machine");
    Path file = Files.writeString(directory.resolve(name + ".java"), source);
    List<String> command = new ArrayList<>(List.of(java.orElseThrow().toString()));
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), file.toString()));
    return ChildJvm.run(command).isSuccess().all();
  }

  private static Optional<Path> java() throws IOException {
    List<Path> homes = new ArrayList<>();
    if (System.getenv("JAVA_HOME") != null) {
      homes.add(Path.of(System.getenv("JAVA_HOME")));
    }
    for (Path parent : PARENTS) {
      if (Files.isDirectory(parent)) {
        try (Stream<Path> children = Files.list(parent)) {
          children.sorted().forEach(homes::add);
        }
      }
    }
    for (Path home : homes) {
      if (isOlder(home)) {
        return Optional.of(home.resolve("bin").resolve("java"));
      }
    }
    return Optional.empty();
  }

  /** A compiler has to be present, because the program is launched as a source file. */
  private static boolean isOlder(Path home) throws IOException {
    Path release = home.resolve("release");
    if (!Files.isExecutable(home.resolve("bin").resolve("javac")) || !Files.isReadable(release)) {
      return false;
    }
    Matcher version = VERSION.matcher(Files.readString(release));
    if (!version.find()) {
      return false;
    }
    int feature = Integer.parseInt(version.group(1));
    return feature >= LOWEST && feature <= HIGHEST;
  }
}
