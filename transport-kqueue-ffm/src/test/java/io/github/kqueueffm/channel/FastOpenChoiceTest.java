package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which call connects a channel that has data already. */
class FastOpenChoiceTest {
  private static final InetSocketAddress REMOTE =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80);

  @ParameterizedTest
  @CsvSource({
    "linux-x86_64, true, sendto",
    "freebsd-x86_64, true, sendto",
    "macos-aarch64, true, connectx",
    "netbsd-x86_64, true, connect",
    "openbsd-x86_64, true, connect",
    "linux-x86_64, false, connect",
    "macos-aarch64, false, connect"
  })
  void dataGoesAlongWhereTheOptionIsOnAndTheSystemHasIt(String name, boolean on, String call)
      throws Exception {
    ScriptedCalls calls =
        ScriptedCalls.of(name)
            .on("setsockopt", 0)
            .on("connect", 0)
            .on("connectx", 0)
            .on("sendto", 3);
    Platform platform = calls.kernel().platform();
    KernelSocket socket = KernelSocket.accepted(calls.kernel(), 7, platform.get(Constant.AF_INET));
    KQueueFfmSocketChannel channel = new KQueueFfmSocketChannel(null, socket, false);
    channel.config().setTcpFastOpenConnect(on);
    channel
        .unsafe()
        .outboundBuffer()
        .addMessage(Unpooled.directBuffer(3).writeZero(3), 3, channel.voidPromise());
    assertThat(channel.startConnect(REMOTE)).isEqualTo(call.equals("connect"));
    List<String> connects =
        calls.log().stream()
            .map(line -> line.substring(0, line.indexOf('(')))
            .filter(line -> line.startsWith("connect") || line.equals("sendto"))
            .toList();
    assertThat(connects).containsExactly(call);
    channel.unsafe().outboundBuffer().remove();
  }
}
