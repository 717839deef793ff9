package io.github.kqueueffm.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.doctor.Fact.Level;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On class paths of folders whose classes are only looked up, and not loaded. */
class NettyFactsTest {
  private static final String KQUEUE = "io/netty/channel/kqueue/KQueue.class";
  private static final String DROP_IN = "io/netty/channel/kqueue/PeerCredentialsMaker.class";
  private static final String SECTION = "Class path";

  @TempDir private Path folder;

  private final List<URL> path = new ArrayList<>();

  private void jar(String name, String... files) throws IOException {
    Path place = folder.resolve(name);
    for (String file : files) {
      Path made = place.resolve(file);
      Files.createDirectories(made.getParent());
      Files.writeString(made, "");
    }
    path.add(place.toUri().toURL());
  }

  private void netty(String artifact, String version) throws IOException {
    String list = "META-INF/io.netty.versions.properties";
    jar(artifact + version, list, "io/netty/channel/Channel.class");
    Files.writeString(
        folder.resolve(artifact + version).resolve(list),
        artifact + ".version=" + version + "\n" + artifact + ".repoStatus=clean\n");
  }

  private Report report() throws IOException {
    try (URLClassLoader loader = new URLClassLoader(path.toArray(URL[]::new), null)) {
      Report report = new Report();
      new NettyFacts(new ClassPath(loader)).add(report);
      return report;
    }
  }

  @Test
  void manifestOfAJarThatContainsNettyDoesNotGiveItsVersion() throws IOException {
    netty("netty-transport", "4.2.20.Final");
    Path manifest = folder.resolve("netty-transport4.2.20.Final/META-INF/MANIFEST.MF");
    Files.writeString(manifest, "Manifest-Version: 1.0\nImplementation-Version: 7.7\n");
    assertThat(report().get("Versions", "Netty").value()).isEqualTo("4.2.20.Final");
  }

  @Test
  void mixedVersionsNameTheJarsOfEach() throws IOException {
    netty("netty-common", "4.2.20.Final");
    netty("netty-transport", "4.2.20.Final");
    assertThat(report().get(SECTION, "Netty's jars").level()).isEqualTo(Level.OK);
    netty("netty-handler", "4.1.100.Final");
    Fact jars = report().get(SECTION, "Netty's jars");
    assertThat(jars.level()).isEqualTo(Level.ADVICE);
    assertThat(jars.text())
        .contains("import netty-bom")
        .contains("4.1.100.Final (netty-handler)")
        .contains("4.2.20.Final (netty-common, netty-transport)");
  }

  @Test
  void jarsOfNativeLibrariesMayLag() throws IOException {
    netty("netty-common", "4.2.20.Final");
    netty("netty-transport-native-epoll", "4.2.18.Final");
    netty("netty-transport-classes-epoll", "4.2.18.Final");
    Fact jars = report().get(SECTION, "Netty's jars");
    assertThat(jars.level()).isEqualTo(Level.NOTE);
    assertThat(jars.text()).contains("4.2.18.Final (netty-transport-classes-epoll, ");
  }

  @Test
  void twoKqueueClassesAreNamedWithTheOneThatIsLoaded() throws IOException {
    netty("netty-common", "4.2.20.Final");
    assertThat(report().get(SECTION, "classes named KQueue").value()).isEqualTo("none");
    jar("nettys", KQUEUE);
    jar("dropin", KQUEUE, DROP_IN);
    Report report = report();
    Fact two = report.get(SECTION, "classes named KQueue");
    assertThat(two.level()).isEqualTo(Level.ADVICE);
    assertThat(two.value())
        .isEqualTo(folder.resolve("nettys") + "/ and " + folder.resolve("dropin") + "/");
    assertThat(two.text()).contains("exclude netty-transport-classes-kqueue", "now Netty's");
    Fact dropIn = report.get(SECTION, "drop-in netty-kqueue-over-ffm");
    assertThat(dropIn.value()).isEqualTo("without effect");
    assertThat(dropIn.level()).isEqualTo(Level.ADVICE);
  }

  @Test
  void dropInThatComesFirstIsTheOneThatIsLoaded() throws IOException {
    netty("netty-common", "4.2.20.Final");
    jar("dropin", KQUEUE, DROP_IN);
    jar("nettys", KQUEUE);
    assertThat(report().get(SECTION, "classes named KQueue").text()).contains("now the drop-in");
  }

  @Test
  void withoutNettyItSaysSo() throws IOException {
    Fact netty = report().get("Versions", "Netty");
    assertThat(netty.value()).isEqualTo("not on the class path");
    // The class path of this test is not that of java -jar.
    assertThat(netty.level()).isEqualTo(Level.ADVICE);
    assertThat(netty.text()).contains("netty-transport", Doctor.class.getName());
    assertThat(report().get(SECTION, "Netty's jars")).isNull();
  }

  @Test
  void versionIsInTheNameOfAJar() {
    assertThat(ClassPath.versionInName("/a-1/vertx-core-5.2.3.jar")).isEqualTo("5.2.3");
    assertThat(ClassPath.versionInName("/lib/x-2-y-7.7.0.RELEASE.jar"))
        .isEqualTo("2-y-7.7.0.RELEASE");
    assertThat(ClassPath.versionInName("/target/classes/")).isEqualTo("-");
  }
}
