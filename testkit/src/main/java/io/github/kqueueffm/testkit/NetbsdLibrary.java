package io.github.kqueueffm.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The library of {@code src/main/c/netbsd}, compiled by the system's C compiler. */
public final class NetbsdLibrary {
  /** The lowest number of its descriptors. Descriptors of libc are lower. */
  public static final int FIRST_FD = 1_000_000;

  /** Tests run in the directory of their module. */
  private static final Path SOURCES = Path.of("../testkit/src/main/c/netbsd");

  private static final long COMPILER_SECONDS = 60;

  private NetbsdLibrary() {}

  /**
   * Compiles the library.
   *
   * @param macros what the library lacks or has, as its header describes
   */
  public static Path compile(Path folder, String... macros)
      throws IOException, InterruptedException {
    assumeTrue(
        System.getProperty("os.name").equals("Linux"),
        "skipped: the library with NetBSD's ABI is made of Linux's system calls");
    String compiler = compiler();
    assumeTrue(
        compiler != null,
        "skipped: neither cc nor gcc is on the PATH to compile the library with NetBSD's" + " ABI");
    Path library = folder.resolve("libnetbsd" + String.join("", macros) + ".so");
    List<String> command = new ArrayList<>(List.of(compiler, "-shared", "-fPIC", "-O1"));
    command.addAll(List.of("-std=gnu11", "-Wall", "-Wextra", "-fvisibility=hidden"));
    for (String macro : macros) {
      command.add("-D" + macro);
    }
    command.addAll(List.of("-o", library.toString()));
    try (Stream<Path> files = Files.list(SOURCES)) {
      files.map(Path::toString).filter(file -> file.endsWith(".c")).sorted().forEach(command::add);
    }
    command.add("-lpthread");
    ChildJvm.Result result = ChildJvm.run(command, COMPILER_SECONDS);
    assertThat(result.status()).as("%s: %s", command, result.errors()).isZero();
    return library;
  }

  private static String compiler() {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
      for (String name : List.of("cc", "gcc")) {
        Path candidate = Path.of(folder, name);
        if (Files.isExecutable(candidate)) {
          return candidate.toString();
        }
      }
    }
    return null;
  }
}
