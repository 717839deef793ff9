package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.testkit.ChildJvm;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SelectStrategy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is left to tell when a log throws, or an error ends an event loop. */
@Tag("real")
class LoopErrorTest {
  private volatile Error next;

  @Test
  void pendingConnectNamesTheErrorThatEndedItsLoop() throws Exception {
    CountingKernel calls = CountingKernel.over(Kernels.system()).fail("connect", Errno.EINPROGRESS);
    EventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            1, KQueueFfmIoHandler.newFactory(calls.kernel(), 0, this::strategy));
    try {
      int stream = calls.kernel().platform().get(Constant.SOCK_STREAM);
      KernelSocket socket =
          KernelSocket.open(calls.kernel(), KernelSocket.preferredFamily(calls.kernel()), stream);
      Channel channel = new KQueueFfmSocketChannel(null, socket, false);
      group.register(channel).sync();
      InetSocketAddress remote = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9);
      ChannelFuture connect =
          channel
              .eventLoop()
              .submit(() -> {
                ChannelFuture begun = channel.connect(remote);
                // In the same task: an event in between would fail the connect.
                next = new NoClassDefFoundError("cannot be loaded");
                return begun;
              })
              .get(20, TimeUnit.SECONDS);
      assertThat(connect.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(connect.cause()).isInstanceOf(ClosedChannelException.class).hasCause(next);
    } finally {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  private SelectStrategy strategy() {
    SelectStrategy usual = DefaultSelectStrategyFactory.INSTANCE.newSelectStrategy();
    return (supplier, hasTasks) -> {
      if (next != null) {
        throw next;
      }
      return usual.calculateStrategy(supplier, hasTasks);
    };
  }

  @Test
  void failureOfTheLogReachesTheUncaughtExceptionHandler() throws Exception {
    IOException cause = new IOException("accept: EMFILE");
    Throwable[] uncaught = new Throwable[1];
    Thread thread =
        new Thread(() -> LoopLog.warn(ThrowingLoggerProbe.logger(), "failed", cause), "loop");
    thread.setUncaughtExceptionHandler((current, failure) -> uncaught[0] = failure);
    thread.start();
    thread.join();
    assertThat(uncaught[0]).isSameAs(cause);
    assertThat(cause.getSuppressed()).singleElement().isInstanceOf(NoClassDefFoundError.class);
  }

  @Test
  @Needs(SystemPromise.EPOLL)
  void failedAcceptIsReportedAndTheLoopContinuesIfTheLogThrows() throws Exception {
    ChildJvm.Result result =
        ChildJvm.java(
            List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ThrowingLoggerProbe.class.getName()));
    assertThat(result.isSuccess().all())
        .contains("accept: EMFILE")
        .contains("ulimit -n")
        .contains("echo: works");
  }
}
