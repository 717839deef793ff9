package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernels;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.lang.reflect.Proxy;

/** An echo whose first accept fails, where a log throws; the factory of loggers is the JVM's. */
final class ThrowingLoggerProbe {
  private ThrowingLoggerProbe() {}

  public static void main(String[] args) throws Exception {
    InternalLoggerFactory.setDefaultFactory(new ThrowingLoggers());
    CountingKernel calls = CountingKernel.over(Kernels.system()).fail("accept4", Errno.EMFILE, 1);
    System.out.println(
        "echo: "
            + LoopbackEcho.once(
                "works",
                KQueueFfmIoHandler.newFactory(
                    calls.kernel(), 0, DefaultSelectStrategyFactory.INSTANCE)));
  }

  private static final class ThrowingLoggers extends InternalLoggerFactory {
    @Override
    protected InternalLogger newInstance(String name) {
      return ThrowingLoggerProbe.logger();
    }
  }

  /** As the JDK's, which opens its file of time zones for the first line. */
  static InternalLogger logger() {
    return (InternalLogger)
        Proxy.newProxyInstance(
            InternalLogger.class.getClassLoader(),
            new Class<?>[] {InternalLogger.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("warn")) {
                throw new NoClassDefFoundError("ZoneInfoFile");
              }
              return method.getReturnType() == boolean.class
                  ? method.getName().equals("isWarnEnabled")
                  : null;
            });
  }
}
