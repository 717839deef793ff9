package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemoryCheck;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * How long close(2) of a connection may block. The kernel is asked only where its SO_LINGER can
 * have been set by something else than the configuration.
 */
@ExtendWith(NativeMemoryCheck.class)
class CloseLingerTest {
  private static final int FD = 7;
  private static final int SECONDS = 5;
  private static final InetSocketAddress PEER =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80);

  private final ScriptedCalls calls =
      ScriptedCalls.of("freebsd-x86_64")
          .on("setsockopt", 0)
          .on("getpeername", 0)
          .on(
              "getsockopt",
              a -> {
                Memory.putInt((long) a[3], 1);
                if (Memory.getInt((long) a[4]) == Long.BYTES) {
                  Memory.putInt((long) a[3] + Integer.BYTES, SECONDS);
                }
                return 0;
              });

  private Platform platform() {
    return calls.kernel().platform();
  }

  private KernelSocket socket() {
    return KernelSocket.accepted(calls.kernel(), FD, platform().get(Constant.AF_INET));
  }

  private long asked() {
    return calls.log().stream().filter(call -> call.startsWith("getsockopt(")).count();
  }

  private static final class Child extends KQueueFfmSocketChannel {
    Child(KQueueFfmServerSocketChannel parent) {
      super(parent, FD, PEER);
    }
  }

  @Test
  void adoptedConnectionLingersByWhatItsKernelSays() {
    KQueueFfmSocketChannel channel = new KQueueFfmSocketChannel(socket());
    assertThat(channel.blockingLinger()).isEqualTo(SECONDS);
    assertThat(asked()).isPositive();
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    assertThat(channel.blockingLinger()).as("set since").isZero();
  }

  @Test
  void connectionOfAnOwnListenerLingersByItsConfigurationAlone() {
    KQueueFfmServerSocketChannel listener = new KQueueFfmServerSocketChannel(socket(), false);
    KQueueFfmSocketChannel channel = new Child(listener);
    assertThat(channel.parent()).isSameAs(listener);
    assertThat(channel.remoteAddress()).isEqualTo(PEER);
    long before = asked();
    assertThat(channel.blockingLinger()).isNegative();
    channel.config().setSoLinger(3);
    assertThat(channel.blockingLinger()).isEqualTo(3);
    assertThat(asked()).isEqualTo(before);
  }

  @Test
  void connectionOfAnAdoptedListenerMayHaveItsLinger() {
    KQueueFfmSocketChannel channel = new Child(new KQueueFfmServerSocketChannel(socket(), true));
    assertThat(channel.blockingLinger()).isEqualTo(SECONDS);
  }

  @Test
  void connectionOfAListenerWhoseLingerWasSetByItsNumberMayHaveIt() {
    KQueueFfmServerSocketChannel listener = new KQueueFfmServerSocketChannel(socket(), false);
    IntegerUnixChannelOption linger =
        new IntegerUnixChannelOption(
            "linger", platform().get(Constant.SOL_SOCKET), platform().get(Constant.SO_LINGER));
    listener.config().setOption(linger, 1);
    assertThat(new Child(listener).blockingLinger()).isEqualTo(SECONDS);
  }
}
