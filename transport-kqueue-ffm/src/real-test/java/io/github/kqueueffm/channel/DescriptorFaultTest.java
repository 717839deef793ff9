package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.FdPassing;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.github.kqueueffm.syscall.SocketPair;
import io.netty.channel.unix.DomainSocketReadMode;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What can go wrong with descriptors on their way. */
@Tag("real")
class DescriptorFaultTest {
  private final Kernel real = Kernels.system();
  private final Platform platform = real.platform();
  private final ScriptedCalls calls = ScriptedCalls.over(real);

  @RegisterExtension final LoopExtension loop = new LoopExtension(calls.kernel());

  private final Received received = new Received();

  private int[] pair() {
    return SocketPair.open(real, Constant.SOCK_STREAM);
  }

  private KQueueFfmDomainSocketChannel channelOn(int fd) throws Exception {
    KQueueFfmDomainSocketChannel channel =
        new KQueueFfmDomainSocketChannel(null, KernelSocket.adopt(calls.kernel(), fd), true);
    channel.config().setReadMode(DomainSocketReadMode.FILE_DESCRIPTORS);
    channel.pipeline().addLast(received);
    loop.group().register(channel).sync();
    return channel;
  }

  /** The descriptors that came are closed by the receiver: none is left over at the end. */
  @Test
  void lostDescriptorsEndTheStreamWithTheReason_netty16872() throws Exception {
    int[] pair = pair();
    int flagsOffset = platform.struct("msghdr").offset("msg_flags");
    calls.on(
        "recvmsg",
        arguments -> {
          long result = real.recvmsg((int) arguments[0], (long) arguments[1], (int) arguments[2]);
          long flags = (long) arguments[1] + flagsOffset;
          Memory.putInt(flags, Memory.getInt(flags) | platform.get(Constant.MSG_CTRUNC));
          return result;
        });
    channelOn(pair[0]);
    assertThat(FdPassing.send(real, pair[1], 0, pair[1], pair[1])).isEqualTo(1);
    received.awaitInactive();
    assertThat(received.messages()).isEmpty();
    assertThat(received.failures())
        .singleElement()
        .isInstanceOf(IOException.class)
        .asString()
        .contains("MSG_CTRUNC")
        .contains("ulimit -n");
    real.close(pair[1]);
  }

  @Test
  void interruptedReceiveIsRepeated() throws Exception {
    int[] pair = pair();
    int[] interruptions = {2};
    calls.on(
        "recvmsg",
        arguments ->
            interruptions[0]-- > 0 ? -platform.number(io.github.kqueueffm.abi.Errno.EINTR) : null);
    KQueueFfmDomainSocketChannel channel = channelOn(pair[0]);
    FdPassing.send(real, pair[1], 0, pair[1]);
    LoopExtension.await("a descriptor", () -> received.messages().size() == 1);
    ((io.netty.channel.unix.FileDescriptor) received.messages().get(0)).close();
    channel.close().sync();
    real.close(pair[1]);
  }

  @Test
  void everyDescriptorThatLinuxPassesIsReceived() {
    int[] pair = pair();
    int[] many = new int[253];
    java.util.Arrays.fill(many, pair[1]);
    try (FdPassing.Receiver receiver = new FdPassing.Receiver(platform)) {
      assertThat(FdPassing.send(real, pair[1], 0, many)).isEqualTo(1);
      assertThat(receiver.receive(real, pair[0])).isEqualTo(1);
      assertThat(receiver.count()).isEqualTo(253);
      assertThat(receiver.isTruncated()).isFalse();
      receiver.closeAll(real);
    }
    real.close(pair[0]);
    real.close(pair[1]);
  }
}
