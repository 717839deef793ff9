package io.github.kqueueffm.channel;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutorChooserFactory;
import io.netty.util.concurrent.RejectedExecutionHandler;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * An event loop group of this transport in one class; the same as a {@link
 * MultiThreadIoEventLoopGroup} with {@link KQueueFfmIoHandler#newFactory()}, but that its loops can
 * tell which channels are registered with them.
 *
 * <p>Every public constructor opens a kqueue for each loop. It throws an {@link
 * UnsatisfiedLinkError} where the transport is {@linkplain KQueueFfm#isAvailable() not available},
 * and an {@link IllegalStateException} if a kqueue cannot be opened, for want of descriptors for
 * instance.
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
  public KQueueFfmEventLoopGroup(ThreadFactory threadFactory) {
    this(0, threadFactory);
  }

  /**
   * @param threads how many event loops; 0 for Netty's default
   * @param threadFactory makes the loops' threads; {@code null} for Netty's default
   * @throws IllegalArgumentException if {@code threads} is negative
   */
  public KQueueFfmEventLoopGroup(int threads, ThreadFactory threadFactory) {
    super(threads, threadFactory, KQueueFfmIoHandler.newFactory());
  }

  /**
   * @param threads how many event loops; 0 for Netty's default
   * @param executor runs the loops, each of which keeps a thread of it for as long as it runs;
   *     {@code null} for Netty's default
   * @throws IllegalArgumentException if {@code threads} is negative
   */
  public KQueueFfmEventLoopGroup(int threads, Executor executor) {
    super(threads, executor, KQueueFfmIoHandler.newFactory());
  }

  /**
   * For a subclass with a handler of its own.
   *
   * @param executor runs the loops; {@code null} for Netty's default
   * @param factory of a {@link KQueueFfmIoHandler}
   * @param args what {@link #newChild} gets for every loop
   */
  protected KQueueFfmEventLoopGroup(
      int threads,
      Executor executor,
      IoHandlerFactory factory,
      EventExecutorChooserFactory chooserFactory,
      Object... args) {
    super(threads, executor, factory, chooserFactory, args);
  }

  @Override
  protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... args) {
    return new KQueueFfmEventLoop(this, executor, factory);
  }

  /**
   * A loop with queues of its own, for a subclass's {@link #newChild}.
   *
   * @param tasks where tasks wait; {@code null} for Netty's default
   * @param tailTasks where those wait that run at the end of a turn; {@code null} as before
   */
  protected final IoEventLoop newLoop(
      Executor executor,
      IoHandlerFactory factory,
      Queue<Runnable> tasks,
      Queue<Runnable> tailTasks,
      RejectedExecutionHandler rejected) {
    return new KQueueFfmEventLoop(this, executor, factory, tasks, tailTasks, rejected);
  }
}
