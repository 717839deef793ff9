package io.github.kqueueffm.testsuite.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.ChildJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that contain a JVM, by jlink and jpackage. */
class ImagesTest {
  private static final String ENABLE = "--enable-native-access=" + Packages.TRANSPORT;
  private static final String FROM = "jrt:/" + Packages.TRANSPORT;

  @TempDir private Path directory;

  @Test
  void imageOfJlink() throws Exception {
    Path image = directory.resolve("image");
    link(image);
    ChildJvm.Result result =
        ChildJvm.run(
            Packages.join(List.of(image.resolve("bin/echo").toString()), Packages.withDiagnosis()));
    Packages.assertEchoed(result, FROM);
    assertThat(result.output()).contains("available: yes  [KQueueFfm]");
  }

  @Test
  void imageOfJlinkInADirectoryWithASpaceAndAnUmlaut() throws Exception {
    Path image = directory.resolve("Über uns");
    link(image);
    // The script beside it, which jlink has written, fails where the directory's name has a space.
    String java = image.resolve("bin/java").toString();
    List<String> command = List.of(java, "-m", Packages.MODULE + '/' + Packages.MAIN);
    Packages.assertEchoed(ChildJvm.run(Packages.join(command, Packages.arguments())), FROM);
  }

  private static void link(Path image) throws Exception {
    ChildJvm.run(
            List.of(
                tool("jlink"),
                "--module-path",
                Packages.path(),
                "--add-modules",
                Packages.MODULE,
                "--launcher",
                "echo=" + Packages.MODULE + '/' + Packages.MAIN,
                "--add-options=" + ENABLE,
                "--output",
                image.toString()))
        .isSuccess();
  }

  @Test
  void applicationImageOfJpackage() throws Exception {
    List<String> command = new ArrayList<>(List.of(tool("jpackage"), "--type", "app-image"));
    command.addAll(List.of("--name", "echo", "--dest", directory.toString()));
    command.addAll(List.of("--module-path", Packages.path()));
    command.addAll(List.of("--module", Packages.MODULE + '/' + Packages.MAIN));
    command.addAll(List.of("--java-options", ENABLE));
    ChildJvm.run(command).isSuccess();
    Path launcher = directory.resolve("echo/bin/echo");
    Packages.assertEchoed(
        ChildJvm.run(Packages.join(List.of(launcher.toString()), Packages.arguments())), FROM);
  }

  private static String tool(String name) {
    return Path.of(System.getProperty("java.home"), "bin", name).toString();
  }
}
