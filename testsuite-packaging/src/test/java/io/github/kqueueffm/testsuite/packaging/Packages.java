package io.github.kqueueffm.testsuite.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/** The jars that the build has made, and the program {@code com.example.Main} in them. */
final class Packages {
  static final String MAIN = "com.example.Main";
  static final String MODULE = "com.example.echo";
  static final String TRANSPORT = "io.github.kqueueffm.transport";
  static final String HANDLER = "io.github.kqueueffm.channel.KQueueFfmIoHandler";

  private static final String PROGRAM = System.getProperty("packaging.program");
  private static final Path JARS = Path.of(System.getProperty("packaging.jars"));

  private static final byte[] PIECE =
      HexFormat.of().parseHex("00ff0d0ac3bc80deadbeef7f0123456789abcdef");

  /** More than the sockets' buffers have room for. */
  private static final int REPETITIONS = 50_000;

  private static final String ECHOED = echoed();

  private Packages() {}

  /** The jar of the program alone. */
  static Path program() {
    return Path.of(PROGRAM + ".jar");
  }

  static Path shaded() {
    return Path.of(PROGRAM + "-shaded.jar");
  }

  static Path boot() {
    return Path.of(PROGRAM + "-boot.jar");
  }

  /** The program's jar and those of its dependencies. */
  static List<Path> jars() throws IOException {
    try (Stream<Path> files = Files.list(JARS)) {
      return Stream.concat(Stream.of(program()), files.sorted()).toList();
    }
  }

  /** The same as a class path or module path. */
  static String path() throws IOException {
    return path(jars());
  }

  static String path(List<Path> jars) {
    return jars.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  /** {@return the program's arguments} */
  static List<String> arguments() {
    return List.of(HexFormat.of().formatHex(PIECE), Integer.toString(REPETITIONS));
  }

  /** Runs the program by the java of this JVM. */
  static ChildJvm.Result java(String... options) throws Exception {
    return java(List.of(options), arguments());
  }

  /** The same, and the program prints its diagnosis too. */
  static ChildJvm.Result javaWithDiagnosis(String... options) throws Exception {
    return java(List.of(options), withDiagnosis());
  }

  private static ChildJvm.Result java(List<String> options, List<String> arguments)
      throws Exception {
    return ChildJvm.java(join(options, arguments));
  }

  /** {@return the arguments with which it prints its diagnosis too} */
  static List<String> withDiagnosis() {
    return join(arguments(), List.of("diagnosis"));
  }

  static List<String> join(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }

  /**
   * Fails unless every byte came back through this transport, and nothing is on standard error.
   *
   * @param from a part of the place that the transport's classes have to be from
   */
  static void assertEchoed(ChildJvm.Result result, String from) {
    assertEchoed(result, from, HANDLER);
  }

  static void assertEchoed(ChildJvm.Result result, String from, String handler) {
    result.isSuccess();
    assertThat(result.errors()).isEmpty();
    List<String> lines = result.output().lines().toList();
    assertThat(lines).contains("handler: " + handler, "echoed: " + ECHOED);
    String place =
        lines.stream().filter(line -> line.startsWith("from: ")).findFirst().orElseThrow();
    assertThat(URLDecoder.decode(place, StandardCharsets.UTF_8))
        .contains(from)
        .doesNotContain("target/classes");
  }

  private static String echoed() {
    CRC32 crc = new CRC32();
    for (int i = 0; i < REPETITIONS; i++) {
      crc.update(PIECE);
    }
    return PIECE.length * REPETITIONS + " bytes, CRC " + Long.toHexString(crc.getValue());
  }
}
