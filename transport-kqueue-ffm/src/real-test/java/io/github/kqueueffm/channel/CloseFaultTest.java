package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.kqueue.ImitatedLibrary;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.KeventLayout;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The kqueue cannot be rid of a descriptor that is closed: a close closes it all the same. */
@Needs(SystemPromise.EPOLL)
@ParameterizedClass(name = "libkqueue {0}")
@ValueSource(booleans = {false, true})
@Tag("real")
class CloseFaultTest {
  private final Kernel real = Kernels.system();
  private final Platform platform = real.platform();
  private final CountingKernel calls;
  private final boolean library;

  @RegisterExtension final LoopExtension loop;

  CloseFaultTest(boolean library) {
    this.library = library;
    Kernel kernel =
        library ? new ImitatedLibrary(real, ImitatedLibrary.Version.V2_7).kernel() : real;
    calls = CountingKernel.over(kernel);
    loop = new LoopExtension(calls.kernel());
  }

  /** Has all that takes the descriptor out of the kqueue fail. */
  private void refuseDeletions(int fd) {
    Integer refused = -platform.number(Errno.ENOMEM);
    KeventLayout layout = new KeventLayout(calls.kernel().keventStruct());
    int delete = platform.get(Constant.EV_DELETE);
    if (library) {
      calls.on(
          "kevent",
          arguments -> {
            long change = (long) arguments[1];
            boolean deletes =
                (int) arguments[2] == 1
                    && layout.ident(change) == fd
                    && (layout.flags(change) & delete) != 0;
            return deletes ? refused : null;
          });
    } else {
      int control = platform.get(Constant.EPOLL_CTL_DEL);
      calls.on(
          "epollCtl",
          arguments -> (int) arguments[1] == control && (int) arguments[2] == fd ? refused : null);
    }
  }

  private void assertCloses(ServerSocket peer, int linger, boolean deregistered) throws Exception {
    Channel channel =
        loop.client(KQueueFfmSocketChannel.class, new ChannelInboundHandlerAdapter())
            .option(ChannelOption.SO_LINGER, linger)
            .connect(new InetSocketAddress(peer.getInetAddress(), peer.getLocalPort()))
            .sync()
            .channel();
    try (var accepted = peer.accept()) {
      // A turn arms the channel.
      loop.group().submit(() -> {}).sync();
      loop.group().submit(() -> {}).sync();
      int fd = ((KQueueFfmSocketChannel) channel).fd().intValue();
      refuseDeletions(fd);
      if (deregistered) {
        assertThat(channel.deregister().await(10_000)).isTrue();
      }
      ChannelFuture closed = channel.close();
      assertThat(closed.await(10_000)).isTrue();
      assertThat(channel.isOpen()).isFalse();
      assertThat(channel.closeFuture().isDone()).isTrue();
      LoopExtension.await("the channel has left its loop", () -> !channel.isRegistered());
      // The peer sees the end, so that the descriptor is closed.
      accepted.setSoTimeout(10_000);
      assertThat(accepted.getInputStream().read()).isEqualTo(-1);
    } finally {
      calls.restore("kevent");
      calls.restore("epollCtl");
    }
  }

  private void assertCloses(int linger, boolean deregistered) throws Exception {
    try (ServerSocket peer = new ServerSocket(0, 1, LoopExtension.anyPort().getAddress())) {
      assertCloses(peer, linger, deregistered);
    }
  }

  @Test
  void closeClosesWhateverFails() throws Exception {
    assertCloses(-1, false);
  }

  @Test
  void lingeringCloseClosesWhateverFails() throws Exception {
    assertCloses(5, false);
  }

  @Test
  void closeAfterADeregistrationThatFailedCloses() throws Exception {
    assertCloses(-1, true);
  }
}
