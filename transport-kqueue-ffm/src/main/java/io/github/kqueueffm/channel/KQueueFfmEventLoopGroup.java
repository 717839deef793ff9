package io.github.kqueueffm.channel;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * An event loop group of this transport in one class; the same as a {@link
 * MultiThreadIoEventLoopGroup} with {@link KQueueFfmIoHandler#newFactory()}, but that its loops can
 * tell which channels are registered with them.
 */
public class KQueueFfmEventLoopGroup extends MultiThreadIoEventLoopGroup {

  /** Two threads per processor, as Netty's default is. */
  public KQueueFfmEventLoopGroup() {
    this(0);
  }

  /**
   * @param threads how many event loops; 0 for Netty's default
   */
  public KQueueFfmEventLoopGroup(int threads) {
    super(threads, KQueueFfmIoHandler.newFactory());
  }

  public KQueueFfmEventLoopGroup(ThreadFactory threadFactory) {
    this(0, threadFactory);
  }

  public KQueueFfmEventLoopGroup(int threads, ThreadFactory threadFactory) {
    super(threads, threadFactory, KQueueFfmIoHandler.newFactory());
  }

  public KQueueFfmEventLoopGroup(int threads, Executor executor) {
    super(threads, executor, KQueueFfmIoHandler.newFactory());
  }

  @Override
  protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... args) {
    return new KQueueFfmEventLoop(this, executor, factory);
  }
}
