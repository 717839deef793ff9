package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CHILD;
import static io.github.kqueueffm.channel.ScriptedLoop.SERVER;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.BindException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A server of local sockets, from the file that its bind makes to the one that its close deletes.
 */
@ParameterizedClass
@EnumSource(Os.class)
class LocalServerScriptedTest extends AbstractScriptedLoopTest {
  private static final String PATH = "/tmp/a.sock";
  private static final byte[] PATH_OF_C = (PATH + '\0').getBytes(US_ASCII);
  private static final long INODE = 77;

  private final Recorder child = new Recorder();

  LocalServerScriptedTest(Os os) {
    super(os);
  }

  private byte[] socketFile(long inode) {
    Platform platform = loop.script().platform();
    Struct layout = platform.struct("stat");
    ByteBuffer bytes = ByteBuffer.allocate(layout.size()).order(ByteOrder.LITTLE_ENDIAN);
    int file = layout.offset("st_ino");
    if (layout.width("st_ino") == Long.BYTES) {
      bytes.putLong(file, inode);
    } else {
      bytes.putInt(file, (int) inode);
    }
    bytes.putShort(layout.offset("st_mode"), (short) (platform.get(Constant.S_IFSOCK) | 0755));
    return bytes.array();
  }

  private void looksAtTheFile(long inode) {
    loop.script().expect("lstat").with(0, PATH_OF_C).writes(1, socketFile(inode));
  }

  private ChannelFuture bind() {
    return new ServerBootstrap()
        .group(loop.eventLoop())
        .channelFactory(() ->
            new KQueueFfmServerDomainSocketChannel(
                Sockets.stream(loop.kernel(), SocketProtocolFamily.UNIX), false))
        .option(ChannelOption.SO_BACKLOG, 77)
        .childHandler(child)
        .bind(new DomainSocketAddress(PATH));
  }

  private Channel listening() {
    loop.tcp().localSocket(SERVER);
    byte[] address = os.localAddress(PATH.getBytes(US_ASCII));
    loop.script().expect("bind", SERVER, ANY, address.length).with(1, address);
    looksAtTheFile(INODE);
    loop.tcp().listen(SERVER, 77);
    ChannelFuture bound = bind();
    loop.tasks();
    assertThat(bound.isSuccess()).isTrue();
    return bound.channel();
  }

  @Test
  @DisplayName("it has the address that it was bound to, and no remote one")
  void hasTheAddressOfItsBind() {
    Channel server = listening();
    loop.udp().localName(SERVER, os.localAddress(PATH.getBytes(US_ASCII)));
    assertThat(server.localAddress()).isEqualTo(new DomainSocketAddress(PATH));
    assertThat(server.remoteAddress()).isNull();
    assertThat(server.isActive()).isTrue();
    looksAtTheFile(INODE);
    loop.script().expect("unlink").with(0, PATH_OF_C);
    loop.tcp().close(SERVER);
    server.close();
    assertThat(server.isOpen()).isFalse();
  }

  @Test
  @DisplayName("what is at its path by then stays when it is closed")
  void leavesAnotherFile() {
    Channel server = listening();
    looksAtTheFile(INODE + 1);
    loop.tcp().close(SERVER);
    server.close();
    assertThat(server.isOpen()).isFalse();
  }

  @Test
  @DisplayName("a failed bind deletes nothing")
  void deletesNothingAfterFailedBind() {
    loop.tcp().localSocket(SERVER);
    loop.script().expect("bind", SERVER).fails(Errno.EADDRINUSE);
    loop.tcp().close(SERVER);
    ChannelFuture bound = bind();
    loop.tasks();
    assertThat(bound.cause()).isInstanceOf(BindException.class).hasMessageContaining(PATH);
    assertThat(bound.channel().isOpen()).isFalse();
  }

  @Test
  @DisplayName("a connection is a local channel that reads")
  void acceptsLocalConnections() {
    Channel server = listening();
    loop.kevent(loop.read(SERVER).oneShot()).returns(loop.read(SERVER).data(1));
    byte[] unnamed = os.localAddress(new byte[0]);
    loop.tcp().accept(SERVER).writes(1, unnamed).writesInts(2, unnamed.length).answers(CHILD);
    if (os.creationFlags() == 0) {
      loop.tcp().flags(CHILD);
    }
    loop.tcp().nothingToAccept(SERVER);
    loop.turn();
    assertThat(child.channel()).isInstanceOf(KQueueFfmDomainSocketChannel.class);
    assertThat(child.channel().parent()).isSameAs(server);
    loop.kevent(loop.read(CHILD).oneShot(), loop.read(SERVER).oneShot())
        .returns(loop.read(CHILD).data(2));
    loop.tcp().recv(CHILD, "hi");
    loop.turn();
    assertThat(child.log()).containsExactly("active", "read hi", "complete");
    looksAtTheFile(INODE + 1);
    loop.tcp().close(SERVER);
    server.close();
  }

  @Test
  @DisplayName("a configuration that fails closes the new socket, and leaves an adopted one alone")
  void failedConfigurationClosesItsOwnSocketOnly() {
    loop.tcp().localSocket(SERVER);
    loop.tcp().close(SERVER);
    assertFails(false);
    loop.tcp().localSocket(SERVER);
    loop.script()
        .expect(
            "getsockopt",
            SERVER,
            Os.SOL_SOCKET,
            loop.script().platform().get(Constant.SO_ACCEPTCONN))
        .writesInts(3, 0)
        .writesInts(4, 4);
    assertFails(true);
  }

  private void assertFails(boolean adopted) {
    try {
      new KQueueFfmServerDomainSocketChannel(
          Sockets.stream(loop.kernel(), SocketProtocolFamily.UNIX), adopted) {
        @Override
        protected KQueueFfmServerDomainSocketChannelConfig newConfig() {
          throw new IllegalStateException("no configuration");
        }
      };
    } catch (IllegalStateException e) {
      assertThat(e).hasMessage("no configuration");
      loop.script().verify();
      return;
    }
    throw new AssertionError("it was made");
  }
}
