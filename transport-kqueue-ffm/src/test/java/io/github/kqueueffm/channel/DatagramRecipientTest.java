package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.DatagramChannelTest.packet;
import static io.github.kqueueffm.channel.DatagramRig.LOOPBACK4;
import static io.github.kqueueffm.channel.DatagramRig.LOOPBACK6;
import static io.github.kqueueffm.channel.DatagramRig.address;
import static io.github.kqueueffm.channel.DatagramRig.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernels;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** To which of the machine's addresses a datagram was sent. */
final class DatagramRecipientTest {
  /** The whole network 127.0.0.0/8 belongs to the loopback interface of Linux. */
  private static final InetAddress OTHER_LOOPBACK = address("127.0.0.9");

  private static final InetSocketAddress ANY4 = new InetSocketAddress("0.0.0.0", 0);

  @Test
  void wildcardBindTellsTheAddressThatWasMeant() throws Exception {
    try (DatagramRig rig = new DatagramRig()) {
      for (SocketProtocolFamily family :
          new SocketProtocolFamily[] {null, SocketProtocolFamily.INET}) {
        Inbox inbox = new Inbox();
        KQueueFfmDatagramChannel channel = rig.bind(family, ANY4, inbox);
        int port = channel.localAddress().getPort();
        KQueueFfmDatagramChannel sender = rig.local(new Inbox());
        for (InetAddress own : List.of(LOOPBACK4, OTHER_LOOPBACK, OTHER_LOOPBACK, LOOPBACK4)) {
          InetSocketAddress meant = new InetSocketAddress(own, port);
          sender.writeAndFlush(packet("x", meant)).sync();
          assertThat(inbox.letter()).isEqualTo(new Inbox.Letter("x", to(sender), meant));
        }
      }
    }
  }

  @Test
  void wildcardBindOfIpv6TellsIt() throws Exception {
    try (DatagramRig rig = new DatagramRig()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel =
          rig.bind(SocketProtocolFamily.INET6, new InetSocketAddress("::", 0), inbox);
      int port = channel.localAddress().getPort();
      KQueueFfmDatagramChannel six =
          rig.bind(SocketProtocolFamily.INET6, new InetSocketAddress(LOOPBACK6, 0), new Inbox());
      KQueueFfmDatagramChannel four = rig.local(new Inbox());
      six.writeAndFlush(packet("six", new InetSocketAddress(LOOPBACK6, port))).sync();
      assertThat(inbox.letter().recipient()).isEqualTo(new InetSocketAddress(LOOPBACK6, port));
      four.writeAndFlush(packet("four", new InetSocketAddress(OTHER_LOOPBACK, port))).sync();
      assertThat(inbox.letter().recipient()).isEqualTo(new InetSocketAddress(OTHER_LOOPBACK, port));
    }
  }

  @Test
  void channelThatTheKernelBindsTellsItToo() throws Exception {
    try (DatagramRig rig = new DatagramRig()) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel serving = rig.local(new Inbox.Echo());
      KQueueFfmDatagramChannel channel = rig.unbound(SocketProtocolFamily.INET, inbox);
      channel.writeAndFlush(packet("x", to(serving))).sync();
      Inbox.Letter letter = inbox.letter();
      assertThat(letter.recipient()).isEqualTo(to(channel));
      assertThat(channel.localAddress().getAddress().isAnyLocalAddress()).isTrue();
    }
  }

  @Test
  void kernelIsNotAskedForItOnBindToOneAddress() throws Exception {
    Platform platform = Kernels.system().platform();
    int option = platform.get(Constant.IP_PKTINFO);
    CountingKernel kernel = CountingKernel.over(Kernels.system());
    int[] asked = {0};
    kernel.on(
        "setsockopt",
        arguments -> {
          if ((int) arguments[1] == platform.get(Constant.IPPROTO_IP)
              && (int) arguments[2] == option) {
            asked[0]++;
          }
          return null;
        });
    try (DatagramRig rig = new DatagramRig(kernel.kernel())) {
      rig.local(new Inbox());
      assertThat(asked[0]).isZero();
      rig.bind(SocketProtocolFamily.INET, ANY4, new Inbox());
      assertThat(asked[0]).isEqualTo(1);
    }
  }

  @Test
  void recipientIsTheBoundAddressWhereTheKernelCannotTell() throws Exception {
    Platform platform = Kernels.system().platform();
    Integer unknown = -platform.number(Errno.ENOPROTOOPT);
    CountingKernel kernel =
        CountingKernel.over(Kernels.system())
            .on(
                "setsockopt",
                arguments ->
                    (int) arguments[1] == platform.get(Constant.IPPROTO_IP) ? unknown : null);
    try (DatagramRig rig = new DatagramRig(kernel.kernel())) {
      Inbox inbox = new Inbox();
      KQueueFfmDatagramChannel channel = rig.bind(SocketProtocolFamily.INET, ANY4, inbox);
      channel.writeAndFlush(packet("x", to(channel))).sync();
      assertThat(inbox.letter().recipient()).isEqualTo(channel.localAddress());
    }
  }
}
