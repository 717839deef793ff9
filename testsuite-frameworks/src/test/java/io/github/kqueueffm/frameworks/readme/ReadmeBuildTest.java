package io.github.kqueueffm.frameworks.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Maven builds a project from each block of XML in the documents, with the classes they name. */
class ReadmeBuildTest {
  private static final Path ROOT = Path.of(System.getProperty("user.dir")).getParent();
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```xml\\n(.*?)^```$");
  private static final Pattern IMPORT =
      Pattern.compile(
          "(?m)^\\| (?:`([\\w-]+)`)? ?\\| `([\\w.]+)`[^|]*\\| (?:`([\\w.]+)`|the same) \\|$");
  private static final Pattern NETTY =
      Pattern.compile(
          "/netty-(?!tcnative|transport-kqueue-ffm|kqueue-over-ffm)[a-z0-9-]+?-(\\d[^/]*)\\.jar");

  @TempDir private Path directory;

  @Test
  void eachBlockBuildsAProject() throws Exception {
    String documents = documents();
    List<String> blocks = BLOCK.matcher(documents).results().map(found -> found.group(1)).toList();
    assertThat(blocks).hasSizeGreaterThan(5);
    List<Artifact> artifacts = artifacts(documents);
    List<String> names = IntStream.range(0, blocks.size()).mapToObj(i -> "block-" + i).toList();
    for (int i = 0; i < blocks.size(); i++) {
      Project project = new Project(directory.resolve(names.get(i)), blocks.get(0), blocks.get(i));
      project.write(artifacts);
    }
    Project.writeAll(directory, names);

    String released = bomVersion("netty-transport-kqueue-ffm-bom", blocks.get(0));
    Maven maven = new Maven(ROOT, directory.resolve("repository"), released);
    maven.install();
    assertThat(maven.build(directory)).as("%s", maven.output()).isZero();

    String netty = bomVersion("netty-bom", blocks.get(0));
    for (int i = 0; i < blocks.size(); i++) {
      assertBuilt(directory.resolve(names.get(i)), netty);
    }
    int plugin =
        IntStream.range(0, blocks.size())
            .filter(i -> blocks.get(i).startsWith("<plugin>"))
            .findFirst()
            .orElseThrow();
    assertAllowsNativeAccess(
        directory.resolve("block-" + plugin + "/target/block-" + plugin + "-1.jar"));
  }

  private static String bomVersion(String bom, String block) {
    return Pattern.compile("<artifactId>" + bom + "</artifactId>\\s*<version>(.*?)</version>")
        .matcher(block)
        .results()
        .findFirst()
        .orElseThrow()
        .group(1);
  }

  /** The README, whose block every project needs, and the page of frameworks. */
  private static String documents() throws IOException {
    return Files.readString(ROOT.resolve("README.md"))
        + Files.readString(ROOT.resolve("docs/frameworks.md"));
  }

  /** With one version of Netty, that of the BOM. */
  private static void assertBuilt(Path project, String netty) throws IOException {
    assertThat(project.resolve("target/classes/com/example/Main.class")).exists();
    String classPath = Files.readString(project.resolve("target/class.path"));
    assertThat(classPath).contains("netty-transport-kqueue-ffm-");
    assertThat(NETTY.matcher(classPath).results().map(jar -> jar.group(1)))
        .as(classPath)
        .isNotEmpty()
        .containsOnly(netty);
  }

  /** As {@code java -jar} needs it. */
  private static void assertAllowsNativeAccess(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      Attributes manifest = file.getManifest().getMainAttributes();
      assertThat(manifest.getValue("Enable-Native-Access")).isEqualTo("ALL-UNNAMED");
      assertThat(manifest.getValue("Main-Class")).isEqualTo("com.example.Main");
    }
  }

  @Test
  void modulesHaveTheNamesThatTheTableSays() throws IOException {
    List<Artifact> artifacts = artifacts(documents());
    for (Artifact artifact : artifacts) {
      Path module = artifact.directory();
      Path descriptor = module.resolve("src/main/java/module-info.java");
      if (Files.exists(descriptor)) {
        assertThat(descriptor).content().contains("module " + artifact.module() + " {");
      } else {
        assertThat(module.resolve("pom.xml"))
            .content()
            .contains("<Automatic-Module-Name>" + artifact.module() + "<");
      }
    }
  }

  /**
   * The rows of the table, each with the artifact and the module of the one above it if it has
   * none.
   */
  private static List<Artifact> artifacts(String documents) {
    List<Artifact> artifacts = new ArrayList<>();
    for (MatchResult row : IMPORT.matcher(documents).results().toList()) {
      Artifact above = artifacts.isEmpty() ? null : artifacts.get(artifacts.size() - 1);
      artifacts.add(
          new Artifact(
              row.group(1) == null ? above.name() : row.group(1),
              row.group(2),
              row.group(3) == null ? above.module() : row.group(3)));
    }
    assertThat(artifacts).extracting(Artifact::name).contains("netty-kqueue-over-ffm");
    return artifacts;
  }

  /** A row of the table of artifacts. */
  record Artifact(String name, String type, String module) {

    Path directory() throws IOException {
      for (String module : Maven.MODULES) {
        Path directory = ROOT.resolve(module);
        if (Maven.artifactId(directory.resolve("pom.xml")).equals(name)) {
          return directory;
        }
      }
      throw new IOException("no module has the artifact " + name);
    }
  }
}
