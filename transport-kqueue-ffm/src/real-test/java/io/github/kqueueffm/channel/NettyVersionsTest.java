package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.ChildJvm;
import java.io.File;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("real")
class NettyVersionsTest {
  @Test
  void lowestIsThatOfTheBuild() throws Exception {
    assertThat(Files.readString(Path.of("../pom.xml")))
        .contains("<netty.floor.version>" + NettyVersions.LOWEST + "</netty.floor.version>");
  }

  @Test
  void jarBelowTheLowestMakesTheTransportUnavailable(@TempDir Path directory) throws Exception {
    assertThat(probe(buffers(directory, "Netty/Buffer", "4.2.13.Final")))
        .contains("available: false")
        .contains("needs Netty 4.2.17.Final or newer, and found {netty-buffer=4.2.13.Final}")
        .contains("netty-bom");
  }

  @Test
  void warnsOnceOfJarsOfSeveralVersions(@TempDir Path directory) throws Exception {
    String output = probe(buffers(directory, "Netty/Buffer", "4.2.99.Final"));
    assertThat(output).contains("available: true", "echo: works");
    assertThat(output.split("several versions", -1)).hasSize(2);
    assertThat(output).contains("netty-buffer=4.2.99.Final", "netty-bom");
  }

  @Test
  void jarWithoutNettysVersionIsAccepted(@TempDir Path directory) throws Exception {
    assertThat(probe(buffers(directory, "Application", "1.0.0")))
        .contains("available: true", "echo: works")
        .doesNotContain("several versions");
  }

  private static String probe(Path first) throws Exception {
    String path = first + File.pathSeparator + System.getProperty("java.class.path");
    return ChildJvm.java(
            List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                path,
                AvailabilityProbe.class.getName()))
        .isSuccess()
        .all();
  }

  /** The buffers' jar with another manifest. */
  private static Path buffers(Path directory, String title, String version) throws Exception {
    String original =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(path -> path.contains("netty-buffer"))
            .findFirst()
            .orElseThrow();
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.put(Attributes.Name.IMPLEMENTATION_TITLE, title);
    attributes.put(Attributes.Name.IMPLEMENTATION_VERSION, version);
    Path copy = directory.resolve("buffers.jar");
    try (JarFile jar = new JarFile(original);
        OutputStream file = Files.newOutputStream(copy);
        JarOutputStream out = new JarOutputStream(file, manifest)) {
      for (JarEntry entry :
          jar.stream().filter(e -> !e.getName().startsWith("META-INF")).toList()) {
        out.putNextEntry(new JarEntry(entry.getName()));
        try (InputStream in = jar.getInputStream(entry)) {
          in.transferTo(out);
        }
      }
    }
    return copy;
  }
}
