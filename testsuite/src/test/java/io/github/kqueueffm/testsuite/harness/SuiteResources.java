package io.github.kqueueffm.testsuite.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.testkit.LeakRecorder;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.testsuite.transport.socket.SocketTestPermutation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Lives as long as the suite runs. At its end no buffer, no descriptor and no native allocation may
 * be left of what the tests and the transport took.
 */
final class SuiteResources implements AutoCloseable {
  private static final int ROUNDS = 50;
  private static final int ROUND_MILLIS = 100;

  /** An address of a net for documents: a simulated network loses what is sent there. */
  private static final InetSocketAddress BLACK_HOLE = new InetSocketAddress("192.0.2.1", 9);

  private final FullBacklog unreachable;
  private final Map<Integer, String> descriptors;
  private final long nativeAllocations;

  private SuiteResources() throws IOException, InterruptedException {
    unreachable = SimulatedRun.isOn() ? null : FullBacklog.open();
    initializeNettysPermutation(unreachable == null ? BLACK_HOLE : unreachable.address());
    warmUp();
    descriptors = Descriptors.open();
    nativeAllocations = NativeMemory.live();
  }

  /** It holds loops of its own for good, and its default is to dial an address on the Internet. */
  private static void initializeNettysPermutation(InetSocketAddress unreachable) {
    System.setProperty("io.netty.testsuite.badHost", unreachable.getAddress().getHostAddress());
    System.setProperty("io.netty.testsuite.badPort", Integer.toString(unreachable.getPort()));
    try {
      Class.forName(SocketTestPermutation.class.getName());
    } catch (ClassNotFoundException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  static SuiteResources open() {
    try {
      return new SuiteResources();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Has the JVM and Netty open what they keep for good. */
  private static void warmUp() throws InterruptedException {
    EventLoopGroup nio = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    EventLoopGroup kqueue = TestGroups.kqueue("testsuite-warm-up", 1);
    connect(
        nio, new ServerBootstrap().channel(NioServerSocketChannel.class), NioSocketChannel.class);
    connect(
        kqueue,
        new ServerBootstrap().channel(KQueueFfmServerSocketChannel.class),
        KQueueFfmSocketChannel.class);
    nio.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    kqueue.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    assertThat(LeakRecorder.isInstalled())
        .as("run with -Dio.netty.customResourceLeakDetector=" + LeakRecorder.class.getName())
        .isTrue();
  }

  private static void connect(
      EventLoopGroup group, ServerBootstrap bootstrap, Class<? extends Channel> client)
      throws InterruptedException {
    Channel server =
        bootstrap
            .group(group)
            .childHandler(new ChannelInboundHandlerAdapter())
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    new Bootstrap()
        .group(group)
        .channel(client)
        .handler(new ChannelInboundHandlerAdapter())
        .connect(server.localAddress())
        .sync()
        .channel()
        .close()
        .sync();
    server.close().sync();
  }

  @Override
  public void close() throws IOException {
    try {
      check();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void check() throws IOException, InterruptedException {
    TestGroups.shutdown();
    if (unreachable != null) {
      unreachable.close();
    }
    List<String> leaks = new ArrayList<>();
    List<String> left = left();
    for (int round = 0; round < ROUNDS && (round < 3 || !left.isEmpty()); round++) {
      // Leaks are found when the collector has found them; descriptors of the JDK's own sockets
      // and threads that end go a little later.
      System.gc();
      Thread.sleep(ROUND_MILLIS);
      leaks.addAll(LeakRecorder.drain());
      left = left();
    }
    left.addAll(leaks);
    assertThat(left).as("left at the end of the suite").isEmpty();
  }

  private List<String> left() throws IOException {
    List<String> left = new ArrayList<>();
    Descriptors.open()
        .forEach((descriptor, target) -> {
          if (!target.equals(descriptors.get(descriptor))) {
            left.add("descriptor " + descriptor + " -> " + target + Descriptors.details(target));
          }
        });
    SimulatedRun.left().forEach(file -> left.add("simulated: " + file));
    long allocations = NativeMemory.live() - nativeAllocations;
    if (allocations != 0) {
      left.add(allocations + " native allocations");
    }
    return left;
  }
}
