package io.github.kqueueffm.channel;

import io.github.kqueueffm.selector.Registration;
import io.netty.channel.Channel;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.util.internal.StringUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * A handle's registration at its loop. It is its own attachment, so that a channel reaches the
 * interests and the loop's resources through the wrapper that the event loop puts around it.
 */
final class LoopRegistration implements IoRegistration {
  private static final AtomicIntegerFieldUpdater<LoopRegistration> CANCELLED =
      AtomicIntegerFieldUpdater.newUpdater(LoopRegistration.class, "cancelled");
  private static final InternalLogger LOGGER =
      InternalLoggerFactory.getInstance(LoopRegistration.class);

  private final KQueueFfmIoHandler handler;
  private final KQueueFfmIoHandle handle;
  private Registration registration;
  private volatile int cancelled;

  LoopRegistration(KQueueFfmIoHandler handler, KQueueFfmIoHandle handle) {
    this.handler = handler;
    this.handle = handle;
  }

  void bind(Registration registration) {
    this.registration = registration;
  }

  /** The interests, on the loop's thread only. */
  Registration interests() {
    return registration;
  }

  /** The error that ended the loop, or {@code null}. */
  Error loopError() {
    return handler.error();
  }

  LoopResources resources() {
    return handler.resources();
  }

  /** The channel whose registration this is, or {@code null} for a user's own handle. */
  Channel channel() {
    return handle instanceof AbstractKQueueFfmChannel.AbstractKQueueFfmUnsafe unsafe
        ? unsafe.channel()
        : null;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> T attachment() {
    return (T) this;
  }

  @Override
  public long submit(IoOps ops) {
    KQueueFfmIoOps change = (KQueueFfmIoOps) ops;
    if (!isValid()) {
      return -1;
    }
    if (handler.inLoop()) {
      submitNow(change);
    } else {
      handler.execute(() -> submitNow(change));
    }
    return registration.id();
  }

  private void submitNow(KQueueFfmIoOps change) {
    if (isValid() && !handler.isDestroyed()) {
      registration.submit(change.filter(), change.flags(), change.fflags(), change.data());
    }
  }

  @Override
  public boolean isValid() {
    return cancelled == 0;
  }

  @Override
  public boolean cancel() {
    if (!CANCELLED.compareAndSet(this, 0, 1)) {
      return false;
    }
    if (handler.inLoop()) {
      cancelNow();
    } else {
      handler.execute(this::cancelNow);
    }
    return true;
  }

  private void cancelNow() {
    try {
      if (!handler.isDestroyed()) {
        registration.cancel();
      }
    } finally {
      handler.cancelled(this);
    }
  }

  /** Before the descriptor is closed: its knotes go, also where the kernel would keep them. */
  void forget() {
    if (!handler.isDestroyed()) {
      registration.forget();
    }
  }

  void handle(KQueueFfmIoEvent event) {
    try {
      handle.handle(this, event);
    } catch (Throwable t) {
      // An error either must not take this turn's events from the others: their one-shots are
      // spent.
      LoopLog.warn(LOGGER, "Unexpected exception from " + name(), t);
    }
  }

  private String name() {
    return StringUtil.simpleClassName(handle);
  }

  void close() {
    try {
      handle.close();
    } catch (Throwable t) {
      LoopLog.warn(LOGGER, "Cannot close " + name(), t);
    }
    try {
      cancel();
    } catch (RuntimeException e) {
      // The other registrations of a loop that ends have to be closed, too.
      LOGGER.warn("Cannot cancel {}", registration, e);
    }
  }

  /** Appends the states of both filters and the id. Any thread may ask. */
  void describe(StringBuilder text) {
    Registration bound = registration;
    if (bound != null) {
      text.append(", read ").append(bound.describeRead());
      text.append(", write ").append(bound.describeWrite());
      text.append(", registration 0x").append(Long.toHexString(bound.id()));
    }
  }

  /** {@return the registration and whose it is} Any thread may ask. */
  @Override
  public String toString() {
    return registration + " of " + name() + (isValid() ? "" : ", cancelled");
  }

  void unregistered() {
    try {
      handle.unregistered();
    } catch (Throwable t) {
      LoopLog.warn(LOGGER, "Unexpected exception from " + name(), t);
    }
  }
}
