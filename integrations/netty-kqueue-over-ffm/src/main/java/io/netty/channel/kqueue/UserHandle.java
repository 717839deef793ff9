package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmIoEvent;
import io.github.kqueueffm.channel.KQueueFfmIoHandle;
import io.netty.channel.IoEvent;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.util.internal.StringUtil;

/**
 * Adapts a user's handle with the types of this package to an event loop with its own types. It is
 * also the registration that the user gets.
 */
@SuppressWarnings("try") // IoHandle.close() may throw whatever it likes.
final class UserHandle implements KQueueFfmIoHandle, IoRegistration {
  private final KQueueIoHandle handle;
  private final KQueueIoEvent event = new KQueueIoEvent();
  private IoRegistration registration;

  UserHandle(KQueueIoHandle handle) {
    this.handle = handle;
  }

  /** To be called on the loop's thread, before the first event. */
  UserHandle bind(IoRegistration registration) {
    this.registration = registration;
    return this;
  }

  @Override
  public int ident() {
    return handle.ident();
  }

  @Override
  public void handle(IoRegistration loops, IoEvent reported) {
    handle.handle(this, event.of((KQueueFfmIoEvent) reported));
  }

  @Override
  public void registered() {
    handle.registered();
  }

  @Override
  public void unregistered() {
    handle.unregistered();
  }

  @Override
  public void close() throws Exception {
    handle.close();
  }

  @Override
  public <T> T attachment() {
    return registration.attachment();
  }

  @Override
  public long submit(IoOps ops) {
    if (!(ops instanceof KQueueIoOps own)) {
      throw new IllegalArgumentException(
          "IoOps of type " + StringUtil.simpleClassName(ops) + " not supported");
    }
    return registration.submit(own.change());
  }

  @Override
  public boolean isValid() {
    return registration.isValid();
  }

  @Override
  public boolean cancel() {
    return registration.cancel();
  }
}
