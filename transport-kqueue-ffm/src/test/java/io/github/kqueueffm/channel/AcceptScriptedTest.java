package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.HERE;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.channel.ScriptedLoop.THEIR_PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Kevent;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can happen to a server between its event and its children, on every system. */
@ParameterizedClass
@EnumSource(Os.class)
class AcceptScriptedTest extends AbstractScriptedLoopTest {
  private final List<Recorder> children = new ArrayList<>();

  AcceptScriptedTest(Os os) {
    super(os);
  }

  private Recorder child() {
    Recorder child = new Recorder();
    children.add(child);
    return child;
  }

  /** A server whose next turn reports connections. */
  private Channel called() {
    Channel server = loop.listen(this::child);
    loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(SERVER).data(1));
    return server;
  }

  private void accept(int fd) {
    loop.tcp().accept(SERVER, fd, THERE, THEIR_PORT);
  }

  /** Expects that the server is armed again, after those children. */
  private void goesOn(int... fds) {
    Kevent[] changes = new Kevent[fds.length + 1];
    for (int i = 0; i < fds.length; i++) {
      changes[i] = loop.read(fds[i]).oneShot();
    }
    changes[fds.length] = loop.read(SERVER).oneShot();
    loop.kevent(changes).returns();
    loop.turn();
  }

  @Test
  @DisplayName("n connections cost n accepts and the one that finds none")
  void acceptsUntilEagain() {
    called();
    accept(11);
    accept(12);
    accept(13);
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    assertThat(children).hasSize(3).allMatch(child -> child.channel().isActive());
    goesOn(11, 12, 13);
  }

  @ParameterizedTest
  @ValueSource(strings = {THERE, "2001:db8::7"})
  @DisplayName("the peer's address is the one that accept returned, also after the close")
  void addressOfThePeerNeedsNoCall(String ip) {
    called();
    loop.tcp().accept(SERVER, 11, ip, THEIR_PORT, os.inet6());
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    goesOn(11);
    Channel child = children.get(0).channel();
    loop.tcp().close(11);
    child.close();
    assertThat(child.remoteAddress())
        .isEqualTo(new InetSocketAddress(ip, THEIR_PORT))
        .isSameAs(child.remoteAddress());
  }

  @Test
  @DisplayName("where accept returns no address, the kernel is asked for it")
  void addressThatAcceptDoesNotReturnIsAskedFor() {
    called();
    byte[] address = os.address(THERE, THEIR_PORT);
    loop.tcp().acceptWithoutAddress(SERVER, 11);
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    goesOn(11);
    loop.script().expect("getpeername", 11).writes(1, address).writesInts(2, address.length);
    assertThat(children.get(0).channel().remoteAddress())
        .isEqualTo(new InetSocketAddress(THERE, THEIR_PORT));
  }

  @Test
  @DisplayName("accepts no more than maxMessagesPerRead, and arms for the rest")
  void acceptsNoMoreThanMaxMessagesPerRead() {
    loop.listen(
        new ServerBootstrap()
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new ServerChannelRecvByteBufAllocator().maxMessagesPerRead(2)),
        this::child);
    loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(SERVER).data(3));
    accept(11);
    accept(12);
    loop.turn();
    goesOn(11, 12);
  }

  @Test
  @DisplayName("a stale event finds no connection and arms again")
  void staleEventAcceptsNothing() {
    called();
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    goesOn();
    assertThat(children).isEmpty();
  }

  @Test
  @DisplayName("a connection that was aborted in the backlog is skipped")
  void econnabortedIsSkipped() {
    called();
    loop.tcp().accept(SERVER).fails(Errno.ECONNABORTED);
    loop.tcp().accept(SERVER).fails(Errno.EINTR);
    accept(CHILD);
    loop.tcp().accept(SERVER).fails(Errno.ECONNABORTED);
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    assertThat(children).hasSize(1);
    goesOn(CHILD);
  }

  @Test
  @DisplayName(
      "fcntl's EINVAL on a connection that was reset closes it without an exception [B1, B2]")
  void einvalFromFcntlClosesTheConnectionSilently_swiftnio1030() {
    loop.tcp().withoutAccept4();
    Channel server = called();
    Recorder observer = new Recorder();
    server.pipeline().addLast(observer);
    loop.tcp().accept(SERVER).answers(11);
    loop.script().expect("fcntl", 11).fails(Errno.EINVAL);
    loop.tcp().close(11);
    accept(CHILD);
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    assertThat(children).hasSize(1);
    assertThat(observer.log()).noneMatch(line -> line.contains("Exception"));
    goesOn(CHILD);
  }

  @Test
  @DisplayName("a reset connection's EINVAL for TCP_NODELAY does not fail the child [B1]")
  void einvalForTcpNodelayDoesNotFailTheChild() {
    called();
    loop.tcp().accepting(SERVER, CHILD, THERE, THEIR_PORT);
    loop.tcp().option(CHILD, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1).fails(Errno.EINVAL);
    loop.script().expect("getpeername", CHILD).fails(Errno.EINVAL);
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).eof(Errno.ECONNRESET));
    loop.tcp().recvFails(CHILD, Errno.ECONNRESET);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(children.get(0).log()).contains("active", "inactive");
  }

  @Test
  @DisplayName("EMFILE pauses accepting, without an event or a call, until the pause is over [B2]")
  void emfilePausesAccepting() {
    Channel server = called();
    Recorder observer = new Recorder();
    server.pipeline().addLast(observer);
    accept(CHILD);
    loop.tcp().accept(SERVER).fails(Errno.EMFILE);
    loop.turn();
    assertThat(observer.log())
        .anyMatch(line -> line.contains("EMFILE") && line.contains("ulimit -n"));

    loop.kevent(loop.read(CHILD).oneShot()).returns();
    loop.turn();
    loop.passes(99);
    loop.kevent().returns();
    loop.turn();
    // Netty's acceptor stops reading for a second after any exception.
    loop.passes(901);
    loop.kevent().returns();
    loop.turn();
    loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(SERVER).data(1));
    accept(12);
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    assertThat(children).hasSize(2);
  }

  @Test
  @DisplayName("ENFILE pauses accepting for 100 ms if auto-read stays on [B2]")
  void enfilePausesAcceptingFor100Milliseconds() {
    Channel server = called();
    server.pipeline().removeLast();
    Recorder observer = new Recorder();
    server.pipeline().addLast(observer);
    loop.tcp().accept(SERVER).fails(Errno.ENFILE);
    loop.turn();
    assertThat(observer.log()).hasSize(2).first().isEqualTo("complete");
    server.read();
    loop.passes(99);
    loop.kevent().returns();
    loop.turn();
    loop.passes(1);
    loop.kevent().returns();
    loop.turn();
    loop.kevent(loop.read(SERVER).oneShot()).returns();
    loop.turn();
  }

  @Test
  @DisplayName("a connection whose flags cannot be set is closed, and the exception fired [B2]")
  void failureToSetFlagsClosesTheConnection_netty16442() {
    loop.tcp().withoutAccept4();
    Channel server = called();
    Recorder observer = new Recorder();
    server.pipeline().addLast(observer);
    loop.tcp().accept(SERVER).answers(11);
    loop.script().expect("fcntl", 11);
    loop.script().expect("fcntl", 11).fails(Errno.EBADF);
    loop.tcp().close(11);
    loop.turn();
    assertThat(observer.log()).contains("ClosedChannelException: null");
    assertThat(server.isOpen()).isTrue();
  }

  @Test
  @DisplayName("any other errno of accept fires an exception and does not repeat the call")
  void otherErrnoFiresExceptionCaught() {
    Channel server = called();
    Recorder observer = new Recorder();
    server.pipeline().addFirst(observer);
    loop.tcp().forbidAccept(SERVER, Errno.EINVAL);
    loop.turn();
    assertThat(observer.log()).anyMatch(line -> line.contains("accept") && line.contains("EINVAL"));
  }

  @Test
  @DisplayName("a server that its handler closes accepts no more: the number may be reused [A1]")
  void serverClosedByItsHandlerAcceptsNoMore() {
    Channel server = called();
    Recorder observer = new Recorder();
    server.pipeline().addLast(observer);
    server
        .pipeline()
        .addFirst(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext ctx, Object message) {
                ctx.close();
                ctx.fireChannelRead(message);
              }
            });
    accept(CHILD);
    loop.tcp().close(SERVER);
    loop.turn();
    assertThat(children).hasSize(1);
    assertThat(observer.log()).containsExactly("complete", "inactive");
  }

  @Test
  @DisplayName("endless ECONNABORTED pauses accepting and releases the loop [B2]")
  void endlessEconnabortedPausesAccepting() {
    Channel server = called();
    server.pipeline().removeLast();
    Recorder observer = new Recorder();
    server.pipeline().addLast(observer);
    loop.tcp().accept(SERVER).fails(Errno.ECONNABORTED).times(4096);
    loop.turn();
    assertThat(observer.log()).hasSize(2).anyMatch(line -> line.contains("accept"));
    loop.passes(100);
    loop.kevent().returns();
    loop.turn();
    loop.kevent(loop.read(SERVER).oneShot()).returns();
    loop.turn();
  }

  @ParameterizedTest
  @EnumSource(names = {"ENOSYS", "EPERM", "EACCES", "EINVAL", "EOPNOTSUPP"})
  @DisplayName("a forbidden accept is called once before each pause")
  void forbiddenAcceptIsTriedOncePerPause(Errno errno) {
    Channel server = called();
    server.pipeline().removeLast();
    Recorder observer = new Recorder();
    server.pipeline().addLast(observer);
    for (int i = 0; i < 2; i++) {
      loop.tcp().forbidAccept(SERVER, errno);
      loop.turn();
      assertThat(observer.log()).hasSize(2).anyMatch(line -> line.contains("accept"));
      loop.passes(100);
      loop.kevent().returns();
      loop.turn();
      loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(SERVER).data(1));
    }
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
  }

  @Test
  @DisplayName("a server that cannot be configured leaves no socket [B2]")
  void failedServerConfigurationClosesTheSocket() {
    loop.tcp().listener(SERVER);
    loop.tcp().option(SERVER, Os.SOL_SOCKET, Os.SO_REUSEADDR, 1).fails(Errno.ENOBUFS);
    loop.tcp().close(SERVER);
    assertThatThrownBy(
            () -> new KQueueFfmServerSocketChannel(Sockets.listener(loop.kernel(), null), false))
        .isInstanceOf(ChannelException.class)
        .hasMessageContaining("SO_REUSEADDR");
  }

  @Test
  @DisplayName("a child that cannot be configured is closed once, with its own exception [B2]")
  void failedChildConfigurationClosesTheSocketOnce() {
    Channel server = called();
    Recorder observer = new Recorder();
    server.pipeline().addLast(observer);
    loop.tcp().accepting(SERVER, CHILD, THERE, THEIR_PORT);
    loop.tcp().option(CHILD, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1).fails(Errno.ENOBUFS);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(observer.log())
        .anyMatch(line -> line.contains("TCP_NODELAY") && line.contains("ENOBUFS"));
    assertThat(children).isEmpty();
  }

  @Test
  @DisplayName("the bind arms a read that was requested before it")
  void bindArmsEarlierRead() {
    loop.listen(
        new ServerBootstrap()
            .option(ChannelOption.AUTO_READ, false)
            .handler(
                new ChannelInboundHandlerAdapter() {
                  @Override
                  public void channelRegistered(ChannelHandlerContext ctx) {
                    ctx.read();
                  }
                }),
        this::child);
    loop.kevent(loop.read(SERVER).oneShot()).returns();
    loop.turn();
  }

  @Test
  void takesTheDescriptorZero() {
    called();
    accept(0);
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    assertThat(children).singleElement().matches(child -> child.channel().isActive());
    goesOn(0);
  }

  @Test
  @DisplayName("without auto-read nothing is armed until a read, and nothing after it")
  void acceptsOnceForEachReadWithoutAutoRead() {
    Channel server =
        loop.listen(new ServerBootstrap().option(ChannelOption.AUTO_READ, false), this::child);
    loop.kevent().returns();
    loop.turn();
    server.read();
    loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(SERVER).data(2));
    accept(CHILD);
    loop.turn();
    assertThat(children).hasSize(1);
    loop.kevent(loop.read(CHILD).oneShot()).returns();
    loop.turn();
  }

  @Test
  @DisplayName("an errno that came with the event of the listener is not lost")
  void reportsTheErrnoOfTheEvent() {
    Channel server = loop.listen(this::child);
    Recorder observer = new Recorder();
    server.pipeline().addFirst(observer);
    loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(SERVER).eof(Errno.ENETDOWN));
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    assertThat(observer.log()).anyMatch(line -> line.contains("ENETDOWN"));
  }

  private int asked() {
    return loop.script().calls("getsockname");
  }

  @Test
  @DisplayName("a closed connection has the address of its listener, and makes no call for it")
  void closedConnectionHasTheListenersAddress() {
    Recorder child = new Recorder();
    Channel server = loop.accepted(child);
    loop.udp().localName(SERVER, os.address(HERE, PORT));
    assertThat(server.localAddress()).isEqualTo(new InetSocketAddress(HERE, PORT));
    int asked = asked();
    loop.tcp().close(CHILD);
    child.channel().close();
    assertThat(child.channel().localAddress()).isEqualTo(new InetSocketAddress(HERE, PORT));
    assertThat(asked()).isEqualTo(asked);
  }

  @Test
  @DisplayName("a closed connection of a listener at the wildcard keeps the address that it had")
  void closedConnectionOfAWildcardListenerKeepsItsAddress() {
    Recorder child = new Recorder();
    Channel server = loop.accepted(child);
    byte[] wildcard = os.wildcard(os.inet(), PORT);
    loop.udp().localName(SERVER, wildcard);
    assertThat(((InetSocketAddress) server.localAddress()).getAddress().isAnyLocalAddress())
        .isTrue();
    loop.udp().localName(CHILD, os.address(HERE, PORT));
    loop.tcp().close(CHILD);
    child.channel().close();
    assertThat(child.channel().localAddress()).isEqualTo(new InetSocketAddress(HERE, PORT));
  }
}
