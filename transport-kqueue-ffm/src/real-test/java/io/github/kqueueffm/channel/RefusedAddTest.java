package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Real sockets on a loop whose epoll takes no more descriptors, for good. */
@Tag("real")
@Needs(SystemPromise.EPOLL)
class RefusedAddTest {
  /** What a channel that fails may try; a loop that spins comes to thousands. */
  private static final int FEW = 10;

  private final Kernel real = Kernels.system();
  private final Platform platform = real.platform();
  private final CountingKernel calls = CountingKernel.over(real);
  private final AtomicInteger refusals = new AtomicInteger();
  private final Witness witness = new Witness();

  @RegisterExtension final LoopExtension loop = new LoopExtension(calls.kernel());

  private void refuse() {
    int add = platform.get(Constant.EPOLL_CTL_ADD);
    Integer refused = -platform.number(Errno.ENOSPC);
    calls.on(
        "epollCtl",
        arguments -> {
          if ((int) arguments[1] != add) {
            return null;
          }
          refusals.incrementAndGet();
          return refused;
        });
  }

  @ChannelHandler.Sharable
  private static final class Witness extends ChannelInboundHandlerAdapter {
    final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    final CountDownLatch ended = new CountDownLatch(1);
    final CountDownLatch active = new CountDownLatch(1);
    final AtomicInteger reads = new AtomicInteger();

    @Override
    public void channelActive(ChannelHandlerContext context) {
      active.countDown();
      context.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      reads.incrementAndGet();
      ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      failures.add(cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      ended.countDown();
    }

    void hasFailed() throws InterruptedException {
      assertTellsWhatToDo(failures.poll(10, TimeUnit.SECONDS));
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(failures).isEmpty();
    }
  }

  private static void assertTellsWhatToDo(Throwable failure) {
    assertThat(failure)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("kevent EVFILT_READ")
        .hasMessageContaining("ENOSPC")
        .hasMessageContaining("fs.epoll.max_user_watches");
  }

  private void assertFewRefusals() {
    assertThat(refusals.get()).isBetween(1, FEW);
  }

  /** A server whose listener is armed. */
  private Channel listen(ServerBootstrap bootstrap) throws InterruptedException {
    Channel server = bootstrap.bind(LoopExtension.anyPort()).sync().channel();
    turns();
    return server;
  }

  private void turns() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      loop.group().submit(() -> {}).sync();
    }
  }

  private static Socket connect(Channel server) throws IOException {
    InetSocketAddress address = (InetSocketAddress) server.localAddress();
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }

  @Test
  void streamFailsAndIsClosed() throws Exception {
    Channel server = listen(loop.server(KQueueFfmServerSocketChannel.class, witness));
    refuse();
    try (Socket client = connect(server)) {
      witness.hasFailed();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
    assertThat(server.isOpen()).isTrue();
    assertFewRefusals();
  }

  @Test
  void pausedChannelFailsAndReadsNothing() throws Exception {
    ServerBootstrap bootstrap =
        loop.server(KQueueFfmServerSocketChannel.class, witness)
            .childOption(ChannelOption.AUTO_READ, false);
    Channel server = listen(bootstrap);
    refuse();
    CountDownLatch sent = new CountDownLatch(1);
    // The bytes are there before the channel is.
    loop.group().submit(() -> sent.await(10, TimeUnit.SECONDS));
    try (Socket client = connect(server)) {
      client.getOutputStream().write(new byte[2]);
      sent.countDown();
      witness.hasFailed();
    }
    assertThat(witness.reads).hasValue(0);
    assertFewRefusals();
  }

  @Test
  void datagramChannelFailsAndIsClosed() throws Exception {
    refuse();
    Channel channel =
        loop.client(KQueueFfmDatagramChannel.class, witness)
            .bind(LoopExtension.anyPort())
            .sync()
            .channel();
    witness.hasFailed();
    assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
    assertFewRefusals();
  }

  @Test
  void listenerRestsAndAcceptsOnceThereIsRoom() throws Exception {
    BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    refuse();
    Channel server =
        loop.server(KQueueFfmServerSocketChannel.class, witness)
            .handler(
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                    failures.add(cause);
                    context.fireExceptionCaught(cause);
                  }
                })
            .bind(LoopExtension.anyPort())
            .sync()
            .channel();
    assertTellsWhatToDo(failures.poll(10, TimeUnit.SECONDS));
    // It tries again, and is refused again, after the second for which Netty's acceptor pauses.
    assertTellsWhatToDo(failures.poll(10, TimeUnit.SECONDS));
    calls.restore("epollCtl");
    assertFewRefusals();
    try (Socket client = connect(server)) {
      assertThat(witness.active.await(10, TimeUnit.SECONDS)).isTrue();
      client.getOutputStream().write(1);
      LoopExtension.await("the byte is read", () -> witness.reads.get() == 1);
    }
    assertThat(server.isOpen()).isTrue();
  }

  /** What came to a handle that a user registered. */
  private final class Handle implements KQueueFfmIoHandle {
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final int fd;

    Handle(int fd) {
      this.fd = fd;
    }

    @Override
    public int ident() {
      return fd;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      KQueueFfmIoEvent kevent = (KQueueFfmIoEvent) event;
      boolean error = (kevent.flags() & platform.get(Constant.EV_ERROR)) != 0;
      events.add((error ? "EV_ERROR " : "ready ") + kevent.data());
    }

    @Override
    public void close() {
      // The test closes the descriptor.
    }
  }

  @Test
  void handleOfAUserGetsAnErrorEventOnce() throws Exception {
    int fd = real.eventfd(1, 0);
    assertThat(fd).isNotNegative();
    try {
      Handle handle = new Handle(fd);
      IoEventLoop on = (IoEventLoop) loop.group().next();
      IoRegistration registration = on.register(handle).sync().getNow();
      refuse();
      int flags = platform.get(Constant.EV_ADD) | platform.get(Constant.EV_ONESHOT);
      KQueueFfmIoOps add = KQueueFfmIoOps.newOps(platform.get(Constant.EVFILT_READ), flags, 0);
      on.submit(() -> registration.submit(add)).sync();
      assertThat(handle.events.poll(10, TimeUnit.SECONDS))
          .isEqualTo("EV_ERROR " + platform.number(Errno.ENOSPC));
      turns();
      assertThat(handle.events).isEmpty();
      assertFewRefusals();
      calls.restore("epollCtl");
      on.submit(() -> registration.submit(add)).sync();
      assertThat(handle.events.poll(10, TimeUnit.SECONDS)).startsWith("ready");
      on.submit(registration::cancel).sync();
    } finally {
      real.close(fd);
    }
  }
}
