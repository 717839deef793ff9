package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.syscall.Kernels;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("real")
class HandlerDestroyTest {

  @Test
  void destroyClosesRegisteredHandlesWithoutPrepare() throws Exception {
    KQueueFfmIoHandler handler = newHandler();
    Handle handle = new Handle();
    IoRegistration registration = handler.register(handle);
    handler.destroy();
    assertThat(handle.closed).isEqualTo(1);
    assertThat(handle.unregistered).isEqualTo(1);
    assertThat(registration.isValid()).isFalse();
  }

  @Test
  void prepareAndDestroyCloseOnce() throws Exception {
    KQueueFfmIoHandler handler = newHandler();
    Handle handle = new Handle();
    handler.register(handle);
    handler.prepareToDestroy();
    handler.destroy();
    handler.destroy();
    assertThat(handle.closed).isEqualTo(1);
    assertThat(handle.unregistered).isEqualTo(1);
  }

  @Test
  void destroyedHandlerIgnoresWakeupsAndRefusesHandles() {
    KQueueFfmIoHandler handler = newHandler();
    handler.destroy();
    handler.wakeup();
    assertThatThrownBy(() -> handler.register(new Handle()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("shut down");
  }

  private static KQueueFfmIoHandler newHandler() {
    return new KQueueFfmIoHandler(
        new Caller(), Kernels.system(), 16, DefaultSelectStrategyFactory.INSTANCE);
  }

  /** The test's thread is the loop. */
  private static final class Caller implements ThreadAwareExecutor {

    @Override
    public boolean isExecutorThread(Thread thread) {
      return true;
    }

    @Override
    public void execute(Runnable task) {
      task.run();
    }
  }

  private static final class Handle implements KQueueFfmIoHandle {
    private int closed;
    private int unregistered;

    @Override
    public int ident() {
      return 0;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      throw new AssertionError("nothing was asked for");
    }

    @Override
    public void unregistered() {
      unregistered++;
    }

    @Override
    public void close() {
      closed++;
    }
  }
}
