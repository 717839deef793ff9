package io.github.kqueueffm.testsuite.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmEventLoopGroup;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.testsuite.harness.TestGroups;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.testsuite.transport.AbstractSingleThreadEventLoopTest;
import io.netty.util.concurrent.Future;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KQueueFfmEventLoopTest extends AbstractSingleThreadEventLoopTest {
  private final List<Channel> channels = new ArrayList<>();

  @Override
  protected boolean supportsChannelIteration() {
    return true;
  }

  @Override
  protected EventLoopGroup newEventLoopGroup() {
    return TestGroups.track(new KQueueFfmEventLoopGroup());
  }

  @Override
  protected EventLoopGroup newAutoScalingEventLoopGroup() {
    return TestGroups.track(
        new MultiThreadIoEventLoopGroup(
            SCALING_MAX_THREADS,
            (Executor) null,
            AUTO_SCALING_CHOOSER_FACTORY,
            KQueueFfmIoHandler.newFactory()));
  }

  @Override
  protected Channel newChannel() {
    Channel channel = new KQueueFfmSocketChannel();
    channels.add(channel);
    return channel;
  }

  /** The shared tests leave channels open, with a loop that is ending or with none. */
  @AfterEach
  void closeChannels() {
    for (Channel channel : channels) {
      if (channel.isRegistered()) {
        channel.close().awaitUninterruptibly(10, TimeUnit.SECONDS);
      } else {
        channel.unsafe().closeForcibly();
      }
    }
  }

  @Override
  protected Class<? extends ServerChannel> serverChannelClass() {
    return KQueueFfmServerSocketChannel.class;
  }

  @ParameterizedTest
  @EnumSource(
      value = TimeUnit.class,
      names = {"NANOSECONDS", "MILLISECONDS", "DAYS"})
  void loopWithTaskInTheFarFutureSleepsAndAnswers_netty7365(TimeUnit unit) throws Exception {
    EventLoop loop = TestGroups.kqueue("far-future", 1).next();
    Future<?> farAway = loop.schedule(() -> {}, Long.MAX_VALUE, unit);
    long thread = loop.submit(() -> Thread.currentThread().threadId()).get(10, TimeUnit.SECONDS);

    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long before = threads.getThreadCpuTime(thread);
    assertThat(farAway.await(1, TimeUnit.SECONDS)).isFalse();
    assertThat(Duration.ofNanos(threads.getThreadCpuTime(thread) - before))
        .as("processor time of a loop that has nothing to do for a second")
        .isLessThan(Duration.ofMillis(200));

    assertThat(loop.submit(() -> "here").get(10, TimeUnit.SECONDS)).isEqualTo("here");
    assertThat(farAway.cancel(false)).isTrue();
  }
}
