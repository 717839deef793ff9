package io.github.kqueueffm.demo;

import io.github.kqueueffm.channel.KQueueFfm;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Serves one pipeline on NIO and on this transport in turn, checks every byte, and prints the
 * results of both.
 *
 * <p>Properties: {@code demo.port} (of HTTP; the raw echo has the next one; free ports by default),
 * {@code demo.seconds} for each transport and workload, {@code demo.serve=true} to continue to
 * serve until Ctrl-C, with a page that shows what the event loop does.
 */
public final class Demo {
  private static final PrintStream OUT = System.out;

  private final int port = Integer.getInteger("demo.port", 0);
  private final int seconds = Math.max(1, Integer.getInteger("demo.seconds", 3));

  private Demo() {}

  /** Exits with status 0 if every byte was right, 1 if not, 2 if the transport is not available. */
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
    EventLoopGroup client = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    List<Comparison.Result> results;
    try (DemoServer nio = DemoServer.start(Transport.nio(), 0);
        DemoServer ours = DemoServer.start(Transport.kqueueFfm(), port)) {
      Comparison comparison =
          new Comparison(
              new Round(Transport.nio(), nio, client),
              new Round(Transport.kqueueFfm(), ours, client),
              OUT);
      comparison.warmUp();
      results = comparison.measure(seconds);
    } finally {
      DemoServer.stop(client);
    }
    OUT.println();
    OUT.println(KQueueFfm.description());
    Table.print(results, OUT);
  }

  private void serve() throws Exception {
    DemoServer server = DemoServer.start(Transport.kqueueFfm(), port);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
    OUT.println();
    OUT.println("Serving until Ctrl-C:");
    OUT.println("  " + server.url(Workload.PLAINTEXT) + HttpRoutes.PLAINTEXT_PATH);
    OUT.println("  " + server.url(Workload.HTTP_ECHO) + HttpRoutes.ECHO_PATH + "  (POST)");
    OUT.println("  " + server.url(Workload.RAW_ECHO) + "  (raw TCP echo)");
    OUT.println(
        "  " + server.url(Workload.PLAINTEXT) + HttpRoutes.LOOPS_PATH + "  (what the loops do)");
    new CountDownLatch(1).await();
  }

  private static void stop(DemoServer server) {
    server.close();
    OUT.println("Stopped.");
  }
}
