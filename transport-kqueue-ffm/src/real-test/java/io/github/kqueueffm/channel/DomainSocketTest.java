package io.github.kqueueffm.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.FileNames;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.UnixAddress;
import io.github.kqueueffm.testkit.ChildJvm;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Local sockets: names, files, peers. */
@Tag("real")
class DomainSocketTest {
  @RegisterExtension final LoopExtension loop = new LoopExtension();

  private final Received atServer = new Received();
  private final Received atClient = new Received();

  private DomainSocketAddress path(String name) {
    return new DomainSocketAddress(loop.file(name).toString());
  }

  private Channel bind(java.net.SocketAddress address) throws Exception {
    return loop.server(KQueueFfmServerDomainSocketChannel.class, atServer)
        .bind(address)
        .sync()
        .channel();
  }

  private ChannelFuture tryConnect(java.net.SocketAddress address) throws InterruptedException {
    return loop.client(KQueueFfmDomainSocketChannel.class, atClient).connect(address).await();
  }

  private Channel connect(java.net.SocketAddress address) throws Exception {
    return tryConnect(address).sync().channel();
  }

  private Throwable bindFailure(java.net.SocketAddress address) throws InterruptedException {
    return loop.server(KQueueFfmServerDomainSocketChannel.class, atServer)
        .bind(address)
        .await()
        .cause();
  }

  @Test
  void bytesAreSentAndReceived() throws Exception {
    bind(path("s"));
    Channel client = connect(path("s"));
    client.writeAndFlush(Unpooled.copiedBuffer("question", UTF_8)).sync();
    atServer.awaitBytes(8);
    atServer.channel().writeAndFlush(Unpooled.copiedBuffer("answer", UTF_8)).sync();
    atClient.awaitBytes(6);
    assertThat(atServer.bytes()).asString().isEqualTo("question");
    assertThat(atClient.bytes()).asString().isEqualTo("answer");
  }

  @Test
  void bothEndsHaveNettysAddresses() throws Exception {
    Channel server = bind(path("s"));
    assertThat(server.localAddress()).isEqualTo(path("s"));
    assertThat(server.remoteAddress()).isNull();
    Channel client = connect(path("s"));
    assertThat(client.remoteAddress()).isEqualTo(path("s"));
    assertThat(client.localAddress()).isEqualTo(new DomainSocketAddress(""));
    assertThat(atServer.channel().localAddress()).isEqualTo(path("s"));
    assertThat(atServer.channel().remoteAddress()).isEqualTo(new DomainSocketAddress(""));
  }

  @Test
  void unconnectedSocketHasNoAddresses() throws Exception {
    Channel client = loop.client(KQueueFfmDomainSocketChannel.class).register().sync().channel();
    assertThat(client.localAddress()).isNull();
    assertThat(client.remoteAddress()).isNull();
    client.close().sync();
  }

  @Test
  void clientsNameIsSeenByTheServer() throws Exception {
    bind(path("s"));
    Channel client =
        loop.client(KQueueFfmDomainSocketChannel.class)
            .connect(path("s"), path("c"))
            .sync()
            .channel();
    assertThat(client.localAddress()).isEqualTo(path("c"));
    assertThat(atServer.channel().remoteAddress()).isEqualTo(path("c"));
  }

  @Test
  void javasOwnAddressTypeWorksToo() throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(loop.file("j"));
    assertThat(bind(address).localAddress()).isEqualTo(path("j"));
    assertThat(connect(address).remoteAddress()).isEqualTo(path("j"));
  }

  @Test
  void internetAddressIsRefused() throws Exception {
    assertThat(tryConnect(new InetSocketAddress("127.0.0.1", 1)).cause())
        .isInstanceOf(UnsupportedAddressTypeException.class)
        .hasStackTraceContaining("expected: DomainSocketAddress");
  }

  @Test
  @Needs(SystemPromise.ABSTRACT_NAMES)
  void abstractNameLeavesNoFile() throws Exception {
    DomainSocketAddress name = new DomainSocketAddress("\0" + loop.file("a"));
    Channel server = bind(name);
    assertThat(server.localAddress()).isEqualTo(name);
    Channel client = connect(name);
    client.writeAndFlush(Unpooled.copiedBuffer("x", UTF_8)).sync();
    atServer.awaitBytes(1);
    assertThat(loop.file("a")).doesNotExist();
  }

  @Test
  void overlongPathIsRefusedWithTheLimit_netty11652() throws Exception {
    DomainSocketAddress address = path("x".repeat(200));
    assertThat(bindFailure(address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(address.path())
        .hasMessageMatching(".* at most 10[37] are possible .*");
    assertThat(tryConnect(address).cause()).hasMessageMatching(".* at most 10[37] .*");
  }

  @Test
  void pathIsUtf8InALocaleThatLacksItsLetters() throws Exception {
    List<String> command =
        List.of(
            "env",
            "LC_ALL=C",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            LocaleProbe.class.getName(),
            loop.file("").toString());
    String output = ChildJvm.run(command).isSuccess().all();
    assumeTrue(!output.contains("encoding: UTF-8"), "macOS has no other encoding of names");
    assertThat(output)
        .contains("files: [U+00E4, U+00F6]", "told: U+00E4", "files after: []")
        .containsPattern("unbound: java.io.FileNotFoundException: No such file or directory")
        .containsPattern("region: java.io.IOException: the locale's encoding .* cannot carry")
        .contains("java: refused with InvalidPathException");
  }

  @Test
  void pathWithHalfASurrogatePairIsRefused() throws Exception {
    DomainSocketAddress address = new DomainSocketAddress(loop.file("half-") + "\ud800");
    assertThat(bindFailure(address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lone surrogate");
    assertThat(tryConnect(address).cause())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lone surrogate");
  }

  @Test
  @Needs(SystemPromise.NAMES_OF_ANY_BYTES)
  void jdkAddressWhoseNameIsNotUtf8ReachesItsSocket() throws Exception {
    UnixAddress odd = UnixAddress.of(bytesOf(loop.file("odd"), 0xff));
    KernelSocket listener = KernelSocket.open(Kernels.system(), 1, 1);
    try {
      listener.bind(odd);
      listener.listen(1);
      Path named;
      try (Stream<Path> files = Files.list(loop.file(""))) {
        named = files.findFirst().orElseThrow();
      }
      Channel client = connect(UnixDomainSocketAddress.of(named));
      assertThat(client.remoteAddress()).isEqualTo(new DomainSocketAddress(odd.path()));
      client.close().sync();
    } finally {
      listener.close();
    }
  }

  private static byte[] bytesOf(Path path, int last) {
    byte[] name = path.toString().getBytes(UTF_8);
    byte[] bytes = Arrays.copyOf(name, name.length + 1);
    bytes[name.length] = (byte) last;
    return bytes;
  }

  @Test
  @Needs(SystemPromise.NAMES_OF_ANY_BYTES)
  void closeDeletesFileWhoseNameIsNotUtf8() throws Exception {
    UnixAddress odd = UnixAddress.of(bytesOf(loop.file("odd"), 0xff));
    Channel server = bind(DomainAddresses.toNetty(odd));
    try (Stream<Path> files = Files.list(loop.file(""))) {
      assertThat(files.map(file -> UnixAddress.of(FileNames.of(file)))).containsExactly(odd);
    }
    server.close().sync();
    assertThat(loop.file("")).isEmptyDirectory();
  }

  @Test
  void closeDeletesTheFileWithOlderGlibc() throws Exception {
    CountingKernel kernel = CountingKernel.over(Kernels.system()).without(Call.LSTAT);
    assumeTrue(kernel.kernel().has(Call.__LXSTAT), "no other C library has it");
    Channel server =
        new ServerBootstrap()
            .group(loop.group())
            .channelFactory(() ->
                new KQueueFfmServerDomainSocketChannel(
                    Sockets.stream(kernel.kernel(), SocketProtocolFamily.UNIX), false))
            .childHandler(atServer)
            .bind(path("s"))
            .sync()
            .channel();
    server.close().sync();
    assertThat(loop.file("s")).doesNotExist();
    assertThat(kernel.count("lxstat")).isEqualTo(2);
    assertThat(kernel.count("lstat")).isZero();
  }

  @Test
  void closeDeletesTheFile() throws Exception {
    Channel server = bind(path("s"));
    assertThat(loop.file("s")).exists();
    server.close().sync();
    assertThat(loop.file("s")).doesNotExist();
  }

  @Test
  void regularFileIsNeitherBoundNorDeleted() throws Exception {
    Path file = Files.writeString(loop.file("s"), "precious");
    assertThat(bindFailure(path("s")))
        .isInstanceOf(BindException.class)
        .hasMessageContaining("Address already in use: " + file);
    assertThat(file).hasContent("precious");
  }

  @Test
  void fileThatReplacedTheSocketIsNotDeleted() throws Exception {
    Channel server = bind(path("s"));
    Files.delete(loop.file("s"));
    Files.writeString(loop.file("s"), "precious");
    server.close().sync();
    assertThat(loop.file("s")).hasContent("precious");
  }

  @Test
  void socketOfAnotherServerIsNotDeleted() throws Exception {
    Channel server = bind(path("s"));
    Files.delete(loop.file("s"));
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(loop.file("s")));
      server.close().sync();
      assertThat(loop.file("s")).exists();
    }
  }

  @Test
  void missingFileDoesNotFailTheClose() throws Exception {
    Channel server = bind(path("s"));
    Files.delete(loop.file("s"));
    assertThat(server.close().await().isSuccess()).isTrue();
  }

  @Test
  void missingFileAndDeadListenerHaveDifferentErrors() throws Exception {
    assertThat(tryConnect(path("none")).cause()).isInstanceOf(FileNotFoundException.class);
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(loop.file("dead")));
    }
    assertThat(tryConnect(path("dead")).cause())
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("Connection refused: " + loop.file("dead"));
  }

  @Test
  void pathIsFreeWhenTheLoopHasEnded_netty7047() throws Exception {
    for (int round = 0; round < 5; round++) {
      EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
      loop.server(KQueueFfmServerDomainSocketChannel.class, group).bind(path("s")).sync();
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
      assertThat(loop.file("s")).doesNotExist();
    }
  }

  @Test
  void socketWithoutPeerHasNoPeerCredentials() throws Exception {
    KQueueFfmDomainSocketChannel channel = new KQueueFfmDomainSocketChannel();
    loop.group().register(channel).sync();
    assertThatThrownBy(() -> KQueueFfmPeerCredentials.of(channel)).isInstanceOf(IOException.class);
    channel.close().sync();
  }

  @Test
  void peerIsThisProcess() throws Exception {
    bind(path("s"));
    KQueueFfmDomainSocketChannel client = (KQueueFfmDomainSocketChannel) connect(path("s"));
    KQueueFfmPeerCredentials server = KQueueFfmPeerCredentials.of(client);
    int uid = (int) Files.getAttribute(loop.file("s"), "unix:uid");
    int gid = (int) Files.getAttribute(loop.file("s"), "unix:gid");
    int own = (int) ProcessHandle.current().pid();
    assertThat(server.pid()).isIn(own, SystemPromise.PEER_PROCESS.isKept() ? own : 0);
    assertThat(server.uid()).isEqualTo(uid);
    assertThat(server.gids()).contains(gid);
    assertThat(KQueueFfmPeerCredentials.of((KQueueFfmDomainSocketChannel) atServer.channel()))
        .hasToString(server.toString());
  }
}
