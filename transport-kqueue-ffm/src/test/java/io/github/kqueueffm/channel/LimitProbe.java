package io.github.kqueueffm.channel;

import java.util.concurrent.CompletableFuture;

/**
 * An echo in a separate JVM, which ends with what it prints. Its own signatures have no class of
 * Netty's, whose jars the JVM may not be able to open.
 */
final class LimitProbe {
  private static final CompletableFuture<String> END = new CompletableFuture<>();

  private LimitProbe() {}

  public static void main(String[] args) {
    System.out.println("started");
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> failed(failure));
    Thread echo = new Thread(LimitProbe::echo, "echo");
    echo.setDaemon(true);
    echo.start();
    System.out.println(END.join());
    System.out.flush();
    // At once: nothing that is shut down needs a descriptor then.
    Runtime.getRuntime().halt(0);
  }

  private static void echo() {
    try {
      KQueueFfm.ensureAvailability();
      END.complete("echo: " + LoopbackEcho.once("works"));
    } catch (Throwable t) {
      failed(t);
    }
  }

  private static void failed(Throwable failure) {
    failure.printStackTrace(System.out);
    END.complete("failed");
  }
}
