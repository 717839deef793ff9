package io.github.kqueueffm.testsuite.netbsd;

import io.github.kqueueffm.channel.KQueueFfm;
import io.github.kqueueffm.syscall.NativeMemory;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.TimeUnit;

/**
 * What {@link NetbsdAbiTest} runs in a JVM of its own: complete connections over the channels, on
 * whatever the two properties have chosen. Prints a line per story, {@code ok} or {@code FAILED} in
 * front.
 */
final class Stories {
  private static final int SHUTDOWN_SECONDS = 10;

  private int failed;

  private interface Story {
    void tell(Connections connections) throws Exception;
  }

  private Stories() {}

  public static void main(String[] args) throws Exception {
    System.exit(new Stories().tellAll());
  }

  private int tellAll() throws Exception {
    KQueueFfm.ensureAvailability();
    System.out.println("runs on " + KQueueFfm.description());
    long before = NativeMemory.live();
    Connections connections = new Connections();
    tell("every descriptor is the library's", connections, StreamStories::descriptors);
    tell("echo", connections, StreamStories::echo);
    tell("connect refused", connections, StreamStories::refused);
    tell("half-closure", connections, StreamStories::halfClosure);
    tell("reset", connections, StreamStories::reset);
    tell("peer closes while nobody reads", connections, StreamStories::closeWithoutRead);
    tell("options", connections, StreamStories::options);
    tell(
        "graceful shutdown",
        connections,
        shared -> shutDown(shared.group()));
    tell("no native memory is left", null, shared -> {
      long left = NativeMemory.live() - before;
      StreamStories.require(left == 0, left + " allocations are left");
    });
    return failed == 0 ? 0 : 1;
  }

  private void tell(String name, Connections connections, Story story) {
    try {
      story.tell(connections);
      System.out.println("ok " + name);
    } catch (Exception | AssertionError e) {
      failed++;
      System.out.println("FAILED " + name + ": " + e);
      e.printStackTrace();
    }
  }

  static void shutDown(EventLoopGroup group) throws InterruptedException {
    boolean ended =
        group
            .shutdownGracefully(0, SHUTDOWN_SECONDS, TimeUnit.SECONDS)
            .await(SHUTDOWN_SECONDS, TimeUnit.SECONDS);
    StreamStories.require(ended, "the event loops did not end");
  }
}
