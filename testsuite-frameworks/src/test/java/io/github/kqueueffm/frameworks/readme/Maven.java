package io.github.kqueueffm.frameworks.readme;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;

/**
 * The Maven that runs this build, with a repository that has what this build has compiled. What is
 * not there comes from the repository of this build, and is looked up elsewhere if it is missing.
 */
final class Maven {
  private static final Pattern PARENT = Pattern.compile("(?s)<parent>.*?</parent>");
  private static final Pattern ARTIFACT = Pattern.compile("<artifactId>([^<]+)</artifactId>");
  private static final Pattern VERSION = Pattern.compile("<version>([^<]+)</version>");
  static final List<String> MODULES =
      List.of(
          "bom",
          "transport-kqueue-ffm",
          "integrations/reactor-netty",
          "integrations/vertx",
          "integrations/micronaut",
          "integrations/micrometer",
          "integrations/grpc",
          "integrations/netty-kqueue-over-ffm");
  private static final String PLUGINS = "org.apache.maven.plugins:";

  private final Path root;
  private final Path repository;
  private final String version;
  private final String released;
  private Path output;

  /**
   * @param released the version that the documents show, under which this build is installed
   */
  Maven(Path root, Path repository, String released) throws IOException {
    this.root = root;
    this.repository = repository;
    this.version = first(VERSION, Files.readString(root.resolve("pom.xml")));
    this.released = released;
  }

  /** The module's own, not its parent's. */
  static String artifactId(Path pom) throws IOException {
    return first(ARTIFACT, PARENT.matcher(Files.readString(pom)).replaceFirst(""));
  }

  private static String first(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + pattern + " in a POM");
    }
    return matcher.group(1);
  }

  void install() throws IOException {
    installPom(root.resolve("pom.xml"));
    installPom(root.resolve("published/pom.xml"));
    installBom();
    for (String module : MODULES) {
      Path jar = installPom(root.resolve(module).resolve("pom.xml"));
      Path classes = root.resolve(module).resolve("target/classes");
      if (module.equals("bom")) {
        continue;
      }
      int failure =
          ToolProvider.findFirst("jar")
              .orElseThrow()
              .run(
                  System.out,
                  System.err,
                  "--create",
                  "--file",
                  jar.toString(),
                  "-C",
                  classes.toString(),
                  ".");
      if (failure != 0) {
        throw new IOException("jar of " + classes + " failed: " + failure);
      }
    }
  }

  /** Without its parent, as it is published. */
  private void installBom() throws IOException {
    Path pom = root.resolve("bom/pom.xml");
    String coordinates = "<groupId>io.github.kqueueffm</groupId><version>" + version + "</version>";
    String text = PARENT.matcher(Files.readString(pom)).replaceFirst(coordinates);
    installPom(artifactId(pom), text);
  }

  /** Answers where the jar belongs. */
  private Path installPom(Path pom) throws IOException {
    return installPom(artifactId(pom), Files.readString(pom));
  }

  private Path installPom(String artifact, String text) throws IOException {
    Path place =
        Files.createDirectories(
            repository.resolve("io/github/kqueueffm").resolve(artifact).resolve(released));
    Files.writeString(
        place.resolve(artifact + "-" + released + ".pom"),
        text.replace("<version>" + version + "<", "<version>" + released + "<"));
    return place.resolve(artifact + "-" + released + ".jar");
  }

  /** Compiles, packs, and leaves the class path of run time in a file. */
  int build(Path project) throws IOException, InterruptedException {
    return run(
        project,
        "-Dmdep.outputFile=target/class.path",
        plugin("compiler", "compile"),
        plugin("dependency", "build-classpath"),
        plugin("jar", "jar"));
  }

  /** {@return the exit status of Maven with the goals, phases and options} */
  int run(Path project, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(program().toString());
    command.addAll(List.of("--batch-mode", "--no-transfer-progress", "--fail-at-end"));
    if ("offline=true".equals(System.getProperty("readme.mode"))) {
      command.add("--offline");
    }
    command.add("-Dmaven.repo.local=" + repository);
    command.add("-Dmaven.repo.local.tail=" + System.getProperty("readme.repository"));
    command.addAll(List.of(arguments));
    output = project.resolve("maven.log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    try {
      if (!process.waitFor(100, TimeUnit.SECONDS)) {
        throw new IOException("Maven still runs: " + output());
      }
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static Path program() {
    boolean windows = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    return Path.of(System.getProperty("readme.maven"), "bin", windows ? "mvn.cmd" : "mvn");
  }

  private static String plugin(String name, String goal) {
    String version = System.getProperty("readme." + name);
    return PLUGINS + "maven-" + name + "-plugin:" + version + ":" + goal;
  }

  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
