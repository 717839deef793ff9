package io.github.kqueueffm.channel;

import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopTaskQueueFactory;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategyFactory;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import io.netty.util.concurrent.RejectedExecutionHandler;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import io.netty.util.internal.StringUtil;
import java.util.Queue;
import java.util.StringJoiner;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * An event loop group of this transport in one class; the same as a {@link
 * MultiThreadIoEventLoopGroup} with {@link KQueueFfmIoHandler#newFactory()}, but that its loops can
 * know which channels are registered with them.
 *
 * <p>Every public constructor opens a kqueue for each loop. It throws an {@link
 * UnsatisfiedLinkError} where the transport is {@linkplain KQueueFfm#isAvailable() not available},
 * and an {@link IllegalStateException} if a kqueue cannot be opened, because descriptors are short,
 * for instance.
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

  /**
   * Two event loops per processor, as Netty's default is.
   *
   * @param threadFactory makes the loops' threads; {@code null} for Netty's default
   */
  public KQueueFfmEventLoopGroup(@Nullable ThreadFactory threadFactory) {
    this(0, threadFactory);
  }

  /**
   * @param threads how many event loops; 0 for Netty's default
   * @param threadFactory makes the loops' threads; {@code null} for Netty's default
   * @throws IllegalArgumentException if {@code threads} is negative
   */
  public KQueueFfmEventLoopGroup(int threads, @Nullable ThreadFactory threadFactory) {
    super(threads, threadFactory, KQueueFfmIoHandler.newFactory());
  }

  /**
   * @param threads how many event loops; 0 for Netty's default
   * @param executor runs the loops, each of which keeps a thread of it for as long as it runs;
   *     {@code null} for Netty's default
   * @throws IllegalArgumentException if {@code threads} is negative
   */
  public KQueueFfmEventLoopGroup(int threads, @Nullable Executor executor) {
    super(threads, executor, KQueueFfmIoHandler.newFactory());
  }

  /**
   * @param threads how many event loops; 0 for Netty's default
   * @param selectStrategyFactory says of each turn of a loop whether it waits
   */
  public KQueueFfmEventLoopGroup(int threads, SelectStrategyFactory selectStrategyFactory) {
    this(threads, (ThreadFactory) null, selectStrategyFactory);
  }

  /**
   * @param threads how many event loops; 0 for Netty's default
   * @param threadFactory makes the loops' threads; {@code null} for Netty's default
   * @param selectStrategyFactory says of each turn of a loop whether it waits
   */
  public KQueueFfmEventLoopGroup(
      int threads,
      @Nullable ThreadFactory threadFactory,
      SelectStrategyFactory selectStrategyFactory) {
    this(threads, threadFactory, 0, selectStrategyFactory);
  }

  /**
   * @param threads how many event loops; 0 for Netty's default
   * @param threadFactory makes the loops' threads; {@code null} for Netty's default
   * @param maxEventsAtOnce how many events one turn of a loop takes at most; 0 for the default of
   *     1024, fewer than 4 are made 4
   */
  public KQueueFfmEventLoopGroup(
      int threads, @Nullable ThreadFactory threadFactory, int maxEventsAtOnce) {
    this(threads, threadFactory, maxEventsAtOnce, DefaultSelectStrategyFactory.INSTANCE);
  }

  /**
   * @param threads how many event loops; 0 for Netty's default
   * @param threadFactory makes the loops' threads; {@code null} for Netty's default
   * @param maxEventsAtOnce how many events one turn of a loop takes at most; 0 for the default of
   *     1024, fewer than 4 are made 4
   * @param selectStrategyFactory says of each turn of a loop whether it waits
   */
  public KQueueFfmEventLoopGroup(
      int threads,
      @Nullable ThreadFactory threadFactory,
      int maxEventsAtOnce,
      SelectStrategyFactory selectStrategyFactory) {
    super(
        threads,
        threadFactory,
        KQueueFfmIoHandler.newFactory(maxEventsAtOnce, selectStrategyFactory));
  }

  /**
   * @param threads how many event loops; 0 for Netty's default
   * @param executor runs the loops; {@code null} for Netty's default
   * @param selectStrategyFactory says of each turn of a loop whether it waits
   */
  public KQueueFfmEventLoopGroup(
      int threads, @Nullable Executor executor, SelectStrategyFactory selectStrategyFactory) {
    super(threads, executor, KQueueFfmIoHandler.newFactory(0, selectStrategyFactory));
  }

  /**
   * @param threads how many event loops; 0 for Netty's default
   * @param executor runs the loops; {@code null} for Netty's default
   * @param chooserFactory of what picks the loop of the next channel
   * @param selectStrategyFactory says of each turn of a loop whether it waits
   */
  public KQueueFfmEventLoopGroup(
      int threads,
      @Nullable Executor executor,
      EventExecutorChooserFactory chooserFactory,
      SelectStrategyFactory selectStrategyFactory) {
    this(threads, executor, chooserFactory, selectStrategyFactory, null);
  }

  /**
   * @param threads how many event loops; 0 for Netty's default
   * @param executor runs the loops; {@code null} for Netty's default
   * @param chooserFactory of what picks the loop of the next channel
   * @param selectStrategyFactory says of each turn of a loop whether it waits
   * @param rejected gets the tasks that a loop cannot take; {@code null} for Netty's default
   */
  public KQueueFfmEventLoopGroup(
      int threads,
      @Nullable Executor executor,
      EventExecutorChooserFactory chooserFactory,
      SelectStrategyFactory selectStrategyFactory,
      @Nullable RejectedExecutionHandler rejected) {
    this(threads, executor, chooserFactory, selectStrategyFactory, rejected, null);
  }

  /**
   * @param threads how many event loops; 0 for Netty's default
   * @param executor runs the loops; {@code null} for Netty's default
   * @param chooserFactory of what picks the loop of the next channel
   * @param selectStrategyFactory says of each turn of a loop whether it waits
   * @param rejected gets the tasks that a loop cannot take; {@code null} for Netty's default
   * @param taskQueueFactory makes each loop's queue of tasks, into which any thread may put some;
   *     {@code null} for Netty's default
   */
  @SuppressWarnings("deprecation") // The queues' factory, which Netty's own constructors take.
  public KQueueFfmEventLoopGroup(
      int threads,
      @Nullable Executor executor,
      EventExecutorChooserFactory chooserFactory,
      SelectStrategyFactory selectStrategyFactory,
      @Nullable RejectedExecutionHandler rejected,
      @Nullable EventLoopTaskQueueFactory taskQueueFactory) {
    this(
        threads, executor, chooserFactory, selectStrategyFactory, rejected, taskQueueFactory, null);
  }

  /**
   * @param threads how many event loops; 0 for Netty's default
   * @param executor runs the loops; {@code null} for Netty's default
   * @param chooserFactory of what picks the loop of the next channel
   * @param selectStrategyFactory says of each turn of a loop whether it waits
   * @param rejected gets the tasks that a loop cannot take; {@code null} for Netty's default
   * @param taskQueueFactory makes each loop's queue of tasks, into which any thread may put some;
   *     {@code null} for Netty's default
   * @param tailTaskQueueFactory the same for the tasks that run at the end of a turn
   */
  @SuppressWarnings("deprecation") // The queues' factory, which Netty's own constructors take.
  public KQueueFfmEventLoopGroup(
      int threads,
      @Nullable Executor executor,
      EventExecutorChooserFactory chooserFactory,
      SelectStrategyFactory selectStrategyFactory,
      @Nullable RejectedExecutionHandler rejected,
      @Nullable EventLoopTaskQueueFactory taskQueueFactory,
      @Nullable EventLoopTaskQueueFactory tailTaskQueueFactory) {
    super(
        threads,
        executor,
        KQueueFfmIoHandler.newFactory(0, selectStrategyFactory),
        chooserFactory,
        new TaskHandling(rejected, taskQueueFactory, tailTaskQueueFactory));
  }

  /**
   * For a subclass with another handler.
   *
   * @param executor runs the loops; {@code null} for Netty's default
   * @param factory of a {@link KQueueFfmIoHandler}
   * @param args what {@link #newChild} gets for every loop
   */
  protected KQueueFfmEventLoopGroup(
      int threads,
      @Nullable Executor executor,
      IoHandlerFactory factory,
      EventExecutorChooserFactory chooserFactory,
      Object... args) {
    super(threads, executor, factory, chooserFactory, args);
  }

  @Override
  protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... args) {
    return args.length == 1 && args[0] instanceof TaskHandling tasks
        ? tasks.newLoop(this, executor, factory)
        : new KQueueFfmEventLoop(this, executor, factory);
  }

  /** What becomes of the tasks of each loop; {@code null} for Netty's default. */
  @SuppressWarnings("deprecation") // The queues' factory, which Netty's own constructors take.
  private record TaskHandling(
      RejectedExecutionHandler rejected,
      EventLoopTaskQueueFactory tasks,
      EventLoopTaskQueueFactory tailTasks) {

    KQueueFfmEventLoop newLoop(
        KQueueFfmEventLoopGroup group, Executor executor, IoHandlerFactory factory) {
      return new KQueueFfmEventLoop(
          group,
          executor,
          factory,
          KQueueFfmEventLoop.queue(tasks),
          KQueueFfmEventLoop.queue(tailTasks),
          rejected == null ? RejectedExecutionHandlers.reject() : rejected);
    }
  }

  /**
   * A loop with other queues, for a subclass's {@link #newChild}.
   *
   * @param tasks where tasks wait; {@code null} for Netty's default
   * @param tailTasks where those wait that run at the end of a turn; {@code null} as before
   */
  protected final IoEventLoop newLoop(
      Executor executor,
      IoHandlerFactory factory,
      @Nullable Queue<Runnable> tasks,
      @Nullable Queue<Runnable> tailTasks,
      RejectedExecutionHandler rejected) {
    return new KQueueFfmEventLoop(this, executor, factory, tasks, tailTasks, rejected);
  }

  /** {@return the state of each loop} Any thread may ask; the answer is that of a moment. */
  @Override
  public String toString() {
    StringJoiner loops = new StringJoiner(", ", "[", "]");
    forEach(loop -> loops.add(loop.toString()));
    return StringUtil.simpleClassName(this)
        + '@'
        + Integer.toHexString(System.identityHashCode(this))
        + " ("
        + executorCount()
        + " loops: "
        + loops
        + ')';
  }
}
