package io.netty.channel.kqueue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Where it is on and off, and as the module of Netty's name; in JVMs of their own. */
class DropInAvailabilityTest {
  private static final String MODULE =
      """
      module app {
        requires io.netty.transport.classes.kqueue;
      }
      """;
  private static final String PROGRAM =
      """
      package app;

      import io.netty.channel.kqueue.KQueue;
      import io.netty.channel.kqueue.KQueueSocketChannel;

      public class Main {
        public static void main(String[] args) throws Exception {
          System.out.println(KQueue.class.getModule().getName() + ' ' + KQueue.isAvailable());
          System.out.println("because of " + KQueue.unavailabilityCause());
          System.out.println(new KQueueSocketChannel().isOpen());
        }
      }
      """;

  @TempDir private Path directory;

  @Test
  @EnabledOnOs(OS.LINUX)
  void linuxHasItOffUnlessThePropertyTurnsItOn() throws Exception {
    compile();
    assertThat(onClassPath()).contains("null false", "-Dio.github.kqueueffm.dropin=true");
    assertThat(onClassPath("-Dio.github.kqueueffm.dropin=true"))
        .contains("null true", "because of null");
  }

  @Test
  void propertyTurnsItOff() throws Exception {
    compile();
    assertThat(onClassPath("-Dio.github.kqueueffm.dropin=false")).contains("null false");
  }

  @Test
  void noNativeTurnsItOffAsEverywhereInNetty() throws Exception {
    compile();
    assertThat(
            onClassPath("-Dio.github.kqueueffm.dropin=true", "-Dio.netty.transport.noNative=true"))
        .contains("null false", "-Dio.netty.transport.noNative=true");
  }

  @Test
  void moduleHasTheNameOfNettys() throws Exception {
    compile();
    assertThat(
            run(
                "--enable-native-access=io.github.kqueueffm.transport",
                "-Dio.github.kqueueffm.dropin=true",
                "-p",
                path() + File.pathSeparator + classes(),
                "-m",
                "app/app.Main"))
        .contains("io.netty.transport.classes.kqueue true")
        .doesNotContain("WARNING");
  }

  private void compile() throws IOException {
    Path module = Files.writeString(directory.resolve("module-info.java"), MODULE);
    Path main = Files.writeString(directory.resolve("Main.java"), PROGRAM);
    int answer =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                System.out,
                System.err,
                "-p",
                path(),
                "-d",
                classes(),
                module.toString(),
                main.toString());
    assertThat(answer).isZero();
  }

  private String classes() {
    return directory.resolve("classes").toString();
  }

  private String onClassPath(String... flags) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED"));
    arguments.addAll(List.of(flags));
    arguments.addAll(List.of("-cp", path() + File.pathSeparator + classes(), "app.Main"));
    return run(arguments.toArray(String[]::new));
  }

  private String run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(arguments));
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return Files.readString(output);
  }

  /** The drop-in, the transport and Netty, without what only the tests need. */
  private static String path() {
    return String.join(
        File.pathSeparator,
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry ->
                Files.exists(Path.of(entry, "module-info.class"))
                    || Path.of(entry).getFileName().toString().startsWith("netty-"))
            .toList());
  }
}
