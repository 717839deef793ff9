package io.github.kqueueffm.frameworks.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.doctor.Doctor;
import io.github.kqueueffm.testkit.ChildJvm;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What the doctor says of each framework, beside the loops that the framework then has. */
class DoctorFrameworksTest {
  private static final Path NATIVE = Path.of("target/native-transports/*");
  private static final Path DROP_IN =
      Path.of("..", "integrations", "netty-kqueue-over-ffm", "target", "classes");
  private static final Pattern LINE = Pattern.compile("(?m)^ {2}([^:\\n]+): ([^\\[\\n]+) {2}\\[");

  private static final String NIO = "io.netty.channel.nio.NioIoHandler";
  private static final String FFM = "io.github.kqueueffm.channel.KQueueFfmIoHandler";
  private static final String EPOLL = "io.netty.channel.epoll.EpollIoHandler";
  private static final String DROPPED_IN = "io.netty.channel.kqueue.KQueueIoHandler";

  /** Runs both with the same class path and options. */
  private static Map<String, String> loops(String more, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("-Dio.netty.bootstrap.extensions=serviceload");
    command.add("-Djava.util.logging.config.file=src/test/resources/logging.properties");
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path") + more));
    Map<String, String> said = said(with(command, Doctor.class.getName()));
    Map<String, String> loops = new LinkedHashMap<>();
    String output =
        ChildJvm.java(with(command, LoopsOfFrameworks.class.getName())).isSuccess().output();
    for (String line : output.lines().toList()) {
      String[] parts = line.split(": ", 2);
      loops.put(parts[0], parts[1]);
    }
    assertThat(said).containsExactlyEntriesOf(loops);
    return loops;
  }

  private static List<String> with(List<String> command, String last) {
    List<String> all = new ArrayList<>(command);
    all.add(last);
    return all;
  }

  /** The last section, without the names of the transports. */
  private static Map<String, String> said(List<String> command) throws Exception {
    String output = ChildJvm.java(command).hasEnded().output();
    Map<String, String> said = new LinkedHashMap<>();
    LINE.matcher(output.substring(output.indexOf("\nFrameworks\n")))
        .results()
        .forEach(line -> said.put(line.group(1), line.group(2).replaceFirst("^[\\w-]+, ", "")));
    return said;
  }

  @Test
  void eachFrameworkTakesWhatTheDoctorSays() throws Exception {
    assertThat(loops(""))
        .containsExactly(
            Map.entry("reactor-netty", NIO),
            Map.entry("reactor-netty with KQueueFfmLoopResources", FFM),
            Map.entry("Vert.x", NIO),
            Map.entry("Vert.x with preferNativeTransport", FFM),
            Map.entry("gRPC", NIO),
            Map.entry("gRPC by Grpc.newServerBuilderForPort", FFM),
            Map.entry("Micronaut", NIO),
            Map.entry("Micronaut with transport=kqueue-ffm", FFM));
  }

  @Test
  void withoutTheTransportEachTakesWhatTheDoctorSays() throws Exception {
    assertThat(loops("", "-Dio.netty.transport.noNative=true"))
        .containsEntry("reactor-netty with KQueueFfmLoopResources", NIO)
        .containsEntry("Vert.x with preferNativeTransport", NIO)
        .containsEntry("gRPC by Grpc.newServerBuilderForPort", NIO)
        .containsEntry("Micronaut with transport=kqueue-ffm", "does not start");
  }

  @Test
  void onTheDropInEachTakesWhatTheDoctorSays() throws Exception {
    assertThat(loops(File.pathSeparator + DROP_IN, "-Dio.github.kqueueffm.dropin=true"))
        .containsEntry("reactor-netty", DROPPED_IN)
        .containsEntry("reactor-netty with KQueueFfmLoopResources", FFM)
        .containsEntry("gRPC", NIO)
        .containsEntry("Micronaut", NIO);
  }

  /** Netty's own transport is native, too, and comes first where a framework prefers that. */
  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void besideNativeEpollEachTakesWhatTheDoctorSays() throws Exception {
    assertThat(loops(File.pathSeparator + NATIVE))
        .containsEntry("reactor-netty", EPOLL)
        .containsEntry("reactor-netty with KQueueFfmLoopResources", FFM)
        .containsEntry("Vert.x", NIO)
        .containsEntry("Vert.x with preferNativeTransport", EPOLL)
        .containsEntry("gRPC", EPOLL)
        .containsEntry("gRPC by Grpc.newServerBuilderForPort", FFM);
  }
}
