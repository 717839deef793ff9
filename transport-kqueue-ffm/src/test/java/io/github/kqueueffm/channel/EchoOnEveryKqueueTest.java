package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.selector.ScriptedPollers;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.ScriptedKernel;
import io.github.kqueueffm.testkit.EchoHandler;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.ManualIoEventLoop;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an echo takes on the kernels that this machine does not have: the script allows no more. */
class EchoOnEveryKqueueTest {
  private static final int FD = 5;
  private static final int ECHOES = 5;
  private static final byte[] MESSAGE = new byte[100];

  @ParameterizedTest
  @CsvSource({
    "macos-aarch64, timer",
    "macos-x86_64, user",
    "freebsd-x86_64, user",
    "openbsd-x86_64, pipe",
    "netbsd-x86_64, pipe",
    "dragonfly-x86_64, user",
  })
  void echoIsOneReceiveAndOneSendAndReArmsInTheOneKeventOfTheNextTurn(
      String platform, String wakeup) throws Exception {
    try (ScriptedKernel script = ScriptedKernel.on(platform)) {
      ScriptedPollers.assume(script.kernel(), wakeup, true);
      ScriptedPollers.expectOpen(script, wakeup);
      ManualIoEventLoop loop = newLoop(script);
      new Bootstrap()
          .group(loop)
          .channelFactory(() -> newChannel(script))
          .handler(new EchoHandler())
          .register()
          .sync();
      script.verify();

      expectEchoes(script);
      for (int turn = 0; turn < ECHOES; turn++) {
        loop.runNow();
      }
      script.verify();
      assertThat(script.calls("kevent")).isEqualTo(keventsToOpen(wakeup) + ECHOES);

      shutDown(script, loop);
    }
  }

  private static int keventsToOpen(String wakeup) {
    return wakeup.equals("timer") ? 0 : 1;
  }

  private static void expectEchoes(ScriptedKernel script) {
    int flags = script.platform().getOr(Constant.MSG_NOSIGNAL, 0);
    for (int i = 0; i < ECHOES; i++) {
      script
          .expectKevent()
          .changes(script.read(FD).oneShot())
          .polls()
          .returns(script.read(FD).data(MESSAGE.length));
      script
          .expect("recv", FD, ScriptedKernel.ANY, 2048, 0)
          .writes(1, MESSAGE)
          .answers(MESSAGE.length);
      script
          .expect("send", FD, ScriptedKernel.ANY, MESSAGE.length, flags)
          .with(1, MESSAGE)
          .answers(MESSAGE.length);
    }
  }

  private static ManualIoEventLoop newLoop(ScriptedKernel script) {
    return new ManualIoEventLoop(
        Thread.currentThread(),
        KQueueFfmIoHandler.newFactory(script.kernel(), 0, DefaultSelectStrategyFactory.INSTANCE));
  }

  private static KQueueFfmSocketChannel newChannel(ScriptedKernel script) {
    Platform platform = script.platform();
    // TCP_NODELAY, as everywhere in Netty.
    script.expect("setsockopt", FD, platform.get(Constant.IPPROTO_TCP), 1);
    KernelSocket socket =
        KernelSocket.accepted(script.kernel(), FD, platform.get(Constant.AF_INET));
    KQueueFfmSocketChannel channel = new KQueueFfmSocketChannel(null, socket, true);
    channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(2048));
    return channel;
  }

  private static void shutDown(ScriptedKernel script, ManualIoEventLoop loop) {
    script.allow("kevent");
    script.allow("getsockname", FD);
    script.allow("close", FD);
    loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    while (!loop.isTerminated()) {
      loop.runNow();
    }
  }
}
