package io.github.kqueueffm.grpc;

import io.github.kqueueffm.channel.KQueueFfmEventLoopGroup;
import io.netty.channel.EventLoopGroup;
import io.netty.util.NettyRuntime;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.internal.SystemPropertyUtil;
import org.jspecify.annotations.Nullable;

/**
 * The loops of all servers and channels of this JVM, in the numbers of grpc-netty's own. A builder
 * gets them without a notice of when its channel ends, so they stay, on daemon threads, which start
 * with their first connection.
 *
 * <p>A group that cannot be opened, because descriptors are short, is tried again by the next
 * builder.
 */
final class Loops {
  private static @Nullable EventLoopGroup acceptor;
  private static @Nullable EventLoopGroup workers;

  private Loops() {}

  /** A program without a server has no acceptor. */
  static synchronized EventLoopGroup acceptor() {
    if (acceptor == null) {
      acceptor = group(1, "grpc-kqueue-ffm-acceptor");
    }
    return acceptor;
  }

  static synchronized EventLoopGroup workers() {
    if (workers == null) {
      boolean chosen = SystemPropertyUtil.contains("io.netty.eventLoopThreads");
      workers = group(chosen ? 0 : NettyRuntime.availableProcessors(), "grpc-kqueue-ffm");
    }
    return workers;
  }

  private static EventLoopGroup group(int loops, String name) {
    return new KQueueFfmEventLoopGroup(loops, new LoopThreads(name));
  }

  /** Does not keep the context class loader of the application that connects first. */
  private static final class LoopThreads extends DefaultThreadFactory {
    LoopThreads(String name) {
      super(name, true);
    }

    @Override
    protected Thread newThread(Runnable task, String name) {
      Thread thread = super.newThread(task, name);
      thread.setContextClassLoader(Loops.class.getClassLoader());
      return thread;
    }
  }
}
