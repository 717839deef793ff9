package io.github.kqueueffm.channel;

import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.HERE;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.channel.ScriptedLoop.THEIR_PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The address family of a channel on systems where one socket cannot carry both IPv4 and IPv6. The
 * first address that is not a wildcard decides it, and the descriptor keeps its number.
 */
@ParameterizedClass
@EnumSource(
    mode = EnumSource.Mode.MATCH_ANY,
    names = {"FREEBSD.*", "OPENBSD.*", "NETBSD.*", "DRAGONFLY.*"})
class AddressFamilyScriptedTest extends AbstractScriptedLoopTest {
  private static final String THERE6 = "fd00::7";
  private static final int CHOSEN = 4711;

  private static final int SO_KEEPALIVE = 8;
  private static final int SO_LINGER = 0x80;
  private static final int SO_RCVBUF = 0x1002;
  private static final int SO_SNDBUF = 0x1001;
  private static final int IPPROTO_IP = 0;
  private static final int IP_TOS = 3;
  private static final int IP_TTL = 4;
  private static final int IPV6_UNICAST_HOPS = 4;
  private static final int IPV6_TCLASS = 61;
  private static final int IPV6_MULTICAST_HOPS = 10;
  private static final int IPV6_MULTICAST_LOOP = 11;
  private static final int IP_MULTICAST_TTL = 10;
  private static final int IP_MULTICAST_LOOP = 11;

  AddressFamilyScriptedTest(Os os) {
    super(os);
  }

  /** Where no address decides: the platform file says so, and the kernel is another system's. */
  private boolean clientsCarryBothFamilies() {
    if (os.choosesClientFamily()) {
      return false;
    }
    assertThat(Platform.named(os.platform()).carriesIpv4OverIpv6(false)).isTrue();
    return true;
  }

  private static InetSocketAddress at(String ip, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(ip), port);
  }

  private static int family(Os os, String ip) {
    return ip.contains(":") ? os.inet6() : Os.AF_INET;
  }

  /** The kernel's answer where the socket is bound. */
  private void tellsItsPort(int fd, int family) {
    loop.udp().localName(fd, os.wildcard(family, CHOSEN));
  }

  private void bindsTo(int fd, int family, int port) {
    byte[] wildcard = os.wildcard(family, port);
    loop.script().expect("bind", fd, ANY, wildcard.length).with(1, wildcard);
  }

  /** A client's socket becomes one of that family, unless it is one or carries both. */
  private void clientBecomes(int from, int to, Runnable options) {
    if (os.choosesClientFamily() && from != to) {
      loop.tcp().replaced(CLIENT, to, Os.SOCK_STREAM, options);
    }
  }

  @Test
  @DisplayName("a client without options connects to IPv4 without a further call")
  void clientConnectsToIpv4WithoutFurtherCall() {
    ChannelFuture connected = loop.client(new Recorder()).connect(at(THERE, PORT));
    loop.tcp().connect(CLIENT, THERE, PORT);
    loop.tasks();
    assertThat(connected.isSuccess()).isTrue();
  }

  @Test
  @DisplayName("a client connects to IPv6 by a socket of IPv6 under the same number")
  void clientConnectsToIpv6ByNewSocketOfTheSameNumber() {
    KQueueFfmSocketChannel client =
        (KQueueFfmSocketChannel) loop.client(new Recorder()).register().channel();
    int before = client.fd().intValue();
    clientBecomes(
        Os.AF_INET,
        os.inet6(),
        () -> loop.tcp().option(TcpScript.FRESH, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1));
    loop.tcp().connect(CLIENT, THERE6, PORT);
    ChannelFuture connected = client.connect(at(THERE6, PORT));
    loop.tasks();
    assertThat(connected.isSuccess()).isTrue();
    assertThat(client.fd().intValue()).isEqualTo(before).isEqualTo(CLIENT);
    assertThat(client.remoteAddress()).isEqualTo(at(THERE6, PORT));
  }

  @Test
  @DisplayName("a wildcard of either family decides nothing: an address of either connects after")
  void wildcardBindDoesNotDecideTheFamily() {
    for (String wildcard : new String[] {"0.0.0.0", "::"}) {
      for (String remote : new String[] {THERE, THERE6}) {
        reopen();
        Bootstrap bootstrap = loop.client(new Recorder());
        Channel client = bootstrap.register().channel();
        // A socket that carries both has no use for the wildcard of IPv4 alone.
        int first = os.clientInet();
        bindsTo(CLIENT, first, 0);
        assertThat(client.bind(at(wildcard, 0)).isSuccess()).isTrue();
        if (os.choosesClientFamily() && first != family(os, remote)) {
          tellsItsPort(CLIENT, first);
        }
        clientBecomes(
            first,
            family(os, remote),
            () -> loop.tcp().option(TcpScript.FRESH, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1));
        if (os.choosesClientFamily() && first != family(os, remote)) {
          bindsTo(CLIENT, family(os, remote), CHOSEN);
        }
        loop.tcp().connect(CLIENT, remote, PORT);
        assertThat(client.connect(at(remote, PORT)).isSuccess()).as(wildcard + remote).isTrue();
      }
    }
  }

  @Test
  @DisplayName("options by name, by number and raw are set again, IPv4's as IPv6 calls them")
  void optionsOfClientAreSetOnTheNewSocket() {
    if (clientsCarryBothFamilies()) {
      return;
    }
    Channel client = loop.client(new Recorder()).register().channel();
    setEveryKind(client);
    loop.tcp()
        .replaced(
            CLIENT,
            os.inet6(),
            Os.SOCK_STREAM,
            () -> {
              expectEveryKind(TcpScript.FRESH, 1);
              loop.tcp().option(TcpScript.FRESH, Os.IPPROTO_IPV6, IPV6_TCLASS, 16);
              loop.tcp().option(TcpScript.FRESH, Os.IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9);
              loop.script()
                  .expect("setsockopt", TcpScript.FRESH, Os.SOL_SOCKET, SO_LINGER, ANY, 8)
                  .with(3, Os.ints(1, 5));
            });
    loop.tcp().connect(CLIENT, THERE6, PORT);
    assertThat(client.connect(at(THERE6, PORT)).isSuccess()).isTrue();
  }

  private void setEveryKind(Channel client) {
    loop.tcp().option(CLIENT, Os.SOL_SOCKET, SO_KEEPALIVE, 0);
    client.config().setOption(ChannelOption.SO_KEEPALIVE, false);
    // What was set twice goes along once, as it is.
    loop.tcp().option(CLIENT, Os.SOL_SOCKET, SO_KEEPALIVE, 1);
    client.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    loop.script().expect("setsockopt", CLIENT, Os.SOL_SOCKET, SO_LINGER, ANY, 8);
    client.config().setOption(ChannelOption.SO_LINGER, 5);
    loop.tcp().option(CLIENT, Os.SOL_SOCKET, SO_RCVBUF, 5000);
    client
        .config()
        .setOption(new IntegerUnixChannelOption("rcvbuf", Os.SOL_SOCKET, SO_RCVBUF), 5000);
    loop.tcp().option(CLIENT, Os.SOL_SOCKET, SO_SNDBUF, 6000);
    ByteBuffer raw = ByteBuffer.wrap(Os.ints(6000));
    client.config().setOption(new RawUnixChannelOption("sndbuf", Os.SOL_SOCKET, SO_SNDBUF, 4), raw);
    loop.tcp().option(CLIENT, IPPROTO_IP, IP_TOS, 16);
    client.config().setOption(ChannelOption.IP_TOS, 16);
    loop.tcp().option(CLIENT, IPPROTO_IP, IP_TTL, 9);
    client.config().setOption(new IntegerUnixChannelOption("ttl", IPPROTO_IP, IP_TTL), 9);
  }

  private void expectEveryKind(int fd, int noDelay) {
    loop.tcp().option(fd, Os.IPPROTO_TCP, Os.TCP_NODELAY, noDelay);
    loop.tcp().option(fd, Os.SOL_SOCKET, SO_KEEPALIVE, 1);
    loop.tcp().option(fd, Os.SOL_SOCKET, SO_RCVBUF, 5000);
    loop.tcp().option(fd, Os.SOL_SOCKET, SO_SNDBUF, 6000);
  }

  @Test
  @DisplayName(
      "an option of IPv6 is taken before the address is known, and IPv4 has its own for it")
  void ipv6OptionOfClientIsKeptForEitherFamily() {
    if (clientsCarryBothFamilies()) {
      return;
    }
    Channel client = loop.client(new Recorder()).register().channel();
    loop.tcp()
        .replaced(
            CLIENT,
            os.inet6(),
            Os.SOCK_STREAM,
            () -> loop.tcp().option(TcpScript.FRESH, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1));
    loop.tcp().option(CLIENT, Os.IPPROTO_IPV6, IPV6_UNICAST_HOPS, 9);
    client
        .config()
        .setOption(new IntegerUnixChannelOption("hops", Os.IPPROTO_IPV6, IPV6_UNICAST_HOPS), 9);
    loop.tcp()
        .replaced(
            CLIENT,
            Os.AF_INET,
            Os.SOCK_STREAM,
            () -> {
              loop.tcp().option(TcpScript.FRESH, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1);
              loop.tcp().option(TcpScript.FRESH, IPPROTO_IP, IP_TTL, 9);
            });
    loop.tcp().connect(CLIENT, THERE, PORT);
    assertThat(client.connect(at(THERE, PORT)).isSuccess()).isTrue();
  }

  @Test
  @DisplayName("an option that the other family lacks is named by the call that would lose it")
  void connectNamesOptionThatTheFamilyLacks() {
    if (clientsCarryBothFamilies()) {
      return;
    }
    Channel client = loop.client(new Recorder()).register().channel();
    loop.tcp()
        .replaced(
            CLIENT,
            os.inet6(),
            Os.SOCK_STREAM,
            () -> loop.tcp().option(TcpScript.FRESH, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1));
    loop.tcp().option(CLIENT, Os.IPPROTO_IPV6, Os.IPV6_V6ONLY, 1);
    client
        .config()
        .setOption(new IntegerUnixChannelOption("only", Os.IPPROTO_IPV6, Os.IPV6_V6ONLY), 1);
    loop.script().expect("socket", Os.AF_INET).answers(TcpScript.FRESH);
    loop.script().allow("setsockopt", TcpScript.FRESH);
    loop.tcp().close(TcpScript.FRESH);
    loop.tcp().close(CLIENT);
    ChannelFuture connected = client.connect(at(THERE, PORT));
    assertThat(connected.cause())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("would lose the option level 41, option 27")
        .hasMessageContaining("SocketProtocolFamily.INET");
  }

  @Test
  @DisplayName("a port that was taken meanwhile fails the connect, and the channel closes once")
  void portTakenMeanwhileFailsTheConnect() {
    if (clientsCarryBothFamilies()) {
      return;
    }
    Channel client = loop.client(new Recorder()).register().channel();
    bindsTo(CLIENT, Os.AF_INET, 0);
    client.bind(at("0.0.0.0", 0));
    tellsItsPort(CLIENT, Os.AF_INET);
    loop.tcp()
        .replaced(
            CLIENT,
            os.inet6(),
            Os.SOCK_STREAM,
            () -> loop.tcp().option(TcpScript.FRESH, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1));
    byte[] wildcard = os.wildcard(os.inet6(), CHOSEN);
    loop.script().expect("bind", CLIENT, ANY, 28).with(1, wildcard).fails(Errno.EADDRINUSE);
    loop.tcp().close(CLIENT);
    ChannelFuture connected = client.connect(at(THERE6, PORT));
    assertThat(connected.cause()).isInstanceOf(BindException.class).hasMessageContaining("4711");
    assertThat(client.isOpen()).isFalse();
    assertThat(client.close().isSuccess()).isTrue();
  }

  @Test
  @DisplayName("without dup3(2), dup2(2) does it and FD_CLOEXEC is set after")
  void dup2ReplacesMissingDup3() {
    if (clientsCarryBothFamilies()) {
      return;
    }
    loop.script().without(Call.DUP3);
    Channel client = loop.client(new Recorder()).register().channel();
    loop.script().expect("socket", os.inet6()).answers(TcpScript.FRESH);
    loop.script().allow("setsockopt", TcpScript.FRESH);
    loop.script().expect("dup2", TcpScript.FRESH, CLIENT).answers(CLIENT);
    loop.script().expect("fcntl", CLIENT, Os.F_SETFD, Os.FD_CLOEXEC);
    loop.tcp().close(TcpScript.FRESH);
    byte[] address = os.address(os.inet6(), THERE6, PORT);
    loop.script().expect("connect", CLIENT, ANY, address.length).with(1, address);
    assertThat(client.connect(at(THERE6, PORT)).isSuccess()).isTrue();
  }

  private Bootstrap datagrams(ChannelInboundHandlerAdapter handler) {
    loop.tcp().datagramSocket(CLIENT);
    return new Bootstrap()
        .group(loop.eventLoop())
        .channelFactory(
            () -> new KQueueFfmDatagramChannel(Sockets.datagram(loop.kernel(), null), false))
        .handler(handler);
  }

  @Test
  @DisplayName("a datagram channel that reads at the wildcard goes on reading when it is connected")
  void readingDatagramChannelContinuesAfterConnect() {
    for (String remote : new String[] {THERE, THERE6}) {
      reopen();
      Recorder recorder = new Recorder();
      Bootstrap bootstrap = datagrams(recorder);
      loop.udp().asksForBroadcast(CLIENT);
      int first = os.inet();
      bindsTo(CLIENT, first, 0);
      Channel channel = bootstrap.bind(at("0.0.0.0", 0)).channel();
      loop.tasks();
      loop.kevent(loop.read(CLIENT).oneShot()).returns();
      loop.turn();
      int wanted = family(os, remote);
      if (first != wanted) {
        tellsItsPort(CLIENT, first);
        loop.tcp().replaced(CLIENT, wanted, Os.SOCK_DGRAM, () -> deletesTheKnote());
        bindsTo(CLIENT, wanted, CHOSEN);
      }
      byte[] address = os.address(wanted, remote, THEIR_PORT);
      loop.script().expect("connect", CLIENT, ANY, address.length).with(1, address);
      loop.script().expect("getpeername", CLIENT).writes(1, address).writesInts(2, address.length);
      ChannelFuture connected = channel.connect(at(remote, THEIR_PORT));
      assertThat(connected.isSuccess()).isTrue();
      if (first != wanted) {
        loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).data(4));
      } else {
        loop.kevent().returns(loop.read(CLIENT).data(4));
      }
      loop.udp().recv(CLIENT).fails(Errno.EAGAIN);
      loop.turn();
      loop.tcp().send(CLIENT, "ping");
      channel.writeAndFlush(Unpooled.copiedBuffer("ping", US_ASCII));
    }
  }

  private void deletesTheKnote() {
    loop.script().expectKevent().changes(loop.read(CLIENT).flags(EV_DELETE)).withoutSlots();
  }

  @Test
  @DisplayName("a wildcard's datagrams of IPv4 come and go before anything is decided")
  void wildcardExchangesIpv4Datagrams() {
    Bootstrap bootstrap = datagrams(new Recorder());
    loop.udp().asksForBroadcast(CLIENT);
    bindsTo(CLIENT, os.inet(), PORT);
    Channel channel = bootstrap.bind(new InetSocketAddress(PORT)).channel();
    loop.tasks();
    loop.udp().send(CLIENT, "ping", os.address(THERE, THEIR_PORT)).answers(4);
    DatagramPacket ping =
        new DatagramPacket(Unpooled.copiedBuffer("ping", US_ASCII), at(THERE, THEIR_PORT));
    assertThat(channel.writeAndFlush(ping).isSuccess()).isTrue();
  }

  @Test
  @DisplayName("multicast and destination options of a datagram channel are set for IPv4 too")
  void datagramOptionsAreSetOnTheNewSocket() {
    if (os.v6OnlyErrno() != null) {
      // Such a socket has one family from the start, and the options of that one.
      assertThat(os.datagramInet()).isEqualTo(Os.AF_INET);
      return;
    }
    // Whom it is connected to is asked to tell whether IPv4 lacks the option for now.
    loop.script().allow("getpeername", CLIENT).fails(Errno.ENOTCONN);
    Bootstrap bootstrap =
        datagrams(new Recorder())
            .option(KQueueFfmChannelOption.IP_RECVDSTADDR, true)
            .option(ChannelOption.IP_MULTICAST_TTL, 3)
            .option(ChannelOption.IP_MULTICAST_LOOP_DISABLED, true);
    loop.tcp().option(CLIENT, Os.IPPROTO_IPV6, os.recvPktinfo(), 1);
    loop.tcp().option(CLIENT, Os.IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 3);
    loop.tcp().option(CLIENT, Os.IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
    Channel channel = bootstrap.register().channel();
    loop.tasks();
    loop.udp().asksForBroadcast(CLIENT);
    loop.tcp()
        .replaced(
            CLIENT,
            Os.AF_INET,
            Os.SOCK_DGRAM,
            () -> {
              loop.tcp().option(TcpScript.FRESH, IPPROTO_IP, Os.IP_RECVDSTADDR, 1);
              oneByte(IP_MULTICAST_TTL, 3);
              oneByte(IP_MULTICAST_LOOP, 0);
            });
    byte[] here = os.address(Os.AF_INET, HERE, PORT);
    loop.script().expect("bind", CLIENT, ANY, here.length).with(1, here);
    assertThat(channel.bind(at(HERE, PORT)).isSuccess()).isTrue();
  }

  private void oneByte(int option, int value) {
    loop.script()
        .expect("setsockopt", TcpScript.FRESH, IPPROTO_IP, option, ANY, 1)
        .with(3, (byte) value);
  }

  @Test
  @DisplayName("a group decides too, also one that another thread joins: then on the loop")
  void groupDecidesTheFamily() {
    Bootstrap bootstrap = datagrams(new Recorder());
    KQueueFfmDatagramChannel channel = (KQueueFfmDatagramChannel) bootstrap.register().channel();
    loop.tasks();
    ChannelFuture[] joined = new ChannelFuture[1];
    loop.script().allow("getsockopt");
    loop.script().allow("kevent");
    loop.script().allow("write");
    ScriptedLoop.elsewhere(() -> joined[0] = channel.joinGroup(InetAddress.ofLiteral("224.0.1.1")));
    if (os.inet() == os.inet6()) {
      loop.tcp().replaced(CLIENT, Os.AF_INET, Os.SOCK_DGRAM, () -> {});
    }
    loop.script().expect("setsockopt", CLIENT, IPPROTO_IP);
    loop.tasks();
    assertThat(joined[0].cause()).isNull();
    assertThat(joined[0].isSuccess()).isTrue();
    // The wildcard of IPv6 means all addresses of the family that it has now.
    bindsTo(CLIENT, Os.AF_INET, PORT);
    assertThat(channel.bind(at("::", PORT)).isSuccess()).isTrue();
  }

  private ChannelFuture registered(Channel channel) {
    return new Bootstrap()
        .group(loop.eventLoop())
        .channelFactory(() -> channel)
        .handler(new Recorder())
        .register();
  }

  /** Lets another thread do something between the loop's registration and isRegistered(). */
  private KQueueFfmDatagramChannel interruptedWhileRegistering(
      Consumer<KQueueFfmDatagramChannel> action) {
    return new KQueueFfmDatagramChannel(Sockets.datagram(loop.kernel(), null), false) {
      @Override
      protected void doRegister(ChannelPromise promise) {
        ChannelPromise registered = newPromise();
        super.doRegister(registered);
        assertThat(registered.isSuccess()).isTrue();
        ScriptedLoop.elsewhere(() -> action.accept(this));
        promise.setSuccess();
      }
    };
  }

  @Test
  @DisplayName("a group joined while a loop registers the channel decides on the loop alone")
  void groupJoinedDuringRegistrationDecidesOnTheLoop() {
    loop.tcp().datagramSocket(CLIENT);
    ChannelFuture[] joined = new ChannelFuture[1];
    KQueueFfmDatagramChannel channel =
        interruptedWhileRegistering(self -> {
          joined[0] = self.joinGroup(InetAddress.ofLiteral("224.0.1.1"));
          assertThat(joined[0].isDone()).isFalse();
        });
    loop.script().allow("getsockopt");
    assertThat(registered(channel).isSuccess()).isTrue();
    if (os.inet() == os.inet6()) {
      loop.tcp().replaced(CLIENT, Os.AF_INET, Os.SOCK_DGRAM, () -> {});
    }
    loop.script().expect("setsockopt", CLIENT, IPPROTO_IP);
    loop.tasks();
    assertThat(joined[0].cause()).isNull();
    assertThat(joined[0].isSuccess()).isTrue();
  }

  @Test
  @DisplayName("a loop waits with the registration while a group replaces the socket")
  void registrationWaitsForAGroup() throws Exception {
    if (!os.choosesDatagramFamily() || os.inet() == Os.AF_INET) {
      // A socket of one family that nothing replaces, or one of both.
      assertThat(os.datagramInet()).isEqualTo(os.inet());
      return;
    }
    loop.tcp().datagramSocket(CLIENT);
    KQueueFfmDatagramChannel channel =
        new KQueueFfmDatagramChannel(Sockets.datagram(loop.kernel(), null), false);
    loop.script().allow("getsockopt");
    loop.tcp().replaced(CLIENT, Os.AF_INET, Os.SOCK_DGRAM, () -> {});
    Thread onLoop = Thread.currentThread();
    CountDownLatch joining = new CountDownLatch(1);
    loop.script()
        .expect("setsockopt", CLIENT, IPPROTO_IP)
        .runs(() -> {
          joining.countDown();
          while (onLoop.getState() != Thread.State.BLOCKED && !channel.isRegistered()) {
            Thread.onSpinWait();
          }
          assertThat(channel.isRegistered()).as("registered meanwhile").isFalse();
        });
    CompletableFuture<ChannelFuture> joined =
        CompletableFuture.supplyAsync(
            () -> channel.joinGroup(InetAddress.ofLiteral("224.0.1.1")),
            command -> new Thread(command, "elsewhere").start());
    assertThat(joining.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(registered(channel).isSuccess()).isTrue();
    assertThat(joined.get(10, TimeUnit.SECONDS).cause()).isNull();
  }

  @Test
  @DisplayName("a server hears both families where it can, else the one of its address")
  void serverListensOnBothFamiliesWherePossible() {
    for (String local : new String[] {HERE, THERE6}) {
      reopen();
      loop.tcp().listener(SERVER);
      loop.tcp().option(SERVER, Os.SOL_SOCKET, Os.SO_REUSEADDR, 1);
      if (os.inet() == Os.AF_INET && local.equals(THERE6)) {
        loop.tcp()
            .replaced(
                SERVER,
                os.inet6(),
                Os.SOCK_STREAM,
                () -> loop.tcp().option(TcpScript.FRESH, Os.SOL_SOCKET, Os.SO_REUSEADDR, 1));
      }
      loop.tcp().bind(SERVER, local, PORT);
      loop.tcp().listen(SERVER, 77);
      ChannelFuture bound =
          new ServerBootstrap()
              .group(loop.eventLoop())
              .channelFactory(() ->
                  new KQueueFfmServerSocketChannel(Sockets.listener(loop.kernel(), null), false))
              .option(ChannelOption.SO_BACKLOG, 77)
              .childHandler(new Recorder())
              .bind(at(local, PORT));
      loop.tasks();
      assertThat(bound.isSuccess()).isTrue();
    }
  }

  @Test
  @DisplayName("a descriptor that the user brought is never replaced")
  void adoptedDescriptorIsNeverReplaced() {
    byte[] wildcard = os.wildcard(os.inet6(), 0);
    loop.script().expect("getsockopt", CLIENT).writesInts(3, Os.SOCK_DGRAM).writesInts(4, 4);
    loop.udp().localName(CLIENT, wildcard);
    loop.script().allow("fcntl", CLIENT);
    loop.script().allow("setsockopt", CLIENT);
    loop.script().allow("getsockopt", CLIENT);
    loop.script().expect("getpeername", CLIENT).fails(Errno.ENOTCONN);
    loop.script().allow("getpeername", CLIENT).fails(Errno.ENOTCONN);
    Channel channel =
        new Bootstrap()
            .group(loop.eventLoop())
            .channelFactory(
                () -> new KQueueFfmDatagramChannel(Sockets.adoptUdp(loop.kernel(), CLIENT), true))
            .handler(new Recorder())
            .register()
            .channel();
    loop.tasks();
    byte[] mapped = os.address(os.inet6(), HERE, PORT);
    loop.script().expect("bind", CLIENT, ANY, mapped.length).with(1, mapped);
    assertThat(channel.bind(at(HERE, PORT)).isSuccess()).isTrue();
    assertThat(loop.script().calls("dup3")).isZero();
  }
}
