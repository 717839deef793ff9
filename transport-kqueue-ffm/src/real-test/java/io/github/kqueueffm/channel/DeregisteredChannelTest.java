package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.SocketPair;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Promise;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Channels that are deregistered and then closed: epoll keeps nothing of them. */
@Tag("real")
@Needs(SystemPromise.EPOLL)
class DeregisteredChannelTest {
  private final Kernel real = Kernels.system();
  private final Platform platform = real.platform();
  private final CountingKernel calls = CountingKernel.over(real);
  private final List<String> controls = new CopyOnWriteArrayList<>();

  @RegisterExtension final LoopExtension loop = new LoopExtension(calls.kernel());

  private final BlockingQueue<Channel> readers = new LinkedBlockingQueue<>();
  private final List<Integer> descriptors = new ArrayList<>();

  @BeforeEach
  void watch() {
    calls.on(
        "epollCtl",
        arguments -> {
          controls.add(arguments[1] + " of " + arguments[2]);
          return null;
        });
  }

  @AfterEach
  void closeDescriptors() {
    descriptors.forEach(real::close);
  }

  private String deletion(int fd) {
    return platform.get(Constant.EPOLL_CTL_DEL) + " of " + fd;
  }

  private final class Reads extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ReferenceCountUtil.release(message);
      readers.add(context.channel());
    }
  }

  /** The second end of a connection whose first end is a channel of the loop. */
  private final class Peer {
    final KQueueFfmDomainSocketChannel channel;
    private final int fd;

    Peer() throws Exception {
      int[] pair = SocketPair.open(real, Constant.SOCK_STREAM);
      KernelSocket near = KernelSocket.adopt(calls.kernel(), pair[0]);
      fd = own(pair[1]);
      channel = new KQueueFfmDomainSocketChannel(null, near, true);
      channel.pipeline().addLast(new Reads());
      loop.group().register(channel).sync();
    }

    void sends() {
      long memory = NativeMemory.allocate(1);
      assertThat(real.write(fd, memory, 1)).isEqualTo(1);
      NativeMemory.free(memory);
    }

    void isHeard() throws InterruptedException {
      sends();
      assertThat(readers.poll(10, TimeUnit.SECONDS)).isSameAs(channel);
    }

    int number() {
      return channel.fd().intValue();
    }
  }

  private int own(int fd) {
    assertThat(fd).isNotNegative();
    descriptors.add(fd);
    return fd;
  }

  /** Opens a regular file until it has that number. */
  private void openFileAs(int fd) {
    byte[] path = (loop.file("file") + "\0").getBytes(StandardCharsets.UTF_8);
    long memory = NativeMemory.allocate(path.length);
    Memory.copy(path, 0, memory, path.length);
    int opened;
    do {
      opened = own(real.open(memory, platform.get(Constant.O_RDONLY), 0));
    } while (opened < fd);
    NativeMemory.free(memory);
    assumeThat(opened).as("another thread has taken the number").isEqualTo(fd);
  }

  private void turns() throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      loop.group().submit(() -> {}).sync();
    }
  }

  @Test
  void handoverOfConnectionMakesOneCallAndNoNewEpoll() throws Exception {
    List<Peer> idle = List.of(new Peer(), new Peer());
    List<Peer> handed = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Peer peer = new Peer();
      peer.isHeard();
      handed.add(peer);
    }
    turns();
    controls.clear();
    calls.reset();
    List<String> expected = new ArrayList<>();
    for (Peer peer : handed) {
      expected.add(deletion(peer.number()));
      own(real.dup(peer.number()));
      peer.channel.deregister().sync();
      peer.channel.close().sync();
      peer.sends();
      turns();
    }
    assertThat(controls).isEqualTo(expected);
    assertThat(calls.count("epollCreate1")).isZero();
    for (Peer peer : idle) {
      peer.isHeard();
      peer.channel.close().sync();
    }
  }

  @Test
  void reusedNumberOfDuplicatedChannelCausesNoTurn() throws Exception {
    Files.writeString(loop.file("file"), "text");
    Peer innocent = new Peer();
    Peer peer = new Peer();
    peer.isHeard();
    int fd = peer.number();
    own(real.dup(fd));
    peer.channel.deregister().sync();
    peer.channel.close().sync();
    openFileAs(fd);
    controls.clear();
    peer.sends();
    for (int i = 0; i < 5; i++) {
      innocent.isHeard();
    }
    assertThat(controls).isEmpty();
    innocent.channel.close().sync();
  }

  @Test
  void reusedNumberOfChannelWithPendingWriteCausesNoTurn() throws Exception {
    Files.writeString(loop.file("file"), "text");
    Peer innocent = new Peer();
    Peer peer = new Peer();
    int fd = peer.number();
    peer.channel.writeAndFlush(Unpooled.directBuffer(8 << 20).writeZero(8 << 20));
    LoopExtension.await("the write waits", () -> !peer.channel.isWritable());
    turns();
    controls.clear();
    Promise<Void> opened = peer.channel.eventLoop().newPromise();
    // All in one turn: the listeners are called by the tasks that have done it.
    peer.channel
        .deregister()
        .addListener(left ->
            peer.channel
                .close()
                .addListener(closed -> {
                  openFileAs(fd);
                  opened.setSuccess(null);
                }));
    opened.sync();
    for (int i = 0; i < 5; i++) {
      innocent.isHeard();
    }
    assertThat(controls).containsExactly(deletion(fd));
    innocent.channel.close().sync();
  }
}
