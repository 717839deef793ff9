package io.github.kqueueffm.channel;

import static io.github.kqueueffm.abi.Constant.EV_DELETE;
import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.channel.ScriptedLoop.PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.channel.ScriptedLoop.THEIR_PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What toString() of a channel says, on every system. */
@ParameterizedClass
@EnumSource(Os.class)
class DescriptionScriptedTest extends AbstractScriptedLoopTest {
  private final Recorder child = new Recorder();

  DescriptionScriptedTest(Os os) {
    super(os);
  }

  /** What Netty's channels say. */
  private static String nettys(Channel channel) {
    return "[id: 0x"
        + channel.id().asShortText()
        + ", L:"
        + channel.localAddress()
        + " - R:"
        + channel.remoteAddress()
        + ']';
  }

  @Test
  void connectionSaysBothFiltersBehindNettysText() {
    loop.accepted(child);
    Channel channel = child.channel();
    assertThat(channel)
        .hasToString(
            nettys(channel)
                + " {fd 6, read NONE -> ONE_SHOT, write NONE, registration 0x100000001, pending 0"
                + " B}");
    assertThat(channel.toString()).contains(" - R:/" + THERE + ":" + THEIR_PORT + "] {fd 6, ");
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot()).returns();
    loop.turn();
    assertThat(channel.toString()).contains("{fd 6, read ONE_SHOT, write NONE, ");
  }

  @Test
  void fullSocketSaysWhatIsPendingAndThatItIsNotWritable() {
    loop.accepted(
        new ServerBootstrap()
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(1, 2)),
        child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot()).returns();
    loop.turn();
    loop.tcp().sending(CHILD, "abcdef").answers(2);
    child.write("abcdef");
    Channel channel = child.channel();
    long pending = channel.unsafe().outboundBuffer().totalPendingWriteBytes();
    assertThat(pending).isPositive();
    assertThat(channel.toString())
        .contains("read ONE_SHOT, write NONE -> ONE_SHOT, ")
        .contains(", pending " + pending + " B, not writable}");
    loop.kevent(loop.write(CHILD).oneShot()).returns();
    loop.turn();
    assertThat(channel.toString()).contains("write ONE_SHOT, ");
  }

  @Test
  void connectionThatNobodyReadsSaysSo() {
    loop.accepted(new ServerBootstrap().childOption(ChannelOption.AUTO_READ, false), child);
    loop.kevent(loop.read(CHILD).sentinel(), loop.read(SERVER).oneShot()).returns();
    loop.turn();
    assertThat(child.channel().toString())
        .contains("{fd 6, read PEER_CLOSE, write NONE, ")
        .endsWith(", autoRead off}");
    child.channel().read();
    assertThat(child.channel().toString()).contains("read PEER_CLOSE -> ONE_SHOT, ");
    loop.kevent(loop.read(CHILD).flags(EV_DELETE), loop.read(CHILD).oneShot()).returns();
    loop.turn();
  }

  @Test
  void clientSaysThatItConnectsAndThatItIsClosed() {
    // Netty's text asks for the addresses.
    loop.script().allow("getpeername");
    ChannelFuture connected =
        loop.client(new Recorder()).connect(new InetSocketAddress(THERE, PORT));
    Channel client = connected.channel();
    String id = "[id: 0x" + client.id().asShortText() + "]";
    loop.tcp().connect(CLIENT, THERE, PORT).fails(Errno.EINPROGRESS);
    loop.tasks();
    assertThat(client.toString())
        .startsWith(id + " {fd 7, read NONE, write NONE -> ONE_SHOT, registration 0x100000000, ")
        .contains(", pending 0 B, connecting");
    loop.tcp().close(CLIENT);
    client.close();
    assertThat(client).hasToString(id + " {closed}");
  }

  /** A configuration is made by the channel's constructor, and a subclass may log there. */
  @Test
  void channelWithoutAConfigurationHasAText() {
    loop.script().allow("getpeername");
    loop.tcp().socket(CLIENT);
    loop.tcp().option(CLIENT, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1);
    String[] text = new String[1];
    Channel channel =
        new KQueueFfmSocketChannel(null, Sockets.stream(loop.kernel(), null), false) {
          @Override
          protected KQueueFfmSocketChannelConfig newConfig() {
            text[0] = toString();
            return super.newConfig();
          }
        };
    assertThat(text[0]).contains("{fd 7, not registered");
    loop.tcp().close(CLIENT);
    channel.unsafe().closeForcibly();
  }

  @Test
  void channelWithoutALoopSaysSo() {
    loop.script().allow("getpeername");
    loop.tcp().socket(CLIENT);
    loop.tcp().option(CLIENT, Os.IPPROTO_TCP, Os.TCP_NODELAY, 1);
    Channel channel = new KQueueFfmSocketChannel(null, Sockets.stream(loop.kernel(), null), false);
    assertThat(channel)
        .hasToString(
            "[id: 0x" + channel.id().asShortText() + "] {fd 7, not registered, pending 0 B}");
    loop.tcp().close(CLIENT);
    channel.unsafe().closeForcibly();
  }
}
