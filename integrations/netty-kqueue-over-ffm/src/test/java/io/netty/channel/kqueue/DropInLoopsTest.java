package io.netty.channel.kqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.channel.KQueueFfmIoOps;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.DefaultEventExecutorChooserFactory;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Loops by Netty's names, and a user's own handle on one. */
class DropInLoopsTest {
  private static final short EVFILT_TIMER = -7;
  private static final short EV_ADD_ENABLE_ONESHOT = 0x1 | 0x4 | 0x10;

  @Test
  void handleGetsEventsOfThisPackage() throws Exception {
    try (Group group = new Group()) {
      IoEventLoop loop = (IoEventLoop) group.loops().next();
      assertThat(loop.isCompatible(KQueueIoHandle.class)).isTrue();
      Timer timer = new Timer();
      IoRegistration registration = loop.register(timer).sync().getNow();
      long id = registration.submit(KQueueIoOps.newOps(EVFILT_TIMER, EV_ADD_ENABLE_ONESHOT, 0));
      KQueueIoEvent event = timer.fired.get(10, TimeUnit.SECONDS);
      assertThat(event.ident()).isEqualTo(timer.ident());
      assertThat(event.filter()).isEqualTo(EVFILT_TIMER);
      assertThat(event.udata()).isEqualTo(id);
      assertThatThrownBy(() -> registration.submit(KQueueFfmIoOps.newOps(EVFILT_TIMER, 0, 0)))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(registration.cancel()).isTrue();
      assertThat(timer.unregistered.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(registration.isValid()).isFalse();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void linuxHasFastOpenOnBothSides() {
    assertThat(KQueue.isTcpFastOpenClientSideAvailable()).isTrue();
    assertThat(KQueue.isTcpFastOpenServerSideAvailable()).isTrue();
  }

  @Test
  @SuppressWarnings("deprecation") // Libraries use it still.
  void groupOfOneClassMakesLoopsThatLibrariesRecognize() throws Exception {
    EventLoopGroup group = new KQueueEventLoopGroup(2, new DefaultThreadFactory("named"));
    try {
      assertThat(((IoEventLoop) group.next()).isIoType(KQueueIoHandler.class)).isTrue();
      assertThat(group.submit(() -> Thread.currentThread().getName()).get()).startsWith("named");
      KQueueSocketChannel channel = new KQueueSocketChannel();
      group.register(channel).sync();
      assertThat(channel.isRegistered()).isTrue();
      channel.close().sync();
    } finally {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
  }

  @Test
  @SuppressWarnings("deprecation") // Libraries use it still.
  void groupTakesQueuesForItsLoops() throws Exception {
    List<Queue<Runnable>> queues = new CopyOnWriteArrayList<>();
    EventLoopGroup group =
        new KQueueEventLoopGroup(
            1,
            null,
            DefaultEventExecutorChooserFactory.INSTANCE,
            DefaultSelectStrategyFactory.INSTANCE,
            null,
            capacity -> {
              Queue<Runnable> queue = new LinkedBlockingQueue<>(capacity);
              queues.add(queue);
              return queue;
            });
    try {
      group.submit(() -> {}).sync();
      assertThat(queues).hasSize(1);
    } finally {
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
  }

  @SuppressWarnings("try") // IoHandle.close() may throw whatever it likes.
  private static final class Timer implements KQueueIoHandle {
    private final CompletableFuture<KQueueIoEvent> fired = new CompletableFuture<>();
    private final CountDownLatch unregistered = new CountDownLatch(1);

    @Override
    public int ident() {
      return 4711;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent reported) {
      KQueueIoEvent event = (KQueueIoEvent) reported;
      fired.complete(
          KQueueIoEvent.newEvent(
              event.ident(),
              event.filter(),
              event.flags(),
              event.fflags(),
              event.data(),
              event.udata()));
    }

    @Override
    public void unregistered() {
      unregistered.countDown();
    }

    @Override
    public void close() {
      // Nothing is open but the knote, which goes with the registration.
    }
  }
}
