package io.github.kqueueffm.channel;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopTaskQueueFactory;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.RejectedExecutionHandler;
import java.util.Collections;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.Executor;

/** An event loop that knows its channels. */
final class KQueueFfmEventLoop extends SingleThreadIoEventLoop {

  KQueueFfmEventLoop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory factory) {
    super(parent, executor, factory);
  }

  /**
   * @param tasks the queue of the tasks, {@code null} for Netty's default
   * @param tailTasks the same for the tasks that run at the end of a turn
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

  /** The queue that a user's factory makes, {@code null} for none. */
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

  /** The channels that are registered now; on the loop's thread. */
  @Override
  public Iterator<Channel> registeredChannelsIterator() {
    return Collections.unmodifiableList(((KQueueFfmIoHandler) ioHandler()).channels()).iterator();
  }
}
