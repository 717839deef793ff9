package io.github.kqueueffm.benchmarks;

import io.github.kqueueffm.benchmarks.server.Server;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A server in a separate process. Each measurement starts a new one. */
final class ServerProcess implements AutoCloseable {
  private static final List<String> JVM =
      List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "--enable-native-access=ALL-UNNAMED",
          "-Xms512m",
          "-Xmx512m",
          "-Dio.netty.leakDetection.level=disabled");

  private static final int EXIT_SECONDS = 30;
  private static final int ANSWER_SECONDS = 60;

  private final Process process;
  private final BufferedReader output;
  private final boolean jvm;
  private final int port;

  private ServerProcess(Process process, boolean jvm) throws IOException {
    this.process = process;
    this.jvm = jvm;
    output = process.inputReader(StandardCharsets.US_ASCII);
    String line = readLine();
    if (line == null || !line.startsWith("ready ")) {
      process.destroyForcibly();
      throw new IOException("the server printed \"" + line + "\" in place of its ready line");
    }
    port = Integer.parseInt(line.substring("ready ".length()));
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @param path the file to send, or the local socket
   * @param jvmArguments further arguments of the JVM
   */
  static ServerProcess start(Peer peer, Workload workload, String path, List<String> jvmArguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    if (peer.isJvm()) {
      command.addAll(JVM);
      if (workload.measuresMemory()) {
        // So that memory that the process takes later does not belong to the heap.
        command.add("-XX:+AlwaysPreTouch");
      }
      command.addAll(jvmArguments);
      command.addAll(List.of("-cp", classPath(), Server.class.getName(), peer.name()));
      command.addAll(List.of(workload.service().name(), Integer.toString(workload.loops()), path));
    } else {
      command.addAll(List.of(peer.program().toString(), workload.service().name(), path));
    }
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    return new ServerProcess(process, peer.isJvm());
  }

  /**
   * Replaces the directory of this module by its jar, because an AOT cache does not support
   * directories.
   */
  private static String classPath() {
    String own = System.getProperty("bench.jar", "");
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(entry -> Files.isDirectory(Path.of(entry)) && !own.isEmpty() ? own : entry)
        .collect(Collectors.joining(File.pathSeparator));
  }

  int port() {
    return port;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /**
   * {@return the bytes that the event loops have allocated on the heap so far, or NaN without a
   * heap}
   */
  double allocatedBytes() throws IOException {
    return ask(Server.ALLOCATED);
  }

  /** {@return the live bytes on the heap, or NaN without a heap} */
  double liveBytes() throws IOException {
    return ask(Server.LIVE);
  }

  /** {@return the resident memory of the process, or NaN if the system does not report it} */
  double residentBytes() throws IOException {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    if (!Files.isReadable(status)) {
      return Double.NaN;
    }
    return Files.readString(status, StandardCharsets.ISO_8859_1)
        .lines()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToDouble(line -> 1024 * Double.parseDouble(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(Double.NaN);
  }

  private double ask(String command) throws IOException {
    if (!jvm) {
      return Double.NaN;
    }
    process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.US_ASCII));
    process.getOutputStream().flush();
    String answer = readLine();
    if (answer == null) {
      throw new IOException("the server has ended");
    }
    return Double.parseDouble(answer);
  }

  /** Kills a server that prints nothing, which also ends its output. */
  private String readLine() throws IOException {
    CompletableFuture<Process> end = new CompletableFuture<>();
    end.completeOnTimeout(process, ANSWER_SECONDS, TimeUnit.SECONDS)
        .thenAccept(Process::destroyForcibly);
    try {
      return output.readLine();
    } finally {
      end.cancel(false);
    }
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    if (!jvm) {
      process.destroy();
    }
    try {
      process.onExit().orTimeout(EXIT_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException late) {
      // The server must not disturb the next measurement.
      process.destroyForcibly().onExit().join();
    }
  }
}
