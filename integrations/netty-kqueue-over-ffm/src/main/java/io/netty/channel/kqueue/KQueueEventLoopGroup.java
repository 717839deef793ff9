package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmEventLoopGroup;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopTaskQueueFactory;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SelectStrategyFactory;
import io.netty.util.concurrent.DefaultEventExecutorChooserFactory;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import io.netty.util.concurrent.RejectedExecutionHandler;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import io.netty.util.concurrent.ThreadPerTaskExecutor;
import io.netty.util.internal.SystemPropertyUtil;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * An event loop group of this package.
 *
 * @deprecated use a {@link io.netty.channel.MultiThreadIoEventLoopGroup} with {@link
 *     KQueueIoHandler#newFactory()}, as with Netty's own class
 */
@Deprecated
public final class KQueueEventLoopGroup extends KQueueFfmEventLoopGroup {
  private static final int MAX_PENDING_TASKS =
      SystemPropertyUtil.getInt("io.netty.eventLoop.maxPendingTasks", Integer.MAX_VALUE);

  public KQueueEventLoopGroup() {
    this(0);
  }

  public KQueueEventLoopGroup(int threads) {
    this(threads, (ThreadFactory) null);
  }

  public KQueueEventLoopGroup(ThreadFactory threadFactory) {
    this(0, threadFactory);
  }

  public KQueueEventLoopGroup(int threads, SelectStrategyFactory selectStrategyFactory) {
    this(threads, (ThreadFactory) null, selectStrategyFactory);
  }

  public KQueueEventLoopGroup(int threads, ThreadFactory threadFactory) {
    this(threads, threadFactory, 0);
  }

  public KQueueEventLoopGroup(int threads, Executor executor) {
    this(threads, executor, DefaultSelectStrategyFactory.INSTANCE);
  }

  public KQueueEventLoopGroup(
      int threads, ThreadFactory threadFactory, SelectStrategyFactory selectStrategyFactory) {
    this(threads, threadFactory, 0, selectStrategyFactory);
  }

  public KQueueEventLoopGroup(int threads, ThreadFactory threadFactory, int maxEventsAtOnce) {
    this(threads, threadFactory, maxEventsAtOnce, DefaultSelectStrategyFactory.INSTANCE);
  }

  public KQueueEventLoopGroup(
      int threads,
      ThreadFactory threadFactory,
      int maxEventsAtOnce,
      SelectStrategyFactory selectStrategyFactory) {
    super(
        threads,
        threadFactory == null ? null : new ThreadPerTaskExecutor(threadFactory),
        KQueueIoHandler.newFactory(maxEventsAtOnce, selectStrategyFactory),
        DefaultEventExecutorChooserFactory.INSTANCE);
  }

  public KQueueEventLoopGroup(
      int threads, Executor executor, SelectStrategyFactory selectStrategyFactory) {
    this(threads, executor, DefaultEventExecutorChooserFactory.INSTANCE, selectStrategyFactory);
  }

  public KQueueEventLoopGroup(
      int threads,
      Executor executor,
      EventExecutorChooserFactory chooserFactory,
      SelectStrategyFactory selectStrategyFactory) {
    this(threads, executor, chooserFactory, selectStrategyFactory, null);
  }

  public KQueueEventLoopGroup(
      int threads,
      Executor executor,
      EventExecutorChooserFactory chooserFactory,
      SelectStrategyFactory selectStrategyFactory,
      RejectedExecutionHandler rejected) {
    this(threads, executor, chooserFactory, selectStrategyFactory, rejected, null);
  }

  public KQueueEventLoopGroup(
      int threads,
      Executor executor,
      EventExecutorChooserFactory chooserFactory,
      SelectStrategyFactory selectStrategyFactory,
      RejectedExecutionHandler rejected,
      EventLoopTaskQueueFactory taskQueueFactory) {
    this(
        threads, executor, chooserFactory, selectStrategyFactory, rejected, taskQueueFactory, null);
  }

  /**
   * @param tailTaskQueueFactory of the tasks that run at the end of a turn; {@code null} for
   *     Netty's default, as for the others
   */
  public KQueueEventLoopGroup(
      int threads,
      Executor executor,
      EventExecutorChooserFactory chooserFactory,
      SelectStrategyFactory selectStrategyFactory,
      RejectedExecutionHandler rejected,
      EventLoopTaskQueueFactory taskQueueFactory,
      EventLoopTaskQueueFactory tailTaskQueueFactory) {
    super(
        threads,
        executor,
        KQueueIoHandler.newFactory(0, selectStrategyFactory),
        chooserFactory,
        rejected == null ? RejectedExecutionHandlers.reject() : rejected,
        taskQueueFactory,
        tailTaskQueueFactory);
  }

  @Override
  protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... args) {
    return args.length == 0
        ? super.newChild(executor, factory)
        : newLoop(
            executor, factory, queue(args[1]), queue(args[2]), (RejectedExecutionHandler) args[0]);
  }

  private static Queue<Runnable> queue(Object factory) {
    return factory == null
        ? null
        : ((EventLoopTaskQueueFactory) factory).newTaskQueue(MAX_PENDING_TASKS);
  }
}
