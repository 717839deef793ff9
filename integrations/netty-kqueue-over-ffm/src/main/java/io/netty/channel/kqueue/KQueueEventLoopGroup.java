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
 * <p>In all constructors 0 {@code threads} means Netty's default of two per processor. A thread
 * factory, an executor, a handler of rejected tasks or a factory of queues may be {@code null} for
 * Netty's default. Other arguments may not be {@code null}. The constructors throw
 *
 * <ul>
 *   <li>{@link UnsatisfiedLinkError} if {@link KQueue#isAvailable()} is false, as on Linux unless
 *       it was turned on,
 *   <li>{@link IllegalArgumentException} if a number is negative,
 *   <li>{@link IllegalStateException} if a loop's kqueue cannot be opened.
 * </ul>
 *
 * @deprecated use a {@link io.netty.channel.MultiThreadIoEventLoopGroup} with {@link
 *     KQueueIoHandler#newFactory()}, as with Netty's own class
 */
@Deprecated
public final class KQueueEventLoopGroup extends KQueueFfmEventLoopGroup {
  private static final int MAX_PENDING_TASKS =
      SystemPropertyUtil.getInt("io.netty.eventLoop.maxPendingTasks", Integer.MAX_VALUE);

  /** Two event loops per processor, with Netty's default threads. */
  public KQueueEventLoopGroup() {
    this(0);
  }

  /**
   * With Netty's default threads.
   *
   * @param threads the number of event loops
   */
  public KQueueEventLoopGroup(int threads) {
    this(threads, (ThreadFactory) null);
  }

  /**
   * Two event loops per processor.
   *
   * @param threadFactory makes the loops' threads
   */
  public KQueueEventLoopGroup(ThreadFactory threadFactory) {
    this(0, threadFactory);
  }

  /**
   * With Netty's default threads.
   *
   * @param threads the number of event loops
   * @param selectStrategyFactory decides for each turn of a loop whether it waits
   */
  public KQueueEventLoopGroup(int threads, SelectStrategyFactory selectStrategyFactory) {
    this(threads, (ThreadFactory) null, selectStrategyFactory);
  }

  /**
   * @param threads the number of event loops
   * @param threadFactory makes the loops' threads
   */
  public KQueueEventLoopGroup(int threads, ThreadFactory threadFactory) {
    this(threads, threadFactory, 0);
  }

  /**
   * @param threads the number of event loops
   * @param executor runs the loops; each loop occupies one of its threads
   */
  public KQueueEventLoopGroup(int threads, Executor executor) {
    this(threads, executor, DefaultSelectStrategyFactory.INSTANCE);
  }

  /**
   * @param threads the number of event loops
   * @param threadFactory makes the loops' threads
   * @param selectStrategyFactory decides for each turn of a loop whether it waits
   */
  public KQueueEventLoopGroup(
      int threads, ThreadFactory threadFactory, SelectStrategyFactory selectStrategyFactory) {
    this(threads, threadFactory, 0, selectStrategyFactory);
  }

  /**
   * @param threads the number of event loops
   * @param threadFactory makes the loops' threads
   * @param maxEventsAtOnce the most events that one turn of a loop takes; 0 for the default of 1024
   */
  public KQueueEventLoopGroup(int threads, ThreadFactory threadFactory, int maxEventsAtOnce) {
    this(threads, threadFactory, maxEventsAtOnce, DefaultSelectStrategyFactory.INSTANCE);
  }

  /**
   * @param threads the number of event loops
   * @param threadFactory makes the loops' threads
   * @param maxEventsAtOnce the most events that one turn of a loop takes; 0 for the default of 1024
   * @param selectStrategyFactory decides for each turn of a loop whether it waits
   */
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

  /**
   * @param threads the number of event loops
   * @param executor runs the loops; each loop occupies one of its threads
   * @param selectStrategyFactory decides for each turn of a loop whether it waits
   */
  public KQueueEventLoopGroup(
      int threads, Executor executor, SelectStrategyFactory selectStrategyFactory) {
    this(threads, executor, DefaultEventExecutorChooserFactory.INSTANCE, selectStrategyFactory);
  }

  /**
   * @param threads the number of event loops
   * @param executor runs the loops; each loop occupies one of its threads
   * @param chooserFactory makes the chooser of the loop for a new channel
   * @param selectStrategyFactory decides for each turn of a loop whether it waits
   */
  public KQueueEventLoopGroup(
      int threads,
      Executor executor,
      EventExecutorChooserFactory chooserFactory,
      SelectStrategyFactory selectStrategyFactory) {
    this(threads, executor, chooserFactory, selectStrategyFactory, null);
  }

  /**
   * @param threads the number of event loops
   * @param executor runs the loops; each loop occupies one of its threads
   * @param chooserFactory makes the chooser of the loop for a new channel
   * @param selectStrategyFactory decides for each turn of a loop whether it waits
   * @param rejected gets the tasks that a loop cannot take, because it was shut down or its queue
   *     is full; by default they fail with a {@link
   *     java.util.concurrent.RejectedExecutionException}
   */
  public KQueueEventLoopGroup(
      int threads,
      Executor executor,
      EventExecutorChooserFactory chooserFactory,
      SelectStrategyFactory selectStrategyFactory,
      RejectedExecutionHandler rejected) {
    this(threads, executor, chooserFactory, selectStrategyFactory, rejected, null);
  }

  /**
   * @param threads the number of event loops
   * @param executor runs the loops; each loop occupies one of its threads
   * @param chooserFactory makes the chooser of the loop for a new channel
   * @param selectStrategyFactory decides for each turn of a loop whether it waits
   * @param rejected gets the tasks that a loop cannot take, because it was shut down or its queue
   *     is full; by default they fail with a {@link
   *     java.util.concurrent.RejectedExecutionException}
   * @param taskQueueFactory makes each loop's queue of tasks, to which any thread may add tasks
   *     while the loop takes them
   */
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
   * @param threads the number of event loops
   * @param executor runs the loops; each loop occupies one of its threads
   * @param chooserFactory makes the chooser of the loop for a new channel
   * @param selectStrategyFactory decides for each turn of a loop whether it waits
   * @param rejected gets the tasks that a loop cannot take, because it was shut down or its queue
   *     is full; by default they fail with a {@link
   *     java.util.concurrent.RejectedExecutionException}
   * @param taskQueueFactory makes each loop's queue of tasks, to which any thread may add tasks
   *     while the loop takes them
   * @param tailTaskQueueFactory makes each loop's queue of the tasks that run at the end of a turn
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
