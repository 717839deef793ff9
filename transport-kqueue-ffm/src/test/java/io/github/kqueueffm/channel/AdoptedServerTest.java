package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.github.kqueueffm.syscall.Sockaddr;
import io.netty.channel.ChannelException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Listening channels on a descriptor of the user, by what its system reports of it. */
class AdoptedServerTest {
  private static final int FD = 7;
  private static final InetSocketAddress BOUND = new InetSocketAddress("127.0.0.1", 8080);
  private static final InetSocketAddress UNBOUND = new InetSocketAddress("0.0.0.0", 0);

  private static ScriptedCalls kernel(String name, InetSocketAddress local, Errno acceptConn) {
    return kernel(name, local, memory -> -Platform.named(name).number(acceptConn));
  }

  private static ScriptedCalls kernel(
      String name, InetSocketAddress local, LongFunction<Integer> acceptConn) {
    Platform platform = Platform.named(name);
    return ScriptedCalls.of(name)
        .on("fcntl", 0)
        .on("setsockopt", 0)
        .on("listen", 0)
        .fail("getpeername", Errno.ENOTCONN)
        .fail("recv", Errno.ENOTCONN)
        .on("getsockname", arguments -> tell(platform, local, arguments))
        .on(
            "getsockopt",
            arguments -> {
              if ((int) arguments[2] == platform.get(Constant.SO_TYPE)) {
                Memory.putInt((long) arguments[3], platform.get(Constant.SOCK_STREAM));
                return 0;
              }
              return acceptConn.apply((long) arguments[3]);
            });
  }

  private static Integer tell(Platform platform, InetSocketAddress local, Object[] arguments) {
    int family = platform.get(Constant.AF_INET);
    int length = Sockaddr.of(platform).put((long) arguments[1], local, family);
    Memory.putInt((long) arguments[2], length);
    return 0;
  }

  private static KQueueFfmServerSocketChannel adopt(ScriptedCalls calls) {
    return new KQueueFfmServerSocketChannel(Sockets.adoptTcp(calls.kernel(), FD), true);
  }

  private static boolean listens(ScriptedCalls calls) {
    return calls.log().stream().anyMatch(call -> call.startsWith("listen("));
  }

  @ParameterizedTest
  @ValueSource(strings = {"openbsd-x86_64", "dragonfly-x86_64", "freebsd-x86_64", "macos-aarch64"})
  void boundSocketListensWhereSoAcceptconnIsUnknown(String platform) throws IOException {
    ScriptedCalls calls = kernel(platform, BOUND, Errno.ENOPROTOOPT);
    KQueueFfmServerSocketChannel server = adopt(calls);
    assertThat(server.isActive()).isFalse();
    server.afterRegister();
    assertThat(listens(calls)).isTrue();
    assertThat(server.isActive()).isTrue();
    assertThat(server.localAddress()).isEqualTo(BOUND);
  }

  @ParameterizedTest
  @ValueSource(strings = {"openbsd-x86_64", "dragonfly-x86_64"})
  void unboundSocketWaitsForItsBind(String platform) throws IOException {
    ScriptedCalls calls = kernel(platform, UNBOUND, Errno.ENOPROTOOPT);
    KQueueFfmServerSocketChannel server = adopt(calls);
    server.afterRegister();
    assertThat(listens(calls)).isFalse();
    assertThat(server.isActive()).isFalse();
  }

  private static ScriptedCalls kernelThatTells(boolean listening) {
    return kernel(
        "linux-x86_64",
        BOUND,
        memory -> {
          Memory.putInt(memory, listening ? 1 : 0);
          return 0;
        });
  }

  @Test
  void listeningSocketIsActiveAtOnceAndKeepsItsBacklog() throws IOException {
    ScriptedCalls calls = kernelThatTells(true);
    KQueueFfmServerSocketChannel server = adopt(calls);
    assertThat(server.isActive()).isTrue();
    server.afterRegister();
    assertThat(listens(calls)).isFalse();
  }

  @Test
  void boundSocketIsActiveWithItsRegistration() throws IOException {
    ScriptedCalls calls = kernelThatTells(false);
    KQueueFfmServerSocketChannel server = adopt(calls);
    assertThat(server.isActive()).isFalse();
    server.afterRegister();
    assertThat(listens(calls)).isTrue();
    assertThat(server.isActive()).isTrue();
  }

  @Test
  void otherErrnoIsRefused() {
    ScriptedCalls calls = kernel("openbsd-x86_64", BOUND, Errno.EINVAL);
    assertThatThrownBy(() -> adopt(calls))
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("SO_ACCEPTCONN")
        .hasMessageContaining("EINVAL");
  }
}
