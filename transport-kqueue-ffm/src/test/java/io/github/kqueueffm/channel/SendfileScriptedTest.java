package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Expectation;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files on the systems that have a sendfile of the BSDs' kind. */
@ParameterizedClass
@EnumSource(
    mode = EnumSource.Mode.EXCLUDE,
    names = {"OPENBSD_X86_64", "NETBSD_9_X86_64", "NETBSD_10_X86_64", "NETBSD_11_X86_64"})
class SendfileScriptedTest extends AbstractScriptedLoopTest {
  private static final int FILE = 20;
  private static final String CONTENT = "abcdef";

  private final Recorder child = new Recorder();

  @TempDir Path folder;
  private Path path;

  SendfileScriptedTest(Os os) {
    super(os);
  }

  @BeforeEach
  void write() throws IOException {
    path = Files.writeString(folder.resolve("f"), CONTENT, US_ASCII);
  }

  private void accepted() {
    loop.accepted(new ServerBootstrap(), child);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot()).returns();
    loop.turn();
  }

  private KQueueFfmFileRegion opened() throws IOException {
    loop.script().expect("open", ANY, os.closeOnExec(), 0).answers(FILE);
    return KQueueFfmFileRegion.open(loop.script().kernel(), path, 0, CONTENT.length());
  }

  private Expectation sendfile() {
    return loop.script()
        .expect("sendfile", CHILD, FILE, 0, CONTENT.length(), ANY)
        .writesInts(4, 0, 0);
  }

  @ParameterizedTest
  @EnumSource(names = {"EPERM", "EACCES"})
  void refusalOfAPacketFilterSendsNoByteTwice(Errno errno) throws IOException {
    accepted();
    KQueueFfmFileRegion region = opened();
    sendfile().fails(errno);
    loop.tcp().close(CHILD);
    loop.tcp().close(FILE);
    // It may come when bytes are in the socket already: read, they would be sent again.
    ChannelFuture written = child.channel().writeAndFlush(region);
    assertThat(written.cause())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("sendfile")
        .hasMessageContaining(errno.name());
    assertThat(child.channel().isOpen()).isFalse();
  }

  @Test
  void refusalOfAFileSystemIsReadInstead() throws IOException {
    accepted();
    KQueueFfmFileRegion region = opened();
    sendfile().fails(Errno.EINVAL);
    loop.tcp().send(CHILD, CONTENT);
    loop.tcp().close(FILE);
    assertThat(child.channel().writeAndFlush(region).isSuccess()).isTrue();
  }
}
