package io.github.kqueueffm.frameworks.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmDomainDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.reactor.KQueueFfmLoopResources;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainDatagramChannel;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.unix.ServerDomainSocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

class KQueueFfmLoopResourcesTest {
  private static final Map<Class<? extends Channel>, Class<? extends Channel>> CHANNELS =
      Map.of(
          SocketChannel.class, KQueueFfmSocketChannel.class,
          ServerSocketChannel.class, KQueueFfmServerSocketChannel.class,
          DatagramChannel.class, KQueueFfmDatagramChannel.class,
          DomainSocketChannel.class, KQueueFfmDomainSocketChannel.class,
          ServerDomainSocketChannel.class, KQueueFfmServerDomainSocketChannel.class,
          DomainDatagramChannel.class, KQueueFfmDomainDatagramChannel.class);

  private final LoopResources loops = KQueueFfmLoopResources.create("loops", 1, 2, true);

  @AfterEach
  void dispose() {
    loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block(Duration.ofSeconds(30));
  }

  @Test
  void channelOfEachKindIsOurs() {
    CHANNELS.forEach((kind, ours) -> {
      assertThat(loops.onChannelClass(kind, loops.onClient(true))).isEqualTo(ours);
      assertOpens(loops.onChannel(kind, loops.onClient(true)), ours);
      assertOpens(loops.onChannel(kind, loops.onServer(true).next()), ours);
    });
  }

  private static void assertOpens(Channel channel, Class<? extends Channel> type) {
    assertThat(channel).isExactlyInstanceOf(type);
    channel.unsafe().closeForcibly();
  }

  @Test
  void tellsWhetherItsThreadsAreDaemons() {
    assertThat(loops.daemon()).isTrue();
    assertThat(KQueueFfmLoopResources.create("lasting", 1, false).daemon()).isFalse();
  }

  @Test
  void kindThatNoTransportHasIsRefused() {
    EventLoopGroup group = loops.onClient(true);
    assertThatThrownBy(() -> loops.onChannel(Channel.class, group))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Channel.class.getName());
  }

  @Test
  void nioIsUsedWhereNoNativeTransportIsWanted() {
    EventLoopGroup group = loops.onServer(false);
    assertThat(((IoEventLoop) group.next()).isIoType(NioIoHandler.class)).isTrue();
    assertThat(loops.onChannelClass(SocketChannel.class, group)).isEqualTo(NioSocketChannel.class);
    assertOpens(loops.onChannel(SocketChannel.class, group), NioSocketChannel.class);
  }

  @Test
  void acceptorsAreApartWhenTheyAreCounted() throws Exception {
    assertThat(loops.onServerSelect(true)).hasSize(1).allMatch(this::isOurs);
    assertThat(loops.onServer(true)).hasSize(2).allMatch(this::isOurs);
    assertThat(threadName(loops.onServerSelect(true))).isEqualTo("loops-select-kqueue-ffm-1");
    assertThat(threadName(loops.onServer(true))).startsWith("loops-kqueue-ffm-");
  }

  private boolean isOurs(Object loop) {
    return ((IoEventLoop) loop).isIoType(KQueueFfmIoHandler.class);
  }

  private static String threadName(EventLoopGroup group) throws Exception {
    return group.submit(() -> Thread.currentThread().getName()).get();
  }

  @Test
  void workersAcceptWhenAcceptorsAreNotCounted() {
    LoopResources shared = KQueueFfmLoopResources.create("shared", 1, true);
    assertThat(shared.onServerSelect(true)).isSameAs(shared.onServer(true));
    shared.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block(Duration.ofSeconds(30));
  }

  @Test
  void loopsRefuseToBlock() throws Exception {
    assertThat(loops.onServer(true).submit(Schedulers::isInNonBlockingThread).get()).isTrue();
  }

  @Test
  void disposedLoopsHaveTerminatedAndNoOthersAreMade() {
    EventLoopGroup workers = loops.onServer(true);
    EventLoopGroup others = loops.onServer(false);
    dispose();
    assertThat(loops.isDisposed()).isTrue();
    assertThat(workers.isTerminated()).isTrue();
    assertThat(others.isTerminated()).isTrue();
    assertThatThrownBy(() -> loops.onServerSelect(true))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
