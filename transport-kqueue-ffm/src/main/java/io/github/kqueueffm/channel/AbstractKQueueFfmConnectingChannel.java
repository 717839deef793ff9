package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.jfr.Connect;
import io.github.kqueueffm.jfr.JfrEvents;
import io.github.kqueueffm.selector.LoopCounts.Count;
import io.github.kqueueffm.syscall.FailureErrno;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.channel.Channel;
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

/** A channel that connects: one attempt at a time, with its time-out and its cancellation. */
abstract class AbstractKQueueFfmConnectingChannel extends AbstractKQueueFfmChannel {
  /** The attempt that is under way, or {@code null}. The loop's thread only. */
  private Attempt attempt;

  /** A connect from its request to its promise. */
  private static final class Attempt {
    final SocketAddress remote;
    final ChannelPromise promise;

    /** Milliseconds; 0 for no limit. */
    final int timeoutMillis;

    /** The ticker's nanosecond at which the attempt fails. */
    final long deadline;

    /** What records the attempt if it fails, or {@code null}. */
    final Connect recorded;

    Future<?> timeout;

    Attempt(
        SocketAddress remote,
        ChannelPromise promise,
        int timeoutMillis,
        long now,
        Connect recorded) {
      this.remote = remote;
      this.promise = promise;
      this.recorded = recorded;
      this.timeoutMillis = timeoutMillis;
      this.deadline = now + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    }
  }

  AbstractKQueueFfmConnectingChannel(Channel parent, KernelSocket socket, boolean active) {
    super(parent, socket, active);
  }

  /**
   * Begins a connect on the socket.
   *
   * @return whether the connection is complete already
   */
  abstract boolean startConnect(SocketAddress remote, SocketAddress local) throws Exception;

  /**
   * Completes a connect whose socket became writable.
   *
   * @param errno the reason that the event names, or 0
   * @return false if the connect goes on, after a spurious event
   */
  boolean finishConnect(SocketAddress remote, int errno) throws Exception {
    return socket().finishConnect(remote, errno);
  }

  /** Takes note of the peer of a connect that is complete. */
  abstract void connected(SocketAddress remote);

  /** Completes the writes whose bytes went with the connect. The channel is active. */
  void firstWritesComplete() {}

  @Override
  final void connectNow(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
    boolean wasActive = isActive();
    LoopRegistration loop = loop();
    Connect recorded = JfrEvents.beginConnect();
    try {
      if (attempt != null) {
        throw new ConnectionPendingException();
      }
      if (wasActive && !metadata().hasDisconnect()) {
        throw new AlreadyConnectedException();
      }
      if (startConnect(remote, local)) {
        connectSucceeded(remote, promise, wasActive);
      } else {
        await(remote, promise, recorded);
      }
    } catch (Throwable t) {
      if (t instanceof IOException) {
        countConnect(loop, Count.CONNECTS_FAILED);
      }
      failed(recorded, remote, t);
      promise.tryFailure(t);
      ownUnsafe().closeIfNotOpen();
      ownUnsafe().forgetFailure();
    }
  }

  /** Records a failed connect, before a listener of its promise closes the channel for it. */
  private void failed(Connect recorded, SocketAddress remote, Throwable failure) {
    ownUnsafe().failed(failure);
    record(recorded, remote, failure);
  }

  private void record(Connect recorded, SocketAddress remote, Throwable failure) {
    try {
      if (recorded != null) {
        FailureErrno errno = FailureErrno.of(failure);
        String message = Failures.reason(failure);
        recorded.failed(id().asShortText(), remote, errno.name(), errno.number(), message);
      }
    } catch (RuntimeException e) {
      // The text of a failure may throw, which would keep the promise from being done.
      notRecorded("A failed connect", e);
    }
  }

  private void await(SocketAddress remote, ChannelPromise promise, Connect recorded) {
    int timeoutMillis = config().getConnectTimeoutMillis();
    long now = eventLoop().ticker().nanoTime();
    attempt = new Attempt(remote, promise, timeoutMillis, now, recorded);
    // Only now: before connect(2) a kqueue reports nothing, and epoll a hang-up.
    armWrite();
    if (timeoutMillis > 0) {
      scheduleTimeout(attempt);
    }
    promise.addListener(future -> {
      if (future.isCancelled()) {
        cancelled(promise, future.cause());
        ownUnsafe().close();
      }
    });
  }

  private void cancelled(ChannelPromise promise, Throwable cause) {
    Attempt ended = attempt;
    endAttempt();
    if (ended != null && ended.promise == promise) {
      record(ended.recorded, ended.remote, cause);
    }
  }

  private void scheduleTimeout(Attempt awaited) {
    EventLoop loop = eventLoop();
    awaited.timeout =
        loop.schedule(
            () -> onLoop(() -> timedOut(awaited)),
            awaited.deadline - loop.ticker().nanoTime(),
            TimeUnit.NANOSECONDS);
  }

  private void timedOut(Attempt awaited) {
    if (attempt != awaited || awaited.promise.isDone()) {
      return;
    }
    endAttempt();
    countConnect(loop(), Count.CONNECTS_FAILED);
    ConnectTimeoutException failure =
        new ConnectTimeoutException(
            Failures.connectTimedOut(awaited.timeoutMillis, awaited.remote));
    failed(awaited.recorded, awaited.remote, failure);
    if (awaited.promise.tryFailure(failure)) {
      ownUnsafe().close();
    }
  }

  @Override
  final boolean isConnecting() {
    return attempt != null;
  }

  /**
   * The former loop may end before its timer fires, so this loop gets one too. The former loop's
   * timer stays, since a loop that ends can refuse to cancel it; it finds the attempt ended.
   */
  @Override
  final void connectMoved() {
    if (attempt.timeout != null) {
      scheduleTimeout(attempt);
    }
    armWrite();
  }

  @Override
  final void connectReady(KQueueFfmIoEvent event) {
    Attempt ready = attempt;
    boolean wasActive = isActive();
    try {
      if (!finishConnect(ready.remote, errno(event))) {
        armWrite();
        return;
      }
      endAttempt();
      connectSucceeded(ready.remote, ready.promise, wasActive);
    } catch (Throwable t) {
      endAttempt();
      countConnect(loop(), Count.CONNECTS_FAILED);
      failed(ready.recorded, ready.remote, t);
      ready.promise.tryFailure(t);
      // Systems differ in what a socket can do after a failed connect.
      ownUnsafe().close();
    }
  }

  /** The errno that an event names for a failed connect; 0 if the socket has to be asked. */
  private int errno(KQueueFfmIoEvent event) {
    if (!event.isError()) {
      return event.isEof() ? event.fflags() : 0;
    }
    // EPIPE and the like: the filter cannot be armed because the connect has failed already.
    int reason = pendingErrno();
    return reason != 0 ? reason : (int) event.data();
  }

  private int pendingErrno() {
    try {
      return socket().getInt(Constant.SOL_SOCKET, Constant.SO_ERROR);
    } catch (IOException e) {
      // The event has an errno too.
      return 0;
    }
  }

  private void connectSucceeded(SocketAddress remote, ChannelPromise promise, boolean wasActive) {
    connected(remote);
    activeByConnect();
    // Read before the listeners run, which may close the channel.
    boolean active = isActive();
    firstWritesComplete();
    if (!isOpen()) {
      promise.tryFailure(new ClosedChannelException());
    }
    boolean delivered = promise.trySuccess();
    updateReadInterest();
    if (!wasActive && active) {
      pipeline().fireChannelActive();
    }
    if (!delivered) {
      ownUnsafe().close();
    } else if (hasFlushed()) {
      // Written during the connect, which did not flush it.
      eventLoop().execute(this::flushAgain);
    }
  }

  @Override
  final void connectEnds(Throwable cause) {
    Attempt ended = attempt;
    endAttempt();
    if (ended != null) {
      ClosedChannelException closed = new ClosedChannelException();
      if (cause != null) {
        closed.initCause(cause);
      }
      record(ended.recorded, ended.remote, closed);
      ended.promise.tryFailure(closed);
    }
  }

  private void endAttempt() {
    if (attempt != null) {
      Future<?> timeout = attempt.timeout;
      attempt = null;
      if (timeout != null) {
        timeout.cancel(false);
      }
    }
  }
}
