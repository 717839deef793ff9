package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.OpenDescriptors;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * One event loop for a test and a directory for its files; both are gone afterwards, and with them
 * every native allocation and descriptor that the test made.
 */
final class LoopExtension implements BeforeEachCallback, AfterEachCallback {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Kernel kernel;
  private EventLoopGroup group;
  private Path directory;
  private long allocations;
  private int descriptors;

  LoopExtension() {
    this(null);
  }

  /** A loop on a kernel whose answers the test writes. */
  LoopExtension(Kernel kernel) {
    this.kernel = kernel;
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    warmUp();
    allocations = NativeMemory.live();
    descriptors = openDescriptors();
    group = newGroup();
    // A path of JUnit's own could be too long for a socket's address.
    directory = Files.createTempDirectory("k");
  }

  private EventLoopGroup newGroup() {
    IoHandlerFactory factory =
        kernel == null
            ? KQueueFfmIoHandler.newFactory()
            : KQueueFfmIoHandler.newFactory(kernel, 0, DefaultSelectStrategyFactory.INSTANCE);
    return new MultiThreadIoEventLoopGroup(1, factory);
  }

  /** What classes open once and keep must not count as left over: Java's own sockets do too. */
  private void warmUp() throws Exception {
    ServerSocketChannel.open().close();
    ServerSocketChannel.open(StandardProtocolFamily.UNIX).close();
    EventLoopGroup first = newGroup();
    first.submit(() -> {}).sync();
    shutDown(first);
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    shutDown(group);
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.deleteIfExists(file);
      }
    }
    if (context.getExecutionException().isEmpty()) {
      await("native allocations are freed", () -> NativeMemory.live() == allocations);
      await("descriptors are closed", () -> openDescriptors() <= descriptors);
    }
  }

  private static void shutDown(EventLoopGroup group) {
    assertThat(
            group
                .shutdownGracefully(0, 5, TimeUnit.SECONDS)
                .awaitUninterruptibly(10, TimeUnit.SECONDS))
        .isTrue();
  }

  EventLoopGroup group() {
    return group;
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  ServerBootstrap server(Class<? extends ServerChannel> type, ChannelHandler... handlers) {
    return server(type, group, handlers);
  }

  /** A server on a group of the test's own. */
  ServerBootstrap server(
      Class<? extends ServerChannel> type, EventLoopGroup on, ChannelHandler... handlers) {
    return new ServerBootstrap().group(on).channel(type).childHandler(all(handlers));
  }

  Bootstrap client(Class<? extends Channel> type, ChannelHandler... handlers) {
    return new Bootstrap().group(group).channel(type).handler(all(handlers));
  }

  private static ChannelHandler all(ChannelHandler... handlers) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        channel.pipeline().addLast(handlers);
      }
    };
  }

  static int openDescriptors() {
    return OpenDescriptors.count();
  }

  static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - start).as(what).isLessThan(PATIENCE_NANOS);
      Thread.sleep(2);
    }
  }

  byte[] randomFile(Path path, int bytes) throws IOException {
    byte[] content = new byte[bytes];
    new java.util.Random(bytes).nextBytes(content);
    Files.write(path, content);
    return content;
  }
}
