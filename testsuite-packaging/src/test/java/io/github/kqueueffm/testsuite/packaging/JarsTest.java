package io.github.kqueueffm.testsuite.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jars as they are, a jar of all that maven-shade-plugin made, and a jar of Spring Boot. */
class JarsTest {
  private static final String ENABLE = "--enable-native-access=ALL-UNNAMED";
  private static final String JAR = "netty-transport-kqueue-ffm-";
  private static final String RELOCATED = "com.example.shaded.";

  @Test
  void classPathOfPlainJars() throws Exception {
    ChildJvm.Result result =
        Packages.javaWithDiagnosis(ENABLE, "-cp", Packages.path(), Packages.MAIN);
    Packages.assertEchoed(result, JAR);
    assertThat(result.output()).contains("available: yes  [KQueueFfm]");
  }

  @Test
  void shadedJarWithNettyAndTheTransportRelocated(@TempDir Path directory) throws Exception {
    // Without a version in its name, which the doctor would take for the transport's.
    Path jar = Files.copy(Packages.shaded(), directory.resolve("shaded.jar"));
    ChildJvm.Result result = Packages.javaWithDiagnosis("-jar", jar.toString());
    Packages.assertEchoed(result, "/shaded.jar", RELOCATED + Packages.HANDLER);
    assertThat(result.output())
        .contains("available: yes  [KQueueFfm]")
        .containsPattern("transport: \\d+\\.\\S+  \\[.*/shaded\\.jar\\]");
  }

  @Test
  void nothingOfTheShadedJarIsAtItsOldPlace() throws Exception {
    try (JarFile jar = new JarFile(Packages.shaded().toFile())) {
      List<String> names = jar.stream().map(entry -> entry.getName()).toList();
      assertThat(names)
          .contains("com/example/shaded/io/github/kqueueffm/abi/linux-x86_64.platform")
          .noneSatisfy(name -> assertThat(name).startsWith("io/"))
          .noneSatisfy(name -> assertThat(name).contains("module-info"));
      Set<String> platforms =
          names.stream().filter(name -> name.endsWith(".platform")).collect(Collectors.toSet());
      assertThat(platforms).hasSize(11);
    }
  }

  /** The relocation changes the strings that are names of the transport, so its properties too. */
  @Test
  void propertiesOfTheShadedJarHaveItsPrefix() throws Exception {
    String property = "io.github.kqueueffm.wakeup";
    String jar = Packages.shaded().toString();
    String forced = "wakeup pipe";
    assertThat(Packages.java("-D" + RELOCATED + property + "=pipe", "-jar", jar).output())
        .contains(forced);
    assertThat(Packages.java("-D" + property + "=pipe", "-jar", jar).output())
        .doesNotContain(forced);
  }

  @Test
  void nestedJarsOfSpringBoot() throws Exception {
    ChildJvm.Result result = Packages.javaWithDiagnosis("-jar", Packages.boot().toString());
    Packages.assertEchoed(result, "BOOT-INF/lib/" + JAR);
    assertThat(result.output())
        .contains("available: yes  [KQueueFfm]")
        .containsPattern("transport: \\d+\\.\\S+  \\[.*BOOT-INF/lib/netty-transport-kqueue-ffm-");
  }
}
