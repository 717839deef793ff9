package io.github.kqueueffm.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** An artifact in the repository of the build, which has what a release publishes. */
record Published(String name, Path directory) {
  static final Path ROOT = Path.of(System.getProperty("user.dir")).getParent();
  static final String VERSION = System.getProperty("release.version");
  static final String GROUP = "io.github.kqueueffm";
  static final String LIBRARY = "netty-transport-kqueue-ffm";
  static final String BOM = "netty-transport-kqueue-ffm-bom";

  private static final Path GROUP_DIRECTORY =
      Path.of(System.getProperty("release.repository"), "io", "github", "kqueueffm");
  private static final int DEPTH = 3;

  static List<Published> all() throws IOException {
    try (Stream<Path> directories = Files.list(GROUP_DIRECTORY)) {
      return directories
          .sorted()
          .map(one -> new Published(one.getFileName().toString(), one.resolve(VERSION)))
          .toList();
    }
  }

  static List<Published> withJars() throws IOException {
    return all().stream().filter(one -> !one.name.equals(BOM)).toList();
  }

  static Published of(String name) {
    return new Published(name, GROUP_DIRECTORY.resolve(name).resolve(VERSION));
  }

  /** The names of the modules that are published, by their POMs in the sources. */
  static Set<String> modules() throws IOException {
    Set<String> names = new TreeSet<>();
    for (Path file : poms()) {
      Pom pom = Pom.read(file);
      if (pom.text("properties", "maven.deploy.skip").equals("false")) {
        names.add(pom.text("artifactId"));
      }
    }
    return names;
  }

  private static List<Path> poms() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT, DEPTH)) {
      return files
          .filter(file -> file.endsWith("pom.xml") && !file.toString().contains("target"))
          .toList();
    }
  }

  /** Its only file with this end of the name. A snapshot has the time of the build in its name. */
  Path file(String end) throws IOException {
    List<Path> found = files().stream().filter(file -> ending(file).equals(end)).toList();
    if (found.size() != 1) {
      throw new IOException("not one " + end + " but " + found + " in " + directory);
    }
    return found.get(0);
  }

  /** What follows the name and the version, such as {@code -sources.jar}. */
  String ending(Path file) {
    String stem = VERSION.replace("-SNAPSHOT", "");
    return file.getFileName()
        .toString()
        .replaceFirst(Pattern.quote(name + '-' + stem) + "(-SNAPSHOT|-\\d{8}\\.\\d{6}-\\d+)?", "");
  }

  /** Without checksums and the repository's own lists. */
  List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> !file.getFileName().toString().startsWith("maven-metadata"))
          .filter(file -> !file.toString().matches(".*\\.(md5|sha1|sha256|sha512)"))
          .sorted()
          .toList();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
