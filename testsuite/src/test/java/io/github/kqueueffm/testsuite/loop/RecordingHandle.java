package io.github.kqueueffm.testsuite.loop;

import io.github.kqueueffm.channel.KQueueFfmIoEvent;
import io.github.kqueueffm.channel.KQueueFfmIoHandle;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/** A user's handle that records its calls. */
class RecordingHandle implements KQueueFfmIoHandle {
  final BlockingQueue<Integer> filters = new LinkedBlockingQueue<>();
  final CountDownLatch registered = new CountDownLatch(1);
  final CountDownLatch unregistered = new CountDownLatch(1);
  final CountDownLatch closed = new CountDownLatch(1);
  private final int ident;

  RecordingHandle(int ident) {
    this.ident = ident;
  }

  @Override
  public int ident() {
    return ident;
  }

  @Override
  public void registered() {
    registered.countDown();
  }

  @Override
  public void handle(IoRegistration registration, IoEvent event) {
    filters.add(((KQueueFfmIoEvent) event).filter());
  }

  @Override
  public void unregistered() {
    unregistered.countDown();
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
