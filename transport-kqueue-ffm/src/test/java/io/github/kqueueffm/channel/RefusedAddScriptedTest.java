package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.HERE;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The kernel refuses to arm a filter for good, as with ENOMEM, and the socket says nothing. */
@ParameterizedClass
@EnumSource(Os.class)
class RefusedAddScriptedTest extends AbstractScriptedLoopTest {
  private final Recorder child = new Recorder();

  RefusedAddScriptedTest(Os os) {
    super(os);
  }

  private void refusesRead() {
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).oneShot().error(Errno.ENOMEM));
  }

  private void assertFailed(String... before) {
    assertFailedAt("10.9.8.7:54321", before);
  }

  private void assertFailedAt(String address, String... before) {
    assertThat(child.log())
        .startsWith(before)
        .endsWith("inactive")
        .filteredOn(line -> line.contains("Exception"))
        .singleElement()
        .asString()
        // The peer, or without one the channel's own address, and the event's number.
        .contains("kevent EVFILT_READ(/" + address + "): ENOMEM");
  }

  @Test
  @DisplayName("a stream without bytes fails with the errno of the ADD")
  void streamWithoutBytesFails() {
    loop.script().allow("getpeername");
    loop.accepted(child);
    refusesRead();
    loop.tcp().recvFails(CHILD, Errno.EAGAIN);
    loop.tcp().close(CHILD);
    loop.turn();
    assertFailed("active", "complete");
    loop.kevent().returns();
    loop.turn();
  }

  @Test
  @DisplayName("a stream with bytes delivers them before it asks again")
  void streamDeliversItsBytes() {
    loop.script().allow("getpeername");
    loop.accepted(child);
    refusesRead();
    loop.tcp().recv(CHILD, "hi");
    loop.turn();
    assertThat(child.log()).containsExactly("active", "read hi", "complete");
    loop.kevent(loop.read(CHILD).oneShot()).returns(loop.read(CHILD).oneShot().error(Errno.ENOMEM));
    loop.tcp().recvFails(CHILD, Errno.EAGAIN);
    loop.tcp().close(CHILD);
    loop.turn();
    assertFailed("complete");
  }

  @Test
  @DisplayName("without the peer-close knote a paused channel fails, and reads nothing")
  void pausedStreamFailsWithoutReading() {
    loop.script().allow("getpeername");
    loop.accepted(new ServerBootstrap().childOption(ChannelOption.AUTO_READ, false), child);
    loop.kevent(loop.read(CHILD).sentinel(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).sentinel().error(Errno.ENOMEM));
    loop.tcp().close(CHILD);
    loop.turn();
    assertFailed("active");
  }

  @Test
  @DisplayName("a pending write fails, since no event would end it")
  void pendingWriteFails() {
    loop.script().allow("getpeername");
    loop.accepted(child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot()).returns();
    loop.turn();
    loop.tcp().sending(CHILD, "full").fails(Errno.EAGAIN);
    ChannelFuture written = child.write("full");
    loop.kevent(loop.write(CHILD).oneShot())
        .returns(loop.write(CHILD).oneShot().error(Errno.ENOMEM));
    loop.tcp().sending(CHILD, "full").fails(Errno.EAGAIN);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(written.cause()).hasMessageContaining("kevent EVFILT_WRITE");
    assertThat(child.channel().isOpen()).isFalse();
  }

  @Test
  @DisplayName("a listener says so, and tries again after a rest")
  void listenerPausesAndRetries() {
    loop.script().allow("getpeername");
    Recorder observer = new Recorder();
    Channel server = loop.listen(() -> child);
    server.pipeline().addFirst(observer);
    loop.kevent(loop.read(SERVER).oneShot())
        .returns(loop.read(SERVER).oneShot().error(Errno.ENOMEM));
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    assertThat(observer.log()).anyMatch(line -> line.contains("kevent EVFILT_READ"));
    loop.passes(99);
    loop.kevent().returns();
    loop.turn();
    // Netty's acceptor stops reading for a second after any exception.
    loop.passes(901);
    loop.kevent().returns();
    loop.turn();
    loop.kevent(loop.read(SERVER).oneShot()).returns();
    loop.turn();
    assertThat(server.isOpen()).isTrue();
  }

  @Test
  @DisplayName("a datagram channel fails")
  void datagramChannelFails() {
    loop.script().allow("getpeername");
    loop.tcp().datagramSocket(CLIENT);
    loop.udp().asksForBroadcast(CLIENT);
    loop.tcp().bind(CLIENT, HERE, PORT);
    new Bootstrap()
        .group(loop.eventLoop())
        .channelFactory(
            () -> new KQueueFfmDatagramChannel(Sockets.datagram(loop.kernel(), null), false))
        .handler(child)
        .bind(new InetSocketAddress(HERE, PORT));
    loop.tasks();
    loop.kevent(loop.read(CLIENT).oneShot())
        .returns(loop.read(CLIENT).oneShot().error(Errno.ENOMEM));
    loop.script().expect("recvmsg", CLIENT).fails(Errno.EAGAIN);
    byte[] address = loop.tcp().address(CLIENT, HERE, PORT);
    loop.script().expect("getsockname", CLIENT).writes(1, address).writesInts(2, address.length);
    loop.tcp().close(CLIENT);
    loop.turn();
    assertFailedAt(HERE + ":" + PORT, "active", "complete");
  }
}
