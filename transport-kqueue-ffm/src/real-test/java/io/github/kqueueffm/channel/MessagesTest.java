package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.UnixAddress;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a user reads when something is wrong, on the real kernel. */
@Tag("real")
class MessagesTest {
  @RegisterExtension final LoopExtension loop = new LoopExtension();

  /** More than any limit permits. */
  private static final int NOT_OPEN = 2_000_000_000;

  private static final SocketAddress LOCAL = new DomainSocketAddress("/nowhere");
  private static final SocketAddress INTERNET = LoopExtension.anyPort();

  private Channel registered(Channel channel) throws InterruptedException {
    loop.group().register(channel).sync();
    return channel;
  }

  @Test
  void portInUseIsNamedWithCallErrnoAndRemedy() throws Exception {
    Channel first =
        loop.server(KQueueFfmServerSocketChannel.class)
            .bind(LoopExtension.anyPort())
            .sync()
            .channel();
    InetSocketAddress address = (InetSocketAddress) first.localAddress();
    Throwable cause = loop.server(KQueueFfmServerSocketChannel.class).bind(address).await().cause();
    assertThat(cause)
        .hasMessageStartingWith("Address already in use: " + address + " (bind: EADDRINUSE, ")
        .hasMessageEndingWith("; end the program that has it, or bind another port");
    first.close().sync();
  }

  @Test
  void messageOfStaleSocketFileSaysToDeleteIt() throws Exception {
    SocketAddress address = new DomainSocketAddress(loop.file("left").toString());
    KernelSocket left =
        KernelSocket.open(
            Kernels.system(),
            Kernels.system().platform().get(Constant.AF_UNIX),
            Kernels.system().platform().get(Constant.SOCK_STREAM));
    left.bind(UnixAddress.of(loop.file("left").toString()));
    left.close();
    assertThat(loop.server(KQueueFfmServerDomainSocketChannel.class).bind(address).await().cause())
        .hasMessageStartingWith("Address already in use: " + loop.file("left") + " (bind: ")
        .hasMessageContaining("; delete the socket file if no program listens on it any more");
  }

  static Stream<Supplier<Channel>> channelsOfADescriptorThatIsNotOpen() {
    return Stream.of(
        () -> new KQueueFfmSocketChannel(NOT_OPEN),
        () -> new KQueueFfmServerSocketChannel(NOT_OPEN),
        () -> new KQueueFfmDatagramChannel(NOT_OPEN),
        () -> new KQueueFfmDomainSocketChannel(NOT_OPEN),
        () -> new KQueueFfmServerDomainSocketChannel(NOT_OPEN),
        () -> new KQueueFfmDomainDatagramChannel(NOT_OPEN));
  }

  @ParameterizedTest
  @MethodSource("channelsOfADescriptorThatIsNotOpen")
  void closedDescriptorNumberIsEbadf(Supplier<Channel> maker) {
    assertThatThrownBy(maker::get)
        .isInstanceOf(ChannelException.class)
        .hasMessageStartingWith(
            "cannot take over descriptor 2000000000: getsockopt(SOL_SOCKET/SO_TYPE on ")
        .hasMessageEndingWith(
            "EBADF: Bad file descriptor (9); no such descriptor is open in this process");
  }

  @Test
  @Needs(SystemPromise.LINUX_OPTIONS)
  void refusedValueIsNamedWithTheOptionsShortNameAndRange() throws Exception {
    Channel channel = registered(new KQueueFfmSocketChannel());
    assertThatThrownBy(
            () -> channel.config().setOption(KQueueFfmChannelOption.TCP_KEEPIDLE, 40_000))
        .isInstanceOf(ChannelException.class)
        .hasMessageStartingWith(
            "cannot set TCP_KEEPIDLE to 40000 (expected: 1 to 32767 seconds): setsockopt(")
        .hasMessageContaining("EINVAL");
    assertThatThrownBy(() -> channel.config().setOption(KQueueFfmChannelOption.TCP_MAXSEG, 1))
        .hasMessageStartingWith("cannot set TCP_MAXSEG to 1 (expected: 88 to 32767 bytes, or 0)");
    channel.close().sync();
  }

  @Test
  @Needs(SystemPromise.LINUX_OPTIONS)
  void rangesAreThoseOfTheKernel() throws Exception {
    Channel channel = registered(new KQueueFfmSocketChannel());
    assertTakesOnly(channel, KQueueFfmChannelOption.TCP_KEEPIDLE, 1, 32767);
    assertTakesOnly(channel, KQueueFfmChannelOption.TCP_KEEPINTVL, 1, 32767);
    assertTakesOnly(channel, KQueueFfmChannelOption.TCP_KEEPCNT, 1, 127);
    assertTakesOnly(channel, KQueueFfmChannelOption.TCP_MAXSEG, 88, 32767);
    channel.config().setOption(KQueueFfmChannelOption.TCP_USER_TIMEOUT, 0);
    assertRefuses(channel, KQueueFfmChannelOption.TCP_USER_TIMEOUT, -1);
    channel.close().sync();
  }

  private static void assertTakesOnly(
      Channel channel, ChannelOption<Integer> option, int least, int most) {
    assertThat(channel.config().setOption(option, least)).isTrue();
    assertThat(channel.config().setOption(option, most)).isTrue();
    assertRefuses(channel, option, least - 1 == 0 ? -1 : least - 1);
    assertRefuses(channel, option, most + 1);
  }

  private static void assertRefuses(Channel channel, ChannelOption<Integer> option, int value) {
    assertThatThrownBy(() -> channel.config().setOption(option, value))
        .as(option + " " + value)
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("EINVAL");
  }

  static Stream<Supplier<Channel>> channels() {
    return Stream.of(
        KQueueFfmSocketChannel::new,
        KQueueFfmServerSocketChannel::new,
        KQueueFfmDatagramChannel::new,
        KQueueFfmDomainSocketChannel::new,
        KQueueFfmServerDomainSocketChannel::new,
        KQueueFfmDomainDatagramChannel::new);
  }

  /** As what came out of a configuration file and went through a raw type. */
  @ParameterizedTest
  @MethodSource("channels")
  void valueOfAnotherTypeIsRefusedByTheNameOfItsOption(Supplier<Channel> maker) throws Exception {
    Channel channel = registered(maker.get());
    for (ChannelOption<?> option : channel.config().getOptions().keySet()) {
      String name = OptionTable.name(option);
      assertThat(name).doesNotContain("#", ".");
      assertThat(OptionTable.type(option)).as(name).isNotNull();
      assertThatThrownBy(() -> setUnchecked(channel, option, new AtomicInteger(5)))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              name
                  + ": 5 is of type java.util.concurrent.atomic.AtomicInteger (expected: "
                  + OptionTable.type(option).getSimpleName()
                  + ')');
    }
    channel.close().sync();
  }

  @Test
  void valueOfAnotherTypeIsRefusedByTheNameOfAnOptionByNumber() throws Exception {
    Channel channel = registered(new KQueueFfmSocketChannel());
    assertThatThrownBy(() -> setUnchecked(channel, new IntegerUnixChannelOption("mine", 1, 1), "5"))
        .hasMessage("mine: 5 is of type java.lang.String (expected: Integer)");
    assertThatThrownBy(() -> setUnchecked(channel, new RawUnixChannelOption("raw", 1, 1, 4), 5))
        .hasMessage("raw: 5 is of type java.lang.Integer (expected: ByteBuffer)");
    channel.close().sync();
  }

  @SuppressWarnings("unchecked") // What is tried here.
  private static void setUnchecked(Channel channel, ChannelOption<?> option, Object value) {
    channel.config().setOption((ChannelOption<Object>) option, value);
  }

  static Stream<Arguments> wrongAddresses() {
    return Stream.of(
        wrong(KQueueFfmServerSocketChannel::new, LOCAL, "KQueueFfmServerDomainSocketChannel"),
        wrong(KQueueFfmSocketChannel::new, LOCAL, "KQueueFfmDomainSocketChannel"),
        wrong(KQueueFfmDatagramChannel::new, LOCAL, "KQueueFfmDomainDatagramChannel"),
        wrong(KQueueFfmServerDomainSocketChannel::new, INTERNET, "KQueueFfmServerSocketChannel"),
        wrong(KQueueFfmDomainSocketChannel::new, INTERNET, "KQueueFfmSocketChannel"),
        wrong(KQueueFfmDomainDatagramChannel::new, INTERNET, "KQueueFfmDatagramChannel"));
  }

  private static Arguments wrong(Supplier<Channel> maker, SocketAddress address, String right) {
    return Arguments.of(maker, address, right);
  }

  @ParameterizedTest
  @MethodSource("wrongAddresses")
  void addressOfAnotherFamilyNamesTheChannelForIt(
      Supplier<Channel> maker, SocketAddress address, String right) throws Exception {
    Channel channel = registered(maker.get());
    channel.pipeline().addLast(new ChannelInboundHandlerAdapter());
    assertNamesTheChannel(channel.bind(address).await().cause(), address, right);
    if (!right.contains("Server")) {
      assertNamesTheChannel(channel.connect(address).await().cause(), address, right);
    }
    channel.close().sync();
  }

  private static void assertNamesTheChannel(Throwable cause, SocketAddress address, String right) {
    assertThat(cause).isInstanceOf(UnsupportedAddressTypeException.class);
    assertThat(cause.getCause())
        .hasMessageContaining("AF_")
        .hasMessageContaining(address.toString())
        .hasMessageEndingWith("the channel for it is " + right);
  }

  @Test
  void connectOrWriteOfServerNamesReasonAndRemedy() throws Exception {
    Channel server = registered(new KQueueFfmServerSocketChannel());
    assertThat(server.connect(INTERNET).await().cause())
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "cannot connect "
                + server
                + " to "
                + INTERNET
                + ": a server channel only accepts connections; connect a channel of a Bootstrap");
    assertThat(server.writeAndFlush("text").await().cause())
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage(
            "cannot write String to "
                + server
                + ": a server channel only accepts connections; write to the channels that it"
                + " reads");
    server.close().sync();
  }

  @Test
  void fileThatIsNotRegularIsNamedWithTheRemedy() {
    assertThatThrownBy(() -> KQueueFfmFileRegion.open(loop.file("."), 0, 1))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "cannot open "
                + loop.file(".")
                + ": not a regular file; name one, or read it and write its bytes as buffers");
  }

  @Test
  void negativeDescriptorAndOneOfAnotherKindNameTheRemedy() throws Exception {
    assertThatThrownBy(() -> new KQueueFfmSocketChannel(-1))
        .hasMessage(
            "cannot take over descriptor -1: it is negative; give the number of an open"
                + " descriptor");
    KernelSocket local =
        KernelSocket.open(
            Kernels.system(),
            Kernels.system().platform().get(Constant.AF_UNIX),
            Kernels.system().platform().get(Constant.SOCK_STREAM));
    assertThatThrownBy(() -> new KQueueFfmSocketChannel(local.fd()))
        .hasMessageStartingWith("cannot take over descriptor " + local.fd() + ": it is not a ")
        .hasMessageEndingWith("; use the channel class of its kind");
    local.close();
  }

  @Test
  void handleOfAnotherTransportIsNamedWithTheRemedy() {
    IoHandle handle =
        new IoHandle() {
          @Override
          public void handle(IoRegistration registration, IoEvent event) {}

          @Override
          public void close() {}
        };
    assertThat(((IoEventLoop) loop.group().next()).register(handle).awaitUninterruptibly().cause())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("cannot register ")
        .hasMessageEndingWith(
            ": this event loop takes a KQueueFfmIoHandle only; use a channel class of this"
                + " transport, such as KQueueFfmSocketChannel");
  }

  @Test
  void socketsFamilyIsNamed() throws IOException {
    int family = Kernels.system().platform().get(Constant.AF_INET);
    int stream = Kernels.system().platform().get(Constant.SOCK_STREAM);
    KernelSocket socket = KernelSocket.open(Kernels.system(), family, stream);
    Throwable thrown = catchThrowable(() -> socket.bind(UnixAddress.of("/nowhere")));
    socket.close();
    assertThat(thrown.getCause())
        .hasMessage(
            "a socket of AF_INET cannot use the address /nowhere (expected: InetSocketAddress)");
  }
}
