package io.github.kqueueffm.testsuite.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory whose name has a space and an umlaut. */
class PathsTest {
  private static final String ENABLE = "--enable-native-access=ALL-UNNAMED";
  private static final String NAME = "Über uns";

  @TempDir private Path directory;

  private Path awkward;
  private List<Path> jars;

  @BeforeEach
  void copyJars() throws Exception {
    awkward = Files.createDirectory(directory.resolve(NAME));
    jars = copyJars(awkward);
  }

  private static List<Path> copyJars(Path to) throws Exception {
    List<Path> copies = new ArrayList<>();
    for (Path jar : Packages.jars()) {
      copies.add(Files.copy(jar, to.resolve(jar.getFileName())));
    }
    return copies;
  }

  @Test
  void jarsInADirectoryWithASpaceAndAnUmlaut() throws Exception {
    ChildJvm.Result result = run("C.UTF-8", ENABLE, "-cp", Packages.path(jars), Packages.MAIN);
    Packages.assertEchoed(result, NAME + "/netty-transport-kqueue-ffm-");
    assertThat(result.output()).contains("available: yes  [KQueueFfm]");
  }

  @Test
  void modulesInADirectoryWithASpaceAndAnUmlaut() throws Exception {
    ChildJvm.Result result =
        run(
            "C.UTF-8",
            "--enable-native-access=" + Packages.TRANSPORT,
            "-p",
            Packages.path(jars),
            "-m",
            Packages.MODULE + '/' + Packages.MAIN);
    Packages.assertEchoed(result, NAME + "/netty-transport-kqueue-ffm-");
  }

  @Test
  void shadedJarInADirectoryWithASpaceAndAnUmlaut() throws Exception {
    Path jar = Files.copy(Packages.shaded(), awkward.resolve("shaded.jar"));
    Packages.assertEchoed(
        run("C.UTF-8", "-jar", jar.toString()),
        NAME + "/shaded.jar",
        "com.example.shaded." + Packages.HANDLER);
  }

  @Test
  void jarsInADirectoryWithASpaceUnderThePosixLocale() throws Exception {
    Path spaced = Files.createDirectory(directory.resolve("about us"));
    String copies = Packages.path(copyJars(spaced));
    ChildJvm.Result result = run("C", ENABLE, "-cp", copies, Packages.MAIN);
    Packages.assertEchoed(result, "about us/netty-transport-kqueue-ffm-");
  }

  /** It looks for the name with a question mark for each byte of the umlaut. */
  @Test
  void javaItselfFindsNoJarByAnUmlautUnderThePosixLocale() throws Exception {
    ChildJvm.Result result = run("C", ENABLE, "-cp", Packages.path(jars), Packages.MAIN);
    assertThat(result.hasEnded().status()).isEqualTo(1);
    assertThat(result.errors()).contains("ClassNotFoundException: " + Packages.MAIN);
  }

  private static ChildJvm.Result run(String locale, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("env", "LC_ALL=" + locale));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    return ChildJvm.run(Packages.join(command, Packages.withDiagnosis()));
  }
}
