package io.github.kqueueffm.testsuite.demo;

import io.github.kqueueffm.channel.KQueueFfm;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Serves one pipeline by NIO and by this transport, checks every byte and shows what both did.
 *
 * <p>Properties: {@code demo.port} (HTTP there, the raw echo on the next one; free ones by
 * default), {@code demo.seconds} for each measurement, {@code demo.serve=true} to go on serving
 * until Ctrl-C.
 */
public final class Demo {
  private static final PrintStream OUT = System.out;

  private final int port = Integer.getInteger("demo.port", 0);
  private final int seconds = Math.max(1, Integer.getInteger("demo.seconds", 2));

  private Demo() {}

  /** Ends with status 0 if every byte was right, 1 if not, 2 if the transport cannot run here. */
  public static void main(String[] args) throws Exception {
    if (!KQueueFfm.isAvailable()) {
      OUT.println(
          "This transport is not available: " + KQueueFfm.unavailabilityCause().getMessage());
      System.exit(2);
    }
    try {
      Demo demo = new Demo();
      demo.compare();
      if (Boolean.getBoolean("demo.serve")) {
        demo.serve();
      }
    } catch (WrongAnswerException | IOException e) {
      OUT.print("FAILED: ");
      e.printStackTrace(OUT);
      System.exit(1);
    }
  }

  private void compare() throws Exception {
    OUT.println("One pipeline on 127.0.0.1, over NIO and over " + KQueueFfm.description());
    OUT.println("warming up both");
    serving(Transport.nio(), Round::warmUp);
    serving(Transport.kqueueFfm(), Round::warmUp);
    List<Measurement> measurements = new ArrayList<>();
    serving(Transport.nio(), round -> measurements.addAll(round.measure(seconds, OUT)));
    serving(Transport.kqueueFfm(), round -> measurements.addAll(round.measure(seconds, OUT)));
    OUT.println();
    OUT.println(KQueueFfm.description());
    Table.print(measurements, OUT);
  }

  private void serving(Transport transport, Task task) throws Exception {
    EventLoopGroup client = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (DemoServer server = DemoServer.start(transport, port)) {
      task.run(new Round(transport, server, client));
    } finally {
      DemoServer.stop(client);
    }
  }

  private void serve() throws Exception {
    DemoServer server = DemoServer.start(Transport.kqueueFfm(), port);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
    OUT.println();
    OUT.println("Serving until Ctrl-C:");
    OUT.println("  " + server.url(Workload.PLAINTEXT) + HttpRoutes.PLAINTEXT_PATH);
    OUT.println("  " + server.url(Workload.HTTP_ECHO) + HttpRoutes.ECHO_PATH + "  (POST)");
    OUT.println("  " + server.url(Workload.RAW_ECHO) + "  (raw TCP echo)");
    new CountDownLatch(1).await();
  }

  private static void stop(DemoServer server) {
    server.close();
    OUT.println("Stopped.");
  }

  private interface Task {
    void run(Round round) throws Exception;
  }
}
