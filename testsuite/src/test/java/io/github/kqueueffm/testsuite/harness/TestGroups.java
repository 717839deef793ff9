package io.github.kqueueffm.testsuite.harness;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The event loop groups that tests share, so that they can be shut down when the suite ends. */
public final class TestGroups {
  private static final List<EventLoopGroup> OPEN = new CopyOnWriteArrayList<>();

  private TestGroups() {}

  /** Loops of this transport, on daemon threads with that name. */
  public static EventLoopGroup kqueue(String name, int threads) {
    return opened(name, threads, KQueueFfmIoHandler.newFactory());
  }

  static EventLoopGroup nio(String name, int threads) {
    return opened(name, threads, NioIoHandler.newFactory());
  }

  private static EventLoopGroup opened(String name, int threads, IoHandlerFactory factory) {
    return track(
        new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), factory));
  }

  /** Has the suite shut the group down when it ends. */
  public static <T extends EventLoopGroup> T track(T group) {
    OPEN.add(group);
    return group;
  }

  /**
   * A loop of Netty's that runs a task when it is shut down without a quiet period ends without a
   * last turn, and leaves its channels open. Ours has to close them all the same.
   */
  private static long quietMillis(EventLoopGroup group) {
    boolean ours =
        group instanceof IoEventLoopGroup loops && loops.isIoType(KQueueFfmIoHandler.class);
    return ours ? 0 : 200;
  }

  /** Shuts all of them down, which closes what is still registered there. */
  static void shutdown() throws InterruptedException {
    List<Future<?>> terminations =
        OPEN.stream()
            .<Future<?>>map(
                group -> group.shutdownGracefully(quietMillis(group), 5_000, TimeUnit.MILLISECONDS))
            .toList();
    OPEN.clear();
    for (Future<?> termination : terminations) {
      if (!termination.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("an event loop group did not terminate within 20 s");
      }
    }
  }
}
