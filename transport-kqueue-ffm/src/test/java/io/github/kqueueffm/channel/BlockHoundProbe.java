package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Kernels;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import reactor.blockhound.BlockHound;

/**
 * Conversations while BlockHound looks at the loops' threads, in a separate JVM.
 *
 * <p>With {@code look} it prints the calls that were seen. With {@code refuse} such calls throw, as
 * they do in the tests of users, and the methods that the documentation names are allowed.
 */
final class BlockHoundProbe {
  private static final String LOOP = "probe-loop";
  private static final String ROOT = "io.github.kqueueffm.";
  private static final String PROBE = BlockHoundProbe.class.getName();

  /**
   * Where a loop's thread can park for as long as another thread is in the middle of one call that
   * does not wait.
   */
  static final Map<String, Set<String>> SHORT =
      Map.of(
          // Changes of several threads meet in the lock, which none holds while it waits.
          ROOT + "kqueue.epoll.EpollKqueue",
          Set.of("kevent", "await", "forget", "release", "close"),
          // A loop that ends closes its kqueue when no thread is about to wake it.
          ROOT + "selector.LoopWaker",
          Set.of("awaitEmpty"));

  private static final Queue<Throwable> SEEN = new ConcurrentLinkedQueue<>();

  private BlockHoundProbe() {}

  public static void main(String[] args) throws Exception {
    boolean look = args[1].equals("look");
    BlockHound.install(builder -> {
      builder.nonBlockingThreadPredicate(
          others -> others.or(thread -> thread.getName().startsWith(LOOP)));
      if (look) {
        // An exception in place of the call could be swallowed.
        builder.blockingMethodCallback(method -> SEEN.add(new Throwable(method.toString())));
      } else {
        SHORT.forEach((type, methods) ->
            methods.forEach(method -> builder.allowBlockingCallsInside(type, method)));
      }
    });
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            2, new DefaultThreadFactory(LOOP), KQueueFfmIoHandler.newFactory());
    long bytes = new Conversations(Kernels.system(), group, Path.of(args[0])).hold();
    System.out.println("bytes: " + bytes);
    report("transport");
    Future<?> blocking = group.next().submit(BlockHoundProbe::blocks).await();
    System.out.println("handler threw: " + blocking.cause());
    report("handler");
    group.shutdownGracefully(0, 10, TimeUnit.SECONDS).sync();
    report("shutdown");
  }

  /** So that it is known that the instrumentation sees something. */
  private static void blocks() {
    try (FileInputStream file = new FileInputStream("/dev/null")) {
      Thread.sleep(1);
      file.read();
    } catch (InterruptedException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void report(String part) {
    List<Throwable> seen = SEEN.stream().filter(call -> !isShort(call)).toList();
    SEEN.clear();
    System.out.println(part + ": " + seen.size() + " blocking calls");
    seen.forEach(call -> call.printStackTrace(System.out));
  }

  private static boolean isShort(Throwable call) {
    for (StackTraceElement frame : call.getStackTrace()) {
      String type = frame.getClassName();
      if (type.startsWith(ROOT) && !type.startsWith(PROBE)) {
        return SHORT.getOrDefault(type, Set.of()).contains(frame.getMethodName());
      }
    }
    return false;
  }
}
