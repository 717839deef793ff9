package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.NonBlockingKernel;
import io.github.kqueueffm.syscall.SocketPair;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every descriptor that a loop calls is non-blocking at that moment, so that no call waits but the
 * one that selects. BlockHound cannot see foreign calls.
 *
 * <p>Where non-blocking has no meaning is listed in {@link NonBlockingKernel}. The file of a
 * sendfile is one such descriptor too: a regular file is read from the disk, whatever its flags.
 */
@Timeout(60)
@Tag("real")
class NonBlockingDescriptorsTest {
  private static final String LOOP = "non-blocking-loop";

  private final NonBlockingKernel looking =
      NonBlockingKernel.over(Kernels.system(), thread -> thread.getName().startsWith(LOOP));
  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          2,
          new DefaultThreadFactory(LOOP),
          KQueueFfmIoHandler.newFactory(
              looking.kernel(), 0, DefaultSelectStrategyFactory.INSTANCE));

  @AfterEach
  void shutDown() {
    group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
  }

  @Test
  void everyDescriptorThatALoopCallsIsNonBlocking(@TempDir Path folder) throws Exception {
    long bytes = new Conversations(looking.kernel(), group, folder).hold();
    assertThat(bytes).isGreaterThan(8 << 20);
    shutDown();
    assertThat(looking.blocking()).isEmpty();
    // What the conversations are to reach.
    assertThat(looking.checked())
        .containsKeys("connect", "recv", "send", "sendfile", "close", "bind", "listen")
        .satisfies(calls -> assertThat(calls.keySet()).containsAnyOf("accept", "accept4"))
        .satisfies(calls -> assertThat(calls.keySet()).containsAnyOf("recvmsg", "recvmmsg"));
  }

  @Test
  void descriptorOfAUserIsMadeNonBlockingBeforeALoopCallsIt() throws Exception {
    int[] pair = SocketPair.open(Kernels.system(), Constant.SOCK_STREAM);
    setFlags(pair[0], 0);
    Channel adopted =
        new KQueueFfmDomainSocketChannel(Sockets.adoptLocal(looking.kernel(), pair[0]));
    adopted.pipeline().addLast(new ChannelInboundHandlerAdapter());
    group.register(adopted).sync();
    adopted.close().sync();
    Kernels.system().close(pair[1]);
    shutDown();
    assertThat(looking.checked()).containsKey("close");
    assertThat(looking.blocking()).isEmpty();
  }

  @Test
  void descriptorThatBlocksIsNoticed() throws Exception {
    Channel channel =
        new KQueueFfmDomainSocketChannel(
            null, Sockets.stream(looking.kernel(), SocketProtocolFamily.UNIX), false);
    channel.pipeline().addLast(new ChannelInboundHandlerAdapter());
    group.register(channel).sync();
    setFlags(((KQueueFfmDomainSocketChannel) channel).fd().intValue(), 0);
    channel.close().sync();
    assertThat(looking.blocking()).containsOnlyKeys("close");
  }

  private static void setFlags(int fd, int flags) {
    Kernel kernel = Kernels.system();
    assertThat(kernel.fcntl(fd, kernel.platform().get(Constant.F_SETFL), flags)).isZero();
  }
}
