package io.netty.channel.kqueue;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.SelectStrategyFactory;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.internal.ObjectUtil;

/** The handler of this package's event loops. */
public final class KQueueIoHandler extends KQueueFfmIoHandler {

  private KQueueIoHandler(
      ThreadAwareExecutor executor, int maxEvents, SelectStrategyFactory strategyFactory) {
    super(executor, maxEvents, strategyFactory);
  }

  /** {@return a factory of handlers} */
  public static IoHandlerFactory newFactory() {
    return newFactory(0, DefaultSelectStrategyFactory.INSTANCE);
  }

  /**
   * A factory of handlers.
   *
   * @param maxEvents the most events that one turn of the loop takes; 0 for the default
   */
  public static IoHandlerFactory newFactory(
      int maxEvents, SelectStrategyFactory selectStrategyFactory) {
    KQueue.ensureAvailability();
    ObjectUtil.checkPositiveOrZero(maxEvents, "maxEvents");
    ObjectUtil.checkNotNull(selectStrategyFactory, "selectStrategyFactory");
    return new IoHandlerFactory() {
      @Override
      public IoHandler newHandler(ThreadAwareExecutor executor) {
        return new KQueueIoHandler(executor, maxEvents, selectStrategyFactory);
      }

      @Override
      public boolean isChangingThreadSupported() {
        return true;
      }
    };
  }

  @Override
  public IoRegistration register(IoHandle handle) {
    if (handle instanceof KQueueIoHandle user) {
      UserHandle adapter = new UserHandle(user);
      return adapter.bind(super.register(adapter));
    }
    return super.register(handle);
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return KQueueIoHandle.class.isAssignableFrom(handleType) || super.isCompatible(handleType);
  }
}
