package io.github.kqueueffm.frameworks.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.kqueueffm.doctor.Doctor;
import io.github.kqueueffm.testkit.ChildJvm;
import io.github.kqueueffm.testkit.OlderJava;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The transport's jar, as a user starts it. */
class DoctorJarTest {
  private static final Path TARGET = Path.of("..", "transport-kqueue-ffm", "target");

  private Path jar;

  /** A build up to the phase test makes no jars. */
  @BeforeEach
  void findJar() throws Exception {
    try (Stream<Path> files = Files.list(TARGET)) {
      jar =
          files
              .filter(
                  file -> file.getFileName().toString().startsWith("netty-transport-kqueue-ffm-"))
              .filter(file -> file.toString().endsWith(".jar"))
              .findFirst()
              .orElse(null);
    }
    assumeThat(jar).as("a jar in %s", TARGET).isNotNull();
  }

  @Test
  void manifestNamesTheDoctorAndAllowsNativeAccess() throws Exception {
    try (JarFile file = new JarFile(jar.toFile())) {
      Attributes attributes = file.getManifest().getMainAttributes();
      assertThat(attributes.getValue("Main-Class")).isEqualTo(Doctor.class.getName());
      assertThat(attributes.getValue("Enable-Native-Access")).isEqualTo("ALL-UNNAMED");
      assertThat(attributes.getValue("Implementation-Version")).startsWith("0.");
    }
  }

  @Test
  void jarRunsWithoutNettyAndWithoutAWarning() throws Exception {
    ChildJvm.Result result = ChildJvm.java(List.of("-jar", jar.toString())).hasEnded();
    // The limits of the machine decide between them.
    assertThat(result.status()).as(result.all()).isIn(0, 1);
    assertThat(result.errors()).isEmpty();
    assertThat(result.output())
        .containsPattern("(?m)^  transport: 0\\.\\S+  \\[.*netty-transport-kqueue-ffm-.*\\.jar\\]$")
        .contains("  Netty: not on the class path")
        .contains("note: java -jar has only this jar")
        .contains("  native access: granted  [Enable-Native-Access in the manifest of " + jar)
        .contains("  available: yes  [a first select step]");
  }

  @Test
  void olderJavaIsToldWhichOneIsNeeded(@TempDir Path directory) throws Exception {
    String program =
        """
        public class Starter {
          public static void main(String[] arguments) throws Exception {
            var process =
                new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java", "-jar", arguments[0])
                    .inheritIO()
                    .start();
            System.out.println("status " + process.waitFor());
          }
        }
        """
            .replace("arguments[0]", '"' + jar.toAbsolutePath().toString() + '"');
    assertThat(OlderJava.run(directory, "Starter", program))
        .contains("transport-kqueue-ffm: not usable")
        .contains("problem: run the application on Java 22 or newer")
        .contains("status 2")
        .doesNotContain("Exception", "Error");
  }
}
