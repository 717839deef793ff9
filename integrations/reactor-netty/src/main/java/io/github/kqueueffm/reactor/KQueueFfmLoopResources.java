package io.github.kqueueffm.reactor;

import io.github.kqueueffm.channel.KQueueFfm;
import io.github.kqueueffm.channel.KQueueFfmIoHandle;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/**
 * Event loops and channels of the kqueue transport for reactor-netty. Pass it to a server or a
 * client:
 *
 * <pre>{@code
 * LoopResources loops = KQueueFfmLoopResources.create("http");
 * HttpServer.create().runOn(loops);
 * HttpClient.create().runOn(loops).resolver(spec -> {}); // in this order
 * }</pre>
 *
 * <p>The call of {@code resolver} concerns host names: without it a client looks them up on the
 * global resources of reactor-netty. To use these loops in place of the global resources, also for
 * names, set them before anything is built: {@code HttpResources.set(loops)}.
 *
 * <p>If the transport is not available, or native transports are disabled ({@code runOn(loops,
 * false)}, {@code -Dreactor.netty.native=false}), it behaves as {@link
 * LoopResources#create(String)} does, which uses a native transport of Netty or NIO. So one program
 * runs on all systems. Call {@link KQueueFfm#isAvailable()} to check beforehand, or {@link
 * KQueueFfm#ensureAvailability()} to require the transport.
 */
public final class KQueueFfmLoopResources implements LoopResources {
  private final LoopGroups groups;
  private final LoopResources fallback;

  private KQueueFfmLoopResources(LoopGroups groups, LoopResources fallback) {
    this.groups = groups;
    this.fallback = fallback;
  }

  /**
   * Creates resources with reactor-netty's default number of workers, on daemon threads.
   *
   * @param prefix the prefix of the threads' names
   */
  public static KQueueFfmLoopResources create(String prefix) {
    LoopResources fallback = LoopResources.create(prefix);
    return new KQueueFfmLoopResources(
        new LoopGroups(prefix, DEFAULT_IO_SELECT_COUNT, DEFAULT_IO_WORKER_COUNT, true, true),
        fallback);
  }

  /**
   * Creates resources whose loops accept, serve and connect.
   *
   * @param prefix the prefix of the threads' names
   * @param workerCount the number of loops
   * @param daemon whether the JVM may end while the loops run
   */
  public static KQueueFfmLoopResources create(String prefix, int workerCount, boolean daemon) {
    LoopResources fallback = LoopResources.create(prefix, workerCount, daemon);
    return new KQueueFfmLoopResources(
        new LoopGroups(prefix, LoopGroups.WORKERS_SELECT, workerCount, daemon, true), fallback);
  }

  /**
   * Creates resources with loops that accept, and others that serve and connect.
   *
   * @param prefix the prefix of the threads' names
   * @param selectCount the number of loops that only accept connections
   * @param workerCount the number of loops that serve them
   * @param daemon whether the JVM may end while the loops run
   */
  public static KQueueFfmLoopResources create(
      String prefix, int selectCount, int workerCount, boolean daemon) {
    return create(prefix, selectCount, workerCount, daemon, true);
  }

  /**
   * Creates resources with loops that accept, and others that serve and connect.
   *
   * @param prefix the prefix of the threads' names
   * @param selectCount the number of loops that only accept connections
   * @param workerCount the number of loops that serve them
   * @param daemon whether the JVM may end while the loops run
   * @param colocate whether a connection that is opened on a loop is served by that loop
   */
  public static KQueueFfmLoopResources create(
      String prefix, int selectCount, int workerCount, boolean daemon, boolean colocate) {
    LoopResources fallback =
        LoopResources.create(prefix, selectCount, workerCount, daemon, colocate);
    return new KQueueFfmLoopResources(
        new LoopGroups(prefix, selectCount, workerCount, daemon, colocate), fallback);
  }

  @Override
  public boolean daemon() {
    // The fallback's answer is not used, because reactor-netty's resources always answer false.
    return groups.isDaemon();
  }

  @Override
  public EventLoopGroup onServer(boolean useNative) {
    return isOurs(useNative) ? groups.workers() : fallback.onServer(useNative);
  }

  @Override
  public EventLoopGroup onServerSelect(boolean useNative) {
    return isOurs(useNative) ? groups.selectors() : fallback.onServerSelect(useNative);
  }

  @Override
  public EventLoopGroup onClient(boolean useNative) {
    return isOurs(useNative) ? groups.clients() : fallback.onClient(useNative);
  }

  @Override
  public <C extends Channel> C onChannel(Class<C> channelType, EventLoopGroup group) {
    return isOurs(group)
        ? ChannelTypes.newChannel(channelType)
        : fallback.onChannel(channelType, group);
  }

  @Override
  public <C extends Channel> Class<? extends C> onChannelClass(
      Class<C> channelType, EventLoopGroup group) {
    return isOurs(group)
        ? ChannelTypes.channelClass(channelType)
        : fallback.onChannelClass(channelType, group);
  }

  private static boolean isOurs(boolean useNative) {
    return useNative && KQueueFfm.isAvailable("KQueueFfmLoopResources");
  }

  /**
   * Asks the first loop of a group, because groups are wrapped. A call of next() would advance the
   * chooser.
   */
  private static boolean isOurs(EventLoopGroup group) {
    // On an older Java the class of the handle cannot be loaded.
    return KQueueFfm.isAvailable()
        && group.iterator().next() instanceof IoEventLoop loop
        && loop.isCompatible(KQueueFfmIoHandle.class);
  }

  @Override
  public Mono<Void> disposeLater(Duration quietPeriod, Duration timeout) {
    return Mono.defer(() -> {
      List<EventLoopGroup> made = groups.dispose();
      made.forEach(group ->
          group.shutdownGracefully(
              quietPeriod.toMillis(), timeout.toMillis(), TimeUnit.MILLISECONDS));
      return Mono.when(made.stream().map(KQueueFfmLoopResources::termination).toList())
          .and(fallback.disposeLater(quietPeriod, timeout));
    });
  }

  private static Mono<Void> termination(EventLoopGroup group) {
    return Mono.create(sink -> group.terminationFuture().addListener(terminated -> sink.success()));
  }

  @Override
  public boolean isDisposed() {
    return groups.isDisposed();
  }

  @Override
  public String toString() {
    return "KQueueFfmLoopResources {" + groups + '}';
  }
}
