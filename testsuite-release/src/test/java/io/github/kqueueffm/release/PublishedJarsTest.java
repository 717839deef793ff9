package io.github.kqueueffm.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.kqueueffm.channel.KQueueFfm;
import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is in the published jars, and beside them. */
class PublishedJarsTest {
  private static final String OWN = "io\\.github\\.kqueueffm\\..*|io\\.netty\\.channel\\.kqueue";
  private static final List<String> JARS = List.of(".jar", "-sources.jar", "-javadoc.jar");

  static List<Published> withJars() throws IOException {
    return Published.withJars();
  }

  static List<Published> all() throws IOException {
    return Published.all();
  }

  @ParameterizedTest
  @MethodSource("all")
  void artifactHasTheFilesThatMavenCentralDemandsAndABillOfMaterials(Published artifact)
      throws IOException {
    List<String> expected = new ArrayList<>(List.of(".pom", "-cyclonedx.json"));
    if (!artifact.name().equals(Published.BOM)) {
      expected.addAll(JARS);
    }
    if (System.getProperty("release.signatures").equals("skipped=false")) {
      expected.addAll(expected.stream().map(end -> end + ".asc").toList());
    }
    assertThat(artifact.files())
        .extracting(artifact::ending)
        .containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest
  @MethodSource("withJars")
  void everyJarHasTheLicenceAndTheNotice(Published artifact) throws IOException {
    for (String end : JARS) {
      try (JarFile jar = new JarFile(artifact.file(end).toFile())) {
        for (String name : List.of("LICENSE", "NOTICE")) {
          assertThat(text(jar, "META-INF/" + name))
              .as("%s%s", artifact, end)
              .isEqualTo(Files.readString(Published.ROOT.resolve(name)));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("withJars")
  void manifestSaysTheVersionAndTheBundle(Published artifact) throws IOException {
    try (JarFile jar = new JarFile(artifact.file(".jar").toFile())) {
      Attributes manifest = jar.getManifest().getMainAttributes();
      assertThat(manifest.getValue("Implementation-Title")).isEqualTo(artifact.name());
      assertThat(manifest.getValue("Implementation-Version")).isEqualTo(Published.VERSION);
      assertThat(manifest.getValue("Bundle-ManifestVersion")).isEqualTo("2");
      assertThat(manifest.getValue("Bundle-SymbolicName"))
          .isEqualTo(Published.GROUP + '.' + artifact.name());
      assertThat(manifest.getValue("Bundle-Version"))
          .isEqualTo(Published.VERSION.replace("-SNAPSHOT", ".SNAPSHOT"));
      assertThat(manifest.getValue("Bundle-License")).contains("Apache-2.0");
      assertThat(manifest.getValue("Require-Capability")).contains("osgi.ee");
      // What would make two builds differ.
      assertThat(manifest)
          .doesNotContainKeys(
              new Attributes.Name("Bnd-LastModified"), new Attributes.Name("Built-By"));
    }
  }

  @Test
  void libraryIsStartedAsTheDoctorWithNativeAccess() throws IOException {
    try (JarFile jar = new JarFile(Published.of(Published.LIBRARY).file(".jar").toFile())) {
      Attributes manifest = jar.getManifest().getMainAttributes();
      assertThat(manifest.getValue("Main-Class")).isEqualTo("io.github.kqueueffm.doctor.Doctor");
      assertThat(manifest.getValue("Enable-Native-Access")).isEqualTo("ALL-UNNAMED");
    }
  }

  @Test
  void libraryStatesTheVersionOfItsManifest() {
    assertThat(KQueueFfm.version()).isEqualTo(Published.VERSION);
  }

  /** A jar without a descriptor names its module, since a name by the file would change. */
  @ParameterizedTest
  @MethodSource("withJars")
  void jarIsAModuleWhoseNameStays(Published artifact) throws IOException {
    Path file = artifact.file(".jar");
    ModuleDescriptor module = ModuleFinder.of(file).findAll().iterator().next().descriptor();
    assertThat(module.name()).matches("io\\.github\\.kqueueffm\\.\\w+|io\\.netty\\..*\\.kqueue");
    try (JarFile jar = new JarFile(file.toFile())) {
      Set<String> exported = bundleExports(jar);
      // Nothing of another jar, which bnd would copy for an export of all.
      assertThat(exported).isNotEmpty().allMatch(module.packages()::contains);
      assertThat(module.packages()).allMatch(one -> one.matches(OWN));
      if (module.isAutomatic()) {
        assertThat(jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name"))
            .isEqualTo(module.name());
      } else {
        assertThat(exported)
            .isEqualTo(
                module.exports().stream()
                    .map(ModuleDescriptor.Exports::source)
                    .collect(Collectors.toSet()));
      }
    }
  }

  /** Bundles that were built with Netty import a range of its versions. */
  @Test
  void bundleOfTheDropInExportsNettysVersion() throws IOException {
    Path file = Published.of("netty-kqueue-over-ffm").file(".jar");
    try (JarFile jar = new JarFile(file.toFile())) {
      assertThat(jar.getManifest().getMainAttributes().getValue("Export-Package"))
          .contains(";version=\"" + System.getProperty("release.netty") + "\"");
    }
  }

  private static Set<String> bundleExports(JarFile jar) throws IOException {
    String header = jar.getManifest().getMainAttributes().getValue("Export-Package");
    // A comma within quotes separates names that a package uses.
    return List.of(header.replaceAll("\"[^\"]*\"", "").split(",")).stream()
        .map(clause -> clause.replaceFirst(";.*", ""))
        .collect(Collectors.toSet());
  }

  @ParameterizedTest
  @MethodSource("withJars")
  void jarHasNoTestsAndEveryClassHasItsSource(Published artifact) throws IOException {
    try (JarFile jar = new JarFile(artifact.file(".jar").toFile());
        JarFile sources = new JarFile(artifact.file("-sources.jar").toFile())) {
      List<String> classes =
          jar.stream().map(ZipEntry::getName).filter(name -> name.endsWith(".class")).toList();
      assertThat(classes).isNotEmpty().noneMatch(name -> name.matches(".*Test(Kit)?\\b.*"));
      Set<String> written = sources.stream().map(ZipEntry::getName).collect(Collectors.toSet());
      for (String name : classes) {
        // A name with $ after a folder is one that Micronaut's processor generates.
        if (!name.contains("/$")) {
          assertThat(written).contains(name.replaceFirst("(\\$.*)?\\.class$", ".java"));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("withJars")
  void javadocShowsThePublicPackagesOnly(Published artifact) throws IOException {
    try (JarFile javadoc = new JarFile(artifact.file("-javadoc.jar").toFile())) {
      assertThat(javadoc.getEntry("index.html")).isNotNull();
      if (artifact.name().equals(Published.LIBRARY)) {
        List<String> pages = javadoc.stream().map(ZipEntry::getName).toList();
        String module = "io.github.kqueueffm.transport/io/github/kqueueffm/";
        assertThat(pages)
            .contains(module + "channel/KQueueFfmIoHandler.html")
            .noneMatch(page -> page.startsWith(module + "syscall"));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("withJars")
  void billOfMaterialsNamesTheArtifactAndWhatItBrings(Published artifact) throws IOException {
    JsonNode bom = new ObjectMapper().readTree(artifact.file("-cyclonedx.json").toFile());
    assertThat(bom.path("bomFormat").asText()).isEqualTo("CycloneDX");
    JsonNode component = bom.path("metadata").path("component");
    assertThat(component.path("name").asText()).isEqualTo(artifact.name());
    assertThat(component.path("version").asText()).isEqualTo(Published.VERSION);
    List<String> brought = new ArrayList<>();
    bom.path("components").forEach(one -> brought.add(one.path("name").asText()));
    assertThat(brought)
        .contains("netty-transport", "netty-transport-native-unix-common")
        .doesNotContain("testkit", "junit-jupiter");
  }

  private static String text(JarFile jar, String name) throws IOException {
    ZipEntry entry = jar.getEntry(name);
    assertThat(entry).as("%s in %s", name, jar.getName()).isNotNull();
    return new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
  }
}
