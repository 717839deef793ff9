package io.github.kqueueffm.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.SocketPair;
import io.github.kqueueffm.syscall.UnixAddress;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Channels on descriptors that the user opened, in every state. */
@Tag("real")
class AdoptedDescriptorTest {
  @RegisterExtension final LoopExtension loop = new LoopExtension();

  private final Kernel kernel = Kernels.system();
  private final Platform platform = kernel.platform();
  private final Received received = new Received();

  private KernelSocket socket(Constant family) throws IOException {
    return KernelSocket.open(kernel, platform.get(family), platform.get(Constant.SOCK_STREAM));
  }

  private Channel register(Channel channel) throws InterruptedException {
    channel.pipeline().addLast(received);
    loop.group().register(channel).sync();
    return channel;
  }

  private void assertReaches(Channel channel, Socket peer) throws Exception {
    channel.writeAndFlush(Unpooled.copiedBuffer("there", UTF_8)).sync();
    assertThat(peer.getInputStream().readNBytes(5)).asString(UTF_8).isEqualTo("there");
    peer.getOutputStream().write("back".getBytes(UTF_8));
    received.awaitBytes(4);
    assertThat(received.bytes()).asString(UTF_8).isEqualTo("back");
    channel.close().sync();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE})
  void negativeDescriptorIsRefusedByItsNumber(int fd) {
    List<IntFunction<Channel>> constructors =
        List.of(
            KQueueFfmSocketChannel::new,
            KQueueFfmServerSocketChannel::new,
            KQueueFfmDatagramChannel::new,
            KQueueFfmDomainSocketChannel::new,
            KQueueFfmServerDomainSocketChannel::new,
            KQueueFfmDomainDatagramChannel::new);
    for (IntFunction<Channel> constructor : constructors) {
      assertThatThrownBy(() -> constructor.apply(fd))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("descriptor " + fd);
    }
  }

  @Test
  void freshSocketConnects() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, LoopExtension.anyPort().getAddress())) {
      Channel channel = register(new KQueueFfmSocketChannel(socket(Constant.AF_INET).fd()));
      assertThat(channel.isActive()).isFalse();
      assertThat(channel.localAddress()).isNull();
      channel.connect(listener.getLocalSocketAddress()).sync();
      try (Socket peer = listener.accept()) {
        assertReaches(channel, peer);
      }
    }
  }

  @Test
  void boundSocketConnectsFromItsAddress() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, LoopExtension.anyPort().getAddress())) {
      KernelSocket socket = socket(Constant.AF_INET);
      socket.bind(LoopExtension.anyPort());
      Channel channel = register(new KQueueFfmSocketChannel(socket.fd()));
      assertThat(channel.localAddress()).isEqualTo(socket.localAddress());
      channel.connect(listener.getLocalSocketAddress()).sync();
      try (Socket peer = listener.accept()) {
        assertThat(peer.getPort())
            .isEqualTo(((InetSocketAddress) channel.localAddress()).getPort());
        assertReaches(channel, peer);
      }
    }
  }

  @Test
  void connectedBlockingSocketIsActiveAtOnce() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, LoopExtension.anyPort().getAddress())) {
      KernelSocket socket = socket(Constant.AF_INET);
      kernel.fcntl(socket.fd(), platform.get(Constant.F_SETFL), 0);
      socket.connect(listener.getLocalSocketAddress());
      Channel channel = register(new KQueueFfmSocketChannel(socket.fd()));
      assertThat(isBlocking(socket)).isFalse();
      assertThat(received.channel()).isSameAs(channel);
      assertThat(channel.remoteAddress()).isEqualTo(listener.getLocalSocketAddress());
      try (Socket peer = listener.accept()) {
        assertReaches(channel, peer);
      }
    }
  }

  private boolean isBlocking(KernelSocket socket) {
    int flags = kernel.fcntl(socket.fd(), platform.get(Constant.F_GETFL), 0);
    return (flags & platform.get(Constant.O_NONBLOCK)) == 0;
  }

  private void assertServes(KernelSocket socket, boolean bind) throws Exception {
    KQueueFfmServerSocketChannel adopted = new KQueueFfmServerSocketChannel(socket.fd());
    assertThat(adopted.isActive()).isEqualTo(isKnownToListen(socket));
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loop.group())
            .channelFactory(() -> adopted)
            .childHandler(received);
    Channel server =
        (bind ? bootstrap.bind(LoopExtension.anyPort()) : bootstrap.register()).sync().channel();
    assertThat(server.isActive()).isTrue();
    InetSocketAddress address = (InetSocketAddress) server.localAddress();
    try (Socket peer = new Socket(address.getAddress(), address.getPort())) {
      assertReaches(received.channel(), peer);
    }
    server.close().sync();
  }

  /** Not on DragonFly and OpenBSD up to 7.3, which do not let it be read. */
  private static boolean isKnownToListen(KernelSocket socket) throws IOException {
    try {
      return socket.getInt(Constant.SOL_SOCKET, Constant.SO_ACCEPTCONN) != 0;
    } catch (UnsupportedOperationException e) {
      return false;
    }
  }

  @Test
  void freshSocketServesWhenItIsBound() throws Exception {
    assertServes(socket(Constant.AF_INET), true);
  }

  @Test
  void boundSocketListensWithItsRegistration() throws Exception {
    KernelSocket socket = socket(Constant.AF_INET);
    socket.bind(LoopExtension.anyPort());
    assertServes(socket, false);
  }

  @Test
  void listeningSocketServes() throws Exception {
    KernelSocket socket = socket(Constant.AF_INET);
    socket.bind(LoopExtension.anyPort());
    socket.listen(5);
    assertServes(socket, false);
  }

  @Test
  void bothEndsOfASocketPairTalk() throws Exception {
    int[] pair = SocketPair.open(kernel, Constant.SOCK_STREAM);
    Channel one = register(new KQueueFfmDomainSocketChannel(pair[0]));
    Channel other = new KQueueFfmDomainSocketChannel(pair[1]);
    loop.group().register(other).sync();
    other.writeAndFlush(Unpooled.copiedBuffer("pair", UTF_8)).sync();
    received.awaitBytes(4);
    assertThat(one.remoteAddress()).isEqualTo(new DomainSocketAddress(""));
    other.close().sync();
    received.awaitInactive();
  }

  @Test
  void fileOfAdoptedListenerIsNotDeleted() throws Exception {
    KernelSocket socket = socket(Constant.AF_UNIX);
    socket.bind(UnixAddress.of(loop.file("s").toString()));
    Channel server = new KQueueFfmServerDomainSocketChannel(socket.fd());
    loop.group().register(server).sync();
    assertThat(server.isActive()).as("it listens").isTrue();
    assertThat(server.localAddress()).isEqualTo(new DomainSocketAddress(loop.file("s").toString()));
    server.close().sync();
    assertThat(loop.file("s")).exists();
  }

  @Test
  void unsuitableDescriptorIsNotClosed() throws Exception {
    KernelSocket local = socket(Constant.AF_UNIX);
    assertRefused(() -> new KQueueFfmSocketChannel(local.fd()), "IPv4 or IPv6");
    assertRefused(() -> new KQueueFfmServerSocketChannel(local.fd()), "IPv4 or IPv6");
    assertThat(local.localAddress()).isNotNull();
    local.close();
    KernelSocket internet = socket(Constant.AF_INET);
    assertRefused(() -> new KQueueFfmDomainSocketChannel(internet.fd()), "AF_UNIX");
    assertRefused(() -> new KQueueFfmServerDomainSocketChannel(internet.fd()), "AF_UNIX");
    internet.close();
    int kqueueOrFile = kernel.dup(0);
    assertRefused(() -> new KQueueFfmSocketChannel(kqueueOrFile), "descriptor " + kqueueOrFile);
    kernel.close(kqueueOrFile);
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable constructor, String reason) {
    assertThatThrownBy(constructor)
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("cannot take over")
        .hasMessageContaining(reason);
  }

  @Test
  void descriptorOfAChannelClosesWithoutNativeCode() throws Exception {
    Channel channel = new KQueueFfmSocketChannel(socket(Constant.AF_INET).fd());
    FileDescriptor descriptor = ((KQueueFfmSocketChannel) channel).fd();
    descriptor.close();
    assertThat(descriptor.isOpen()).isFalse();
    assertThat(channel.isOpen()).isFalse();
  }
}
