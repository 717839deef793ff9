package io.github.kqueueffm.testsuite.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmIoOps;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.testkit.EchoHandler;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.IoRegistration;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A loop that the user's own thread drives. */
class KQueueFfmManualIoEventLoopTest {
  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final ManualIoEventLoop loop =
      new ManualIoEventLoop(Thread.currentThread(), KQueueFfmIoHandler.newFactory());

  @AfterEach
  void shutDown() {
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    drive(loop::isTerminated);
  }

  @Test
  void echoRunsOnTheCallersThreadBlockingAndPolling() {
    AtomicReference<String> answer = new AtomicReference<>();
    Channel server =
        done(
            new ServerBootstrap()
                .group(loop)
                .channel(KQueueFfmServerSocketChannel.class)
                .childHandler(new EchoHandler())
                .bind("127.0.0.1", 0));
    Channel client =
        done(
            new Bootstrap()
                .group(loop)
                .channel(KQueueFfmSocketChannel.class)
                .handler(new Answer(answer))
                .connect(server.localAddress()));

    client.writeAndFlush(ByteBufUtil.writeUtf8(client.alloc(), "blocking"));
    drive(() -> "blocking".equals(answer.get()));

    client.writeAndFlush(ByteBufUtil.writeUtf8(client.alloc(), "polling"));
    long begin = System.nanoTime();
    while (!"polling".equals(answer.get()) && System.nanoTime() - begin < LIMIT_NANOS) {
      loop.runNow();
    }
    assertThat(answer).hasValue("polling");
    done(client.close());
    done(server.close());
  }

  @Test
  void taskOfAnotherThreadEndsTheWait() throws InterruptedException {
    AtomicReference<Thread> ran = new AtomicReference<>();
    Thread other = new Thread(() -> loop.execute(() -> ran.set(Thread.currentThread())));
    other.start();
    long begin = System.nanoTime();
    while (ran.get() == null && System.nanoTime() - begin < LIMIT_NANOS) {
      loop.run(LIMIT_NANOS);
    }
    assertThat(ran).hasValue(Thread.currentThread());
    assertThat(System.nanoTime() - begin).isLessThan(LIMIT_NANOS);
    other.join();
  }

  @Test
  void registrationIsHarmlessAfterItsLoopHasEnded() throws Exception {
    Platform platform = Kernels.system().platform();
    try (Pipe pipe = new Pipe()) {
      RecordingHandle handle = new RecordingHandle(pipe.source());
      Future<IoRegistration> registered = loop.register(handle);
      drive(registered::isDone);
      IoRegistration registration = registered.getNow();
      loop.shutdownGracefully(0, 5, TimeUnit.SECONDS);
      drive(loop::isTerminated);

      registration.submit(
          KQueueFfmIoOps.newOps(
              platform.get(Constant.EVFILT_READ), platform.get(Constant.EV_ADD), 0));
      registration.cancel();
      loop.wakeup();

      assertThat(handle.closed.getCount()).isZero();
      assertThat(handle.unregistered.getCount()).isZero();
      assertThat(handle.filters).isEmpty();
    }
  }

  private Channel done(ChannelFuture future) {
    drive(future::isDone);
    assertThat(future.cause()).isNull();
    return future.channel();
  }

  private void drive(BooleanSupplier until) {
    long begin = System.nanoTime();
    while (!until.getAsBoolean()) {
      assertThat(System.nanoTime() - begin).isLessThan(LIMIT_NANOS);
      loop.run(WAIT_NANOS);
    }
  }

  private static final class Answer extends SimpleChannelInboundHandler<ByteBuf> {
    private final AtomicReference<String> answer;

    Answer(AtomicReference<String> answer) {
      this.answer = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf bytes) {
      answer.set(bytes.toString(StandardCharsets.UTF_8));
    }
  }
}
