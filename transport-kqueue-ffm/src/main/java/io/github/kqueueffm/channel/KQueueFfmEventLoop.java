package io.github.kqueueffm.channel;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopTaskQueueFactory;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.RejectedExecutionHandler;
import io.netty.util.internal.StringUtil;
import java.util.Collections;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.Executor;

/** An event loop that can list its channels. */
final class KQueueFfmEventLoop extends SingleThreadIoEventLoop {

  KQueueFfmEventLoop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory factory) {
    super(parent, executor, factory);
  }

  /**
   * @param tasks the queue for tasks, or {@code null} for Netty's default
   * @param tailTasks the queue for tasks that run at the end of a turn, or {@code null} for Netty's
   *     default
   */
  KQueueFfmEventLoop(
      IoEventLoopGroup parent,
      Executor executor,
      IoHandlerFactory factory,
      Queue<Runnable> tasks,
      Queue<Runnable> tailTasks,
      RejectedExecutionHandler rejected) {
    super(parent, executor, factory, orDefault(tasks), orDefault(tailTasks), rejected);
  }

  /** {@return a new task queue from the factory, or {@code null} if the factory is {@code null}} */
  @SuppressWarnings("deprecation") // Netty's own constructors take it.
  static Queue<Runnable> queue(EventLoopTaskQueueFactory factory) {
    return factory == null ? null : factory.newTaskQueue(DEFAULT_MAX_PENDING_TASKS);
  }

  private static Queue<Runnable> orDefault(Queue<Runnable> queue) {
    return queue == null ? newTaskQueue0(DEFAULT_MAX_PENDING_TASKS) : queue;
  }

  @Override
  public int registeredChannels() {
    return getNumOfRegisteredChannels();
  }

  /**
   * {@return the channels, the tasks that wait, and the state of the handler} Any thread may ask;
   * the answer is that of a moment.
   */
  @Override
  public String toString() {
    return StringUtil.simpleClassName(this)
        + '@'
        + Integer.toHexString(System.identityHashCode(this))
        + " (channels "
        + registeredChannels()
        + ", tasks "
        + pendingTasks()
        + ", "
        + ioHandler()
        + ')';
  }

  /** Iterates over the channels that are registered now. To be called on the loop's thread. */
  @Override
  public Iterator<Channel> registeredChannelsIterator() {
    return Collections.unmodifiableList(((KQueueFfmIoHandler) ioHandler()).channels()).iterator();
  }
}
