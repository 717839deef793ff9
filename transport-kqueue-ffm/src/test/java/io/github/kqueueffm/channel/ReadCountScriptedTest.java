package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a read makes of the bytes that an event has counted, on every system. */
@ParameterizedClass
@EnumSource(Os.class)
class ReadCountScriptedTest extends AbstractScriptedLoopTest {
  private static final int ROOM = 4;

  private final NotedReceives receives = new NotedReceives(ROOM);
  private final Recorder child = new Recorder();

  ReadCountScriptedTest(Os os) {
    super(os);
  }

  private void accepted(boolean guess, long counted) {
    loop.accepted(
        new ServerBootstrap()
            .childOption(KQueueFfmChannelOption.RCV_ALLOC_TRANSPORT_PROVIDES_GUESS, guess)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, receives),
        child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).data(counted));
  }

  private void armsAgain() {
    loop.kevent(loop.read(CHILD).oneShot()).returns();
    loop.turn();
  }

  @Test
  void lastByteThatIsCountedEndsTheRead() {
    accepted(false, 8);
    loop.tcp().recv(CHILD, "1234");
    loop.tcp().recv(CHILD, "5678");
    loop.turn();
    assertThat(child.log()).containsExactly("active", "read 1234", "read 5678", "complete");
    armsAgain();
  }

  @Test
  void bytesThatAreCountedAreReadOnFor() {
    accepted(false, 9);
    loop.tcp().recv(CHILD, "1234");
    loop.tcp().recv(CHILD, "5678");
    loop.tcp().recvFails(CHILD, Errno.EAGAIN);
    loop.turn();
    assertThat(child.log()).containsExactly("active", "read 1234", "read 5678", "complete");
    armsAgain();
  }

  @Test
  void withoutACountAFullBufferIsReadOnFor() {
    accepted(false, 0);
    loop.tcp().recv(CHILD, "1234");
    loop.tcp().recvFails(CHILD, Errno.EAGAIN);
    loop.turn();
    assertThat(child.log()).containsExactly("active", "read 1234", "complete");
    armsAgain();
  }

  @Test
  void endIsReadBehindTheLastByteThatIsCounted() {
    loop.accepted(
        new ServerBootstrap().childOption(ChannelOption.RECVBUF_ALLOCATOR, receives), child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).data(4).eof());
    loop.tcp().recv(CHILD, "1234");
    loop.tcp().recvEnd(CHILD);
    loop.tcp().close(CHILD);
    loop.turn();
    assertThat(child.log()).contains("read 1234").endsWith("inactive");
  }

  @Test
  void bufferHasTheSizeOfWhatIsCountedIfTheOptionAsksForIt() {
    accepted(true, 10);
    loop.tcp().recv(CHILD, "1234567890");
    loop.turn();
    assertThat(child.log()).containsExactly("active", "read 1234567890", "complete");
    assertThat(receives.attempted).containsExactly(10);
    armsAgain();
  }

  @ParameterizedTest
  @CsvSource({"true, 0", "false, 10"})
  void bufferHasTheAllocatorsSizeWithoutACountOrWithoutTheOption(boolean guess, long counted) {
    accepted(guess, counted);
    loop.tcp().recv(CHILD, "12");
    loop.turn();
    assertThat(receives.attempted).containsExactly(ROOM);
    armsAgain();
  }
}
