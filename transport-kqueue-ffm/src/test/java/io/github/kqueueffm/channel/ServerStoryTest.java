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
class ServerStoryTest {
  private static final int ONE_SHOT = Os.EV_ADD | Os.EV_ENABLE | Os.EV_ONESHOT;

  /** Of a loop's registrations; the ids that follow count up. */
  private static final long FIRST_ID = 0x1_0000_0000L;

  private final Os os;

  ServerStoryTest(Os os) {
    this.os = os;
  }

  @Test
  void startsAcceptsEchoesAndEnds() {
    try (ScriptedLoop story = ScriptedLoop.on(os)) {
      Recorder child = new Recorder().echo();
      Channel server = story.listen(() -> child);
      assertThat(server.isActive()).isTrue();

      story
          .keventBytes(os.kevent(SERVER, os.evfiltRead(), ONE_SHOT, 0, 0, FIRST_ID))
          .returns(story.read(SERVER).data(1));
      story.tcp().accept(SERVER, CHILD, THERE, THEIR_PORT);
      story.tcp().nothingToAccept(SERVER);
      story.turn();
      assertThat(child.log()).containsExactly("active");
      assertThat(child.channel().remoteAddress())
          .isEqualTo(new InetSocketAddress(THERE, THEIR_PORT));

      story
          .keventBytes(
              os.kevent(CHILD, os.evfiltRead(), ONE_SHOT, 0, 0, FIRST_ID + 1),
              os.kevent(SERVER, os.evfiltRead(), ONE_SHOT, 0, 0, FIRST_ID))
          .returns(story.read(CHILD).data(5));
      story.tcp().recv(CHILD, "hello");
      story.tcp().send(CHILD, "hello");
      story.turn();
      assertThat(child.log()).containsExactly("read hello", "complete");

      story.kevent(story.read(CHILD).oneShot()).returns(story.read(CHILD).eof());
      story.tcp().recvEnd(CHILD);
      story.tcp().close(CHILD);
      story.turn();
      assertThat(child.log()).containsExactly("complete", "inactive");

      story.kevent().returns();
      story.turn();

      story.tcp().close(SERVER);
      story.ends();
    }
  }
}
