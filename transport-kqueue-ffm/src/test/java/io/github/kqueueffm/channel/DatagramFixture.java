package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.OpenDescriptors;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * A loop and the datagram channels of a test. Closing it fails the test if native memory or a
 * descriptor is left.
 */
final class DatagramFixture implements AutoCloseable {
  static final InetAddress LOOPBACK4 = address("127.0.0.1");
  static final InetAddress LOOPBACK6 = address("::1");

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final long memoryBefore;
  private final int descriptorsBefore;
  private final Kernel kernel;
  private final EventLoopGroup group;
  private final List<Channel> channels = new ArrayList<>();

  static {
    // What the JVM opens and allocates once: jars, the random source, class data.
    try (DatagramFixture first = new DatagramFixture(Kernels.system())) {
      first.bind(null, new InetSocketAddress(LOOPBACK4, 0), new Inbox());
    }
  }

  DatagramFixture() {
    this(Kernels.system());
  }

  DatagramFixture(Kernel kernel) {
    this.kernel = kernel;
    // Asked for once per kernel: with a socket that comes and goes.
    KQueueFfmDatagramChannel probe =
        new KQueueFfmDatagramChannel(Sockets.datagram(kernel, null), false);
    probe.unsafe().closeForcibly();
    memoryBefore = NativeMemory.live();
    descriptorsBefore = OpenDescriptors.count();
    group =
        new MultiThreadIoEventLoopGroup(
            1, KQueueFfmIoHandler.newFactory(kernel, 0, DefaultSelectStrategyFactory.INSTANCE));
  }

  static InetAddress address(String literal) {
    try {
      return InetAddress.getByName(literal);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  EventLoopGroup group() {
    return group;
  }

  Bootstrap bootstrap(SocketProtocolFamily family, Inbox inbox) {
    return bootstrap(() -> newChannel(family), inbox);
  }

  Bootstrap bootstrap(Supplier<? extends Channel> channel, Inbox inbox) {
    return new Bootstrap().group(group).channelFactory(() -> track(channel.get())).handler(inbox);
  }

  KQueueFfmDatagramChannel newChannel(SocketProtocolFamily family) {
    return new KQueueFfmDatagramChannel(Sockets.datagram(kernel, family), false);
  }

  private <C extends Channel> C track(C channel) {
    channels.add(channel);
    return channel;
  }

  /** A channel that is bound; a family of {@code null} is the default one. */
  KQueueFfmDatagramChannel bind(SocketProtocolFamily family, SocketAddress local, Inbox inbox) {
    return bound(bootstrap(family, inbox), local);
  }

  KQueueFfmDatagramChannel bound(Bootstrap bootstrap, SocketAddress local) {
    return (KQueueFfmDatagramChannel) bootstrap.bind(local).syncUninterruptibly().channel();
  }

  /** A channel of IPv4 on the loopback address. */
  KQueueFfmDatagramChannel local(Inbox inbox) {
    return bind(SocketProtocolFamily.INET, loopback(0), inbox);
  }

  /** A channel that is registered and active without a bind. */
  @SuppressWarnings("deprecation")
  KQueueFfmDatagramChannel unbound(SocketProtocolFamily family, Inbox inbox) {
    return (KQueueFfmDatagramChannel)
        bootstrap(family, inbox)
            .option(ChannelOption.DATAGRAM_CHANNEL_ACTIVE_ON_REGISTRATION, true)
            .register()
            .syncUninterruptibly()
            .channel();
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(LOOPBACK4, port);
  }

  static InetSocketAddress to(KQueueFfmDatagramChannel channel) {
    return loopback(channel.localAddress().getPort());
  }

  /** Waits until the loop has done what it was asked for. */
  static void settle(Channel channel) {
    for (int i = 0; i < 3; i++) {
      channel.eventLoop().submit(() -> {}).syncUninterruptibly();
    }
  }

  /** A port of this machine at which nobody listens. */
  InetSocketAddress unused() {
    KQueueFfmDatagramChannel channel = local(new Inbox());
    InetSocketAddress address = channel.localAddress();
    channel.close().syncUninterruptibly();
    return address;
  }

  @Override
  public void close() {
    for (Channel channel : channels) {
      channel.close().syncUninterruptibly();
    }
    assertThat(
            group
                .shutdownGracefully(0, 10, TimeUnit.SECONDS)
                .awaitUninterruptibly(20, TimeUnit.SECONDS))
        .as("the loop has ended")
        .isTrue();
    assertThat(NativeMemory.live()).as("native allocations").isEqualTo(memoryBefore);
    awaitDescriptors();
  }

  /** libkqueue frees those of a kqueue by a thread of the library, a moment after the close. */
  private void awaitDescriptors() {
    long start = System.nanoTime();
    while (OpenDescriptors.count() > descriptorsBefore) {
      assertThat(System.nanoTime() - start)
          .as(
              "nanoseconds with %s descriptors in place of %s",
              OpenDescriptors.count(), descriptorsBefore)
          .isLessThan(PATIENCE_NANOS);
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
