package io.github.kqueueffm.channel;

import io.netty.channel.Channel;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.SingleThreadIoEventLoop;
import java.util.Collections;
import java.util.Iterator;
import java.util.concurrent.Executor;

/** An event loop that knows its channels. */
final class KQueueFfmEventLoop extends SingleThreadIoEventLoop {

  KQueueFfmEventLoop(IoEventLoopGroup parent, Executor executor, IoHandlerFactory factory) {
    super(parent, executor, factory);
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
