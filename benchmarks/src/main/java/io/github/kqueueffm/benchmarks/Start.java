package io.github.kqueueffm.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Measures the time from the start of a server's JVM to its first echo. */
final class Start {
  private static final int STARTS = 3;
  private static final int TIMEOUT_MILLIS = 20_000;

  private final Settings settings;
  private final WorkFiles files;
  private final int round;
  private final Workload workload;
  private final Peer peer;

  Start(Settings settings, WorkFiles files, int round, Workload workload, Peer peer) {
    this.settings = settings;
    this.files = files;
    this.round = round;
    this.workload = workload;
    this.peer = peer;
  }

  Measurement measure() throws Exception {
    List<String> arguments = new ArrayList<>(settings.serverArguments());
    if (workload == Workload.STARTUP_AOT) {
      arguments.add("-XX:AOTCache=" + cache());
    }
    double[] micros = new double[STARTS];
    double[] cpu = new double[STARTS];
    double[] user = new double[STARTS];
    for (int i = 0; i < STARTS; i++) {
      long start = System.nanoTime();
      try (ServerProcess server = ServerProcess.start(peer, workload, "", arguments)) {
        echo(server.port());
        micros[i] = (System.nanoTime() - start) / 1e3;
        CpuTime used = CpuTime.of(server.handle());
        cpu[i] = used.nanos() / 1e3;
        user[i] = used.userNanos() / 1e3;
      }
    }
    return measurement(median(micros), median(cpu), median(user));
  }

  private Measurement measurement(double micros, double cpu, double user) {
    return new Measurement(
        round,
        workload,
        peer.name(),
        1e6 / micros,
        micros,
        Double.NaN,
        Double.NaN,
        cpu,
        user,
        cpu - user,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN);
  }

  /** {@return an AOT cache, which a first start writes when it ends} */
  private Path cache() throws Exception {
    Path cache = files.cache(peer);
    if (!Files.exists(cache)) {
      try (ServerProcess server =
          ServerProcess.start(peer, workload, "", List.of("-XX:AOTCacheOutput=" + cache))) {
        echo(server.port());
      }
      if (!Files.exists(cache)) {
        throw new IOException("this JVM does not write an AOT cache:  -XX:AOTCacheOutput=" + cache);
      }
    }
    return cache;
  }

  private static void echo(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.getOutputStream().write('?');
      InputStream input = socket.getInputStream();
      if (input.read() != '?') {
        throw new IOException("the first echo is missing or wrong");
      }
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
