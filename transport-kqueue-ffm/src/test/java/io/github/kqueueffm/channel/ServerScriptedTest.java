package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.channel.ScriptedLoop.THEIR_PORT;
import static io.github.kqueueffm.channel.ScriptedLoop.THERE;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A server's life on every system, from its socket to the close of its kqueue. */
@ParameterizedClass
@EnumSource(Os.class)
class ServerScriptedTest extends AbstractScriptedLoopTest {
  private static final int ONE_SHOT = Os.EV_ADD | Os.EV_ENABLE | Os.EV_ONESHOT;

  /** Of a loop's registrations; the ids that follow count up. */
  private static final long FIRST_ID = 0x1_0000_0000L;

  ServerScriptedTest(Os os) {
    super(os);
  }

  @Test
  void startsAcceptsEchoesAndEnds() {
    Recorder child = new Recorder().echo();
    Channel server = loop.listen(() -> child);
    assertThat(server.isActive()).isTrue();

    loop.keventBytes(os.kevent(SERVER, os.evfiltRead(), ONE_SHOT, 0, 0, FIRST_ID))
        .returns(loop.read(SERVER).data(1));
    loop.tcp().accept(SERVER, CHILD, THERE, THEIR_PORT);
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    assertThat(child.log()).containsExactly("active");
    assertThat(child.channel().remoteAddress()).isEqualTo(new InetSocketAddress(THERE, THEIR_PORT));

    loop.keventBytes(
            os.kevent(CHILD, os.evfiltRead(), ONE_SHOT, 0, 0, FIRST_ID + 1),
            os.kevent(SERVER, os.evfiltRead(), ONE_SHOT, 0, 0, FIRST_ID))
        .returns(loop.read(CHILD).data(5));
    loop.tcp().recv(CHILD, "hello");
    loop.tcp().send(CHILD, "hello");
    loop.turn();
    assertThat(child.log()).containsExactly("read hello", "complete");

    loop.kevent(loop.read(CHILD).oneShot()).returns(loop.read(CHILD).eof());
    loop.tcp().recvEnd(CHILD);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log()).containsExactly("complete", "inactive");

    loop.kevent().returns();
    loop.turn();

    loop.tcp().close(SERVER);
    loop.ends();
  }
}
