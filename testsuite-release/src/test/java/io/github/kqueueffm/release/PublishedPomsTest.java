package io.github.kqueueffm.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The published POMs, as Maven Central demands them and a user's build reads them. */
class PublishedPomsTest {
  static List<Published> all() throws IOException {
    return Published.all();
  }

  static List<Published> withJars() throws IOException {
    return Published.withJars();
  }

  @ParameterizedTest
  @MethodSource("all")
  void pomHasWhatMavenCentralDemands(Published artifact) throws IOException {
    Pom pom = Pom.read(artifact.file(".pom"));
    assertThat(pom.text("groupId")).isEqualTo(Published.GROUP);
    assertThat(pom.text("artifactId")).isEqualTo(artifact.name());
    assertThat(pom.text("version")).isEqualTo(Published.VERSION);
    assertThat(pom.text("name")).isEqualTo(artifact.name());
    assertThat(pom.text("description")).isNotEmpty();
    String url = pom.text("url");
    // Not the address of a folder that the repository does not have.
    assertThat(url).startsWith("https://").isEqualTo(System.getProperty("release.url"));
    assertThat(pom.text("licenses", "license", "name")).isEqualTo("Apache-2.0");
    assertThat(pom.text("licenses", "license", "url")).startsWith("https://www.apache.org/");
    assertThat(pom.text("developers", "developer", "id")).isNotEmpty();
    assertThat(pom.text("developers", "developer", "name")).isNotEmpty();
    assertThat(pom.text("developers", "developer", "url")).startsWith("https://");
    assertThat(pom.text("scm", "connection")).isEqualTo("scm:git:" + url + ".git");
    assertThat(pom.text("scm", "developerConnection")).isEqualTo("scm:git:" + url + ".git");
    assertThat(pom.text("scm", "url")).isEqualTo(url);
    assertThat(pom.text("scm", "tag")).isEqualTo("v" + Published.VERSION);
    assertThat(pom.text("issueManagement", "url")).isEqualTo(url + "/issues");
    assertThat(pom.element().getTextContent()).doesNotContain("${");
  }

  @ParameterizedTest
  @MethodSource("all")
  void pomHasNothingThatOnlyTheBuildNeeds(Published artifact) throws IOException {
    Pom pom = Pom.read(artifact.file(".pom"));
    Set<String> allowed =
        new TreeSet<>(
            Set.of(
                "modelVersion groupId artifactId version packaging name description url licenses developers scm issueManagement"
                    .split(" ")));
    allowed.add(artifact.name().equals(Published.BOM) ? "dependencyManagement" : "dependencies");
    assertThat(pom.children()).extracting(Pom::name).isSubsetOf(allowed);
  }

  @ParameterizedTest
  @MethodSource("withJars")
  void dependenciesHaveReleasedVersionsAndNoneIsForTests(Published artifact) throws IOException {
    for (Pom dependency : Pom.read(artifact.file(".pom")).all("dependencies", "dependency")) {
      String name = dependency.text("groupId") + ':' + dependency.text("artifactId");
      assertThat(dependency.text("scope")).as(name).isIn("", "compile", "provided");
      assertThat(dependency.text("artifactId")).isNotEqualTo("testkit");
      if (dependency.text("groupId").equals(Published.GROUP)) {
        assertThat(dependency.text("version")).as(name).isEqualTo(Published.VERSION);
      } else {
        assertThat(dependency.text("version")).as(name).isNotEmpty().doesNotContain("SNAPSHOT");
      }
    }
  }

  @Test
  void libraryBringsOnlyNetty() throws IOException {
    List<Pom> brought =
        Pom.read(Published.of(Published.LIBRARY).file(".pom"))
            .all("dependencies", "dependency")
            .stream()
            .filter(one -> !one.text("optional").equals("true"))
            .toList();
    assertThat(brought)
        .extracting(one -> one.text("artifactId"))
        .containsExactlyInAnyOrder(
            "netty-common",
            "netty-buffer",
            "netty-transport",
            "netty-transport-native-unix-common");
    assertThat(brought).extracting(one -> one.text("groupId")).containsOnly("io.netty");
  }

  @Test
  void everyPublishedModuleIsInTheRepositoryAndNothingElse() throws IOException {
    assertThat(Published.all())
        .extracting(Published::name)
        .containsExactlyInAnyOrderElementsOf(Published.modules());
  }

  @Test
  void bomListsEveryPublishedJarInThisVersion() throws IOException {
    List<Pom> listed =
        Pom.read(Published.of(Published.BOM).file(".pom"))
            .all("dependencyManagement", "dependencies", "dependency");
    Set<String> jars =
        Published.modules().stream()
            .filter(name -> !name.equals(Published.BOM))
            .collect(Collectors.toSet());
    assertThat(listed)
        .extracting(one -> one.text("artifactId"))
        .containsExactlyInAnyOrderElementsOf(jars);
    assertThat(listed).extracting(one -> one.text("groupId")).containsOnly(Published.GROUP);
    assertThat(listed).extracting(one -> one.text("version")).containsOnly(Published.VERSION);
  }
}
