package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.Failures;
import io.netty.channel.ChannelPromise;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.util.concurrent.TimeUnit;

/** A channel's connect, from the request to the promise: once, with time-out and cancellation. */
final class Connector {
  private final AbstractKQueueFfmChannel channel;
  private final ConnectStep step;
  private ChannelPromise promise;
  private Future<?> timeout;
  private int timeoutMillis;
  private long deadline;
  private SocketAddress remote;

  /** What a channel does itself: the calls on its socket. */
  interface ConnectStep {

    /** Begins; true if the connection is there already. */
    boolean start(SocketAddress remote, SocketAddress local) throws Exception;

    /**
     * The socket became writable.
     *
     * @param errno what the event told, or 0
     * @return false if the connect still goes on, after a spurious event
     */
    boolean finish(SocketAddress remote, int errno) throws Exception;
  }

  Connector(AbstractKQueueFfmChannel channel, ConnectStep step) {
    this.channel = channel;
    this.step = step;
  }

  boolean isPending() {
    return promise != null;
  }

  void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
    boolean wasActive = channel.isActive();
    try {
      if (this.promise != null) {
        throw new ConnectionPendingException();
      }
      if (wasActive && !channel.metadata().hasDisconnect()) {
        throw new AlreadyConnectedException();
      }
      if (step.start(remote, local)) {
        succeed(remote, promise, wasActive);
      } else {
        await(remote, promise);
      }
    } catch (Throwable t) {
      promise.tryFailure(t);
      channel.ownUnsafe().closeIfNotOpen();
    }
  }

  private void await(SocketAddress remote, ChannelPromise promise) {
    this.promise = promise;
    this.remote = remote;
    // Only now: before connect(2) the kernel says nothing (kqueue) or hang-up (epoll).
    channel.armWrite();
    timeoutMillis = channel.config().getConnectTimeoutMillis();
    if (timeoutMillis > 0) {
      deadline =
          channel.eventLoop().ticker().nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
      scheduleTimeout();
    }
    promise.addListener(future -> {
      if (future.isCancelled()) {
        forget();
        channel.ownUnsafe().closeNow();
      }
    });
  }

  private void scheduleTimeout() {
    EventLoop loop = channel.eventLoop();
    ChannelPromise awaited = promise;
    timeout =
        loop.schedule(
            () -> channel.onLoop(() -> timedOut(awaited)),
            deadline - loop.ticker().nanoTime(),
            TimeUnit.NANOSECONDS);
  }

  /**
   * The channel goes on at another loop: the one that was to tell of the time-out may end. What
   * that one has scheduled stays, since a loop at its end can refuse to cancel it; once is enough.
   */
  void moved() {
    if (timeout != null) {
      scheduleTimeout();
    }
  }

  private void timedOut(ChannelPromise awaited) {
    if (promise != awaited || awaited.isDone()) {
      return;
    }
    SocketAddress to = remote;
    forget();
    if (awaited.tryFailure(
        new ConnectTimeoutException(Failures.connectTimedOut(timeoutMillis, to)))) {
      channel.ownUnsafe().closeNow();
    }
  }

  void finish(KQueueFfmIoEvent event) {
    ChannelPromise done = promise;
    SocketAddress to = remote;
    boolean wasActive = channel.isActive();
    try {
      if (!step.finish(to, errno(event))) {
        channel.armWrite();
        return;
      }
      forget();
      succeed(to, done, wasActive);
    } catch (Throwable t) {
      forget();
      done.tryFailure(t);
      // Systems differ in what a socket is good for after a connect that has failed.
      channel.ownUnsafe().closeNow();
    }
  }

  /** Why the connect failed, as far as the event tells; 0 if the socket has to be asked. */
  private int errno(KQueueFfmIoEvent event) {
    if (!event.isError()) {
      return event.isEof() ? event.fflags() : 0;
    }
    // EPIPE and the like: the filter cannot be armed because the connect has failed by then.
    int reason = pendingErrno();
    return reason != 0 ? reason : (int) event.data();
  }

  private int pendingErrno() {
    try {
      return channel.socket().getInt(Constant.SOL_SOCKET, Constant.SO_ERROR);
    } catch (IOException e) {
      // The event has an errno too.
      return 0;
    }
  }

  private void succeed(SocketAddress remote, ChannelPromise promise, boolean wasActive) {
    channel.connected(remote);
    channel.active(true);
    // Read before trySuccess, whose listeners may close the channel.
    boolean active = channel.isActive();
    boolean delivered = promise.trySuccess();
    channel.updateReadInterest();
    if (!wasActive && active) {
      channel.pipeline().fireChannelActive();
    }
    if (!delivered) {
      channel.ownUnsafe().closeNow();
    } else if (channel.hasFlushed()) {
      // Written during the connect, and nobody else would flush it.
      channel.eventLoop().execute(channel::flushAgain);
    }
  }

  /**
   * The channel closes with the connect still under way.
   *
   * @param cause what closes it, or {@code null} if it is asked for
   */
  void closed(Throwable cause) {
    ChannelPromise pending = promise;
    forget();
    if (pending != null) {
      ClosedChannelException closed = new ClosedChannelException();
      if (cause != null) {
        closed.initCause(cause);
      }
      pending.tryFailure(closed);
    }
  }

  private void forget() {
    promise = null;
    remote = null;
    if (timeout != null) {
      timeout.cancel(false);
      timeout = null;
    }
  }
}
