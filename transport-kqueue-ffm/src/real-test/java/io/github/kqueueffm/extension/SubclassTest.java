package io.github.kqueueffm.extension;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmEventLoopGroup;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannelConfig;
import io.github.kqueueffm.testkit.EchoHandler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultEventExecutorChooserFactory;
import io.netty.util.concurrent.RejectedExecutionHandlers;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a subclass in a package of its own can change: configuration, children, loops. */
@Tag("real")
class SubclassTest {
  private final EventLoopGroup group = new KQueueFfmEventLoopGroup(1);
  private final BlockingQueue<Channel> children = new LinkedBlockingQueue<>();

  @AfterEach
  void shutDown() {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private Channel bind(ChannelFactory<ServerChannel> factory, SocketAddress local)
      throws Exception {
    return new ServerBootstrap()
        .group(group)
        .channelFactory(factory)
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel child) {
                children.add(child);
                child.pipeline().addLast(new EchoHandler());
              }
            })
        .bind(local)
        .sync()
        .channel();
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private Channel nextChild() throws InterruptedException {
    return children.poll(10, TimeUnit.SECONDS);
  }

  private static Socket connect(Channel server) throws IOException {
    InetSocketAddress address = (InetSocketAddress) server.localAddress();
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }

  @Test
  void serverSubclassCreatesItsChildrenWithTheirConfiguration() throws Exception {
    Channel server = bind(OwnServer::new, anyPort());
    try (Socket client = connect(server)) {
      client.getOutputStream().write("hello".getBytes(US_ASCII));
      assertThat(client.getInputStream().readNBytes(5)).asString(US_ASCII).isEqualTo("hello");
      OwnSocket child = (OwnSocket) nextChild();
      assertThat(child.parent()).isSameAs(server);
      assertThat(child.remoteAddress()).isEqualTo(client.getLocalSocketAddress());
      assertThat(child.config().setKeepAlive(true).isKeepAlive()).isTrue();
    }
  }

  @Test
  void failureToCreateChildClosesTheConnectionAndTheServerContinues() throws Exception {
    FailingOnceServer.CHILDREN.set(0);
    Channel server = bind(FailingOnceServer::new, anyPort());
    try (Socket first = connect(server)) {
      assertThat(first.getInputStream().read()).isEqualTo(-1);
    }
    try (Socket second = connect(server)) {
      second.getOutputStream().write('x');
      assertThat(second.getInputStream().read()).isEqualTo('x');
    }
    assertThat(children).hasSize(1);
  }

  @Test
  void domainServerSubclassCreatesItsChildren() throws Exception {
    Path directory = Files.createTempDirectory("k");
    Path path = directory.resolve("s");
    Channel server = bind(OwnDomainServer::new, new DomainSocketAddress(path.toFile()));
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      assertThat(client.isConnected()).isTrue();
      assertThat(nextChild()).isInstanceOf(OwnDomainSocket.class);
    } finally {
      server.close().sync();
      Files.delete(directory);
    }
  }

  @Test
  void groupSubclassCreatesLoopsWithItsHandlerAndQueues() throws Exception {
    OwnGroup own = new OwnGroup();
    try {
      EventLoop loop = own.next();
      assertThat(((IoEventLoop) loop).isIoType(OwnHandler.class)).isTrue();
      CountDownLatch busy = new CountDownLatch(1);
      CountDownLatch release = new CountDownLatch(1);
      loop.execute(() -> {
        busy.countDown();
        awaitQuietly(release);
      });
      assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
      for (int i = 0; i < OwnGroup.ROOM; i++) {
        loop.execute(() -> {});
      }
      assertThatThrownBy(() -> loop.execute(() -> {}))
          .as("the queue is full")
          .isInstanceOf(RejectedExecutionException.class);
      release.countDown();
    } finally {
      own.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static class OwnServer extends KQueueFfmServerSocketChannel {
    @Override
    protected KQueueFfmSocketChannel newChildChannel(int fd, InetSocketAddress remote) {
      return new OwnSocket(this, fd, remote);
    }
  }

  private static final class FailingOnceServer extends OwnServer {
    static final AtomicInteger CHILDREN = new AtomicInteger();

    @Override
    protected KQueueFfmSocketChannel newChildChannel(int fd, InetSocketAddress remote) {
      if (CHILDREN.getAndIncrement() == 0) {
        throw new IllegalStateException("no child today");
      }
      return super.newChildChannel(fd, remote);
    }
  }

  private static final class OwnSocket extends KQueueFfmSocketChannel {
    OwnSocket(KQueueFfmServerSocketChannel parent, int fd, InetSocketAddress remote) {
      super(parent, fd, remote);
    }

    @Override
    protected OwnConfig newConfig() {
      return new OwnConfig(this);
    }

    @Override
    public OwnConfig config() {
      return (OwnConfig) super.config();
    }
  }

  private static final class OwnConfig extends KQueueFfmSocketChannelConfig {
    OwnConfig(OwnSocket channel) {
      super(channel);
    }

    @Override
    public OwnConfig setKeepAlive(boolean keepAlive) {
      return (OwnConfig) super.setKeepAlive(keepAlive);
    }
  }

  private static final class OwnDomainServer extends KQueueFfmServerDomainSocketChannel {
    @Override
    protected KQueueFfmDomainSocketChannel newChildChannel(int fd) {
      return new OwnDomainSocket(this, fd);
    }
  }

  private static final class OwnDomainSocket extends KQueueFfmDomainSocketChannel {
    OwnDomainSocket(KQueueFfmServerDomainSocketChannel parent, int fd) {
      super(parent, fd);
    }
  }

  private static final class OwnHandler extends KQueueFfmIoHandler {
    OwnHandler(ThreadAwareExecutor executor) {
      super(executor, 16, DefaultSelectStrategyFactory.INSTANCE);
    }
  }

  private static final class OwnGroup extends KQueueFfmEventLoopGroup {
    static final int ROOM = 2;

    OwnGroup() {
      super(1, null, OwnHandler::new, DefaultEventExecutorChooserFactory.INSTANCE);
    }

    @Override
    protected IoEventLoop newChild(Executor executor, IoHandlerFactory factory, Object... args) {
      Queue<Runnable> tasks = new ArrayBlockingQueue<>(ROOM);
      return newLoop(executor, factory, tasks, null, RejectedExecutionHandlers.reject());
    }
  }
}
