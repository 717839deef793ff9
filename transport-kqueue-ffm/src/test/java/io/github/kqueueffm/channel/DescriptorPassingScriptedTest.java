package io.github.kqueueffm.channel;

import static io.github.kqueueffm.channel.ScriptedLoop.CLIENT;
import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Expectation;
import io.github.kqueueffm.syscall.Invocation;
import io.github.kqueueffm.syscall.Kevent;
import io.github.kqueueffm.syscall.Memory;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Descriptors over a local socket on every system, byte for byte. */
@ParameterizedClass
@EnumSource(Os.class)
class DescriptorPassingScriptedTest extends AbstractScriptedLoopTest {
  private static final String PATH = "/tmp/a.sock";
  private static final int MSG_CTRUNC = 0x20;

  private final Received received = new Received();
  private ChannelFuture connected;

  DescriptorPassingScriptedTest(Os os) {
    super(os);
  }

  private static final class Received extends ChannelInboundHandlerAdapter {
    final List<FileDescriptor> descriptors = new ArrayList<>();
    final List<Throwable> failures = new ArrayList<>();
    Runnable onRead = () -> {};

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      descriptors.add((FileDescriptor) message);
      onRead.run();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      failures.add(cause);
    }
  }

  /** A connected local socket that reads descriptors. */
  private void connected() {
    connects();
    loop.tasks();
    assertThat(connected.isSuccess()).isTrue();
  }

  /** A local socket begins to connect. */
  private Expectation connects() {
    loop.tcp().localSocket(CLIENT);
    byte[] path = PATH.getBytes(StandardCharsets.US_ASCII);
    byte[] address = os.localAddress(path);
    Expectation connect =
        loop.script().expect("connect", CLIENT, ANY, address.length).with(1, address);
    connected =
        new Bootstrap()
            .group(loop.eventLoop())
            .channelFactory(() ->
                new KQueueFfmDomainSocketChannel(
                    null, Sockets.stream(loop.kernel(), SocketProtocolFamily.UNIX), false))
            .option(
                UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS)
            .handler(received)
            .connect(new DomainSocketAddress(PATH));
    return connect;
  }

  /** A message with these descriptors has arrived, or none. */
  private void receivesByte(int flags, int... descriptors) {
    receives(1, flags, descriptors);
  }

  private void receivesEnd() {
    receives(0, 0);
  }

  private void receives(int bytes, int flags, int... descriptors) {
    loop.script()
        .expect("recvmsg", CLIENT, ANY, os.msgCmsgCloexec())
        .where(call -> Memory.getLong(call.argument(1)) == 0 ? null : "it asks for an address")
        .does(call -> {
          byte[] control = descriptors.length == 0 ? new byte[0] : os.rights(descriptors);
          Memory.copy(control, 0, control(call), control.length);
          Memory.putInt(call.argument(1) + 40, control.length);
          Memory.putInt(call.argument(1) + 44, flags);
          return bytes;
        });
  }

  private static long control(Invocation call) {
    return Memory.getLong(call.argument(1) + 32);
  }

  private void closeOnExec(int... descriptors) {
    for (int descriptor : descriptors) {
      if (os.msgCmsgCloexec() == 0) {
        loop.script().expect("fcntl", descriptor, Os.F_SETFD, Os.FD_CLOEXEC);
      } else {
        loop.script().expect("fcntl", descriptor, Os.F_GETFD).answers(Os.FD_CLOEXEC);
      }
    }
  }

  @Test
  @DisplayName("one is sent with one byte, and stays the sender's")
  void descriptorIsSentWithOneByte() {
    connected();
    loop.script()
        .expect("sendmsg", CLIENT, ANY, os.msgNoSignal())
        .where(this::objection)
        .answers(1);
    ChannelFuture sent = connected.channel().writeAndFlush(new FileDescriptor(33));
    assertThat(sent.isSuccess()).isTrue();
  }

  private String objection(Invocation call) {
    ByteBuffer header = ByteBuffer.wrap(call.bytes(1, 48)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] expected = os.rights(33);
    byte[] control = new byte[expected.length];
    Memory.copy(header.getLong(32), control, 0, control.length);
    boolean right =
        header.getLong(0) == 0
            && header.getInt(8) == 0
            && header.getInt(24) == 1
            && header.getInt(40) == expected.length
            && Arrays.equals(control, expected)
            && Memory.getLong(header.getLong(16) + 8) == 1;
    return right ? null : "its control message is " + Arrays.toString(control);
  }

  @Test
  @DisplayName("all that come in one message are close-on-exec, and each is a message [B2]")
  void descriptorsOfOneMessageAreSeparateMessages() throws Exception {
    connected();
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).data(1));
    receivesByte(0, 41, 42);
    closeOnExec(41, 42);
    loop.script().expect("recvmsg", CLIENT).fails(Errno.EAGAIN);
    loop.turn();
    assertThat(received.descriptors).extracting(FileDescriptor::intValue).containsExactly(41, 42);

    loop.tcp().close(41);
    received.descriptors.get(0).close();
    received.descriptors.get(0).close();
    loop.tcp().close(42);
    received.descriptors.get(1).close();
  }

  @Test
  @DisplayName("a flag that MSG_CMSG_CLOEXEC has not set, as on FreeBSD 13.0, is set by fcntl")
  void fcntlSetsCloseOnExecWhereTheKernelIgnoresTheFlag() {
    connected();
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).data(1));
    receivesByte(0, 41, 42);
    for (int descriptor : new int[] {41, 42}) {
      if (os.msgCmsgCloexec() != 0) {
        loop.script().expect("fcntl", descriptor, Os.F_GETFD).answers(0);
      }
      loop.script().expect("fcntl", descriptor, Os.F_SETFD, Os.FD_CLOEXEC);
    }
    loop.script().expect("recvmsg", CLIENT).fails(Errno.EAGAIN);
    loop.turn();
    assertThat(received.descriptors).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource(
      value = ThrowingHandles.At.class,
      names = {"ATTEMPTED", "LAST", "MESSAGES", "CONTINUE", "COMPLETE"})
  @DisplayName("one that has come is not lost, whatever the receive handle throws")
  void receiveHandleThatThrowsLosesNoDescriptor(ThrowingHandles.At at) {
    connected();
    connected.channel().config().setRecvByteBufAllocator(new ThrowingHandles(at));
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).data(1));
    receivesByte(0, 41);
    closeOnExec(41);
    loop.turn();
    assertThat(received.descriptors).hasSize(1);
    assertThat(received.failures).hasSize(1);
  }

  @Test
  @DisplayName("MSG_CTRUNC: descriptors that arrived are closed, and an exception is fired [B2]")
  void truncationClosesDescriptorsAndFiresExceptionCaught() {
    connected();
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).data(1));
    receivesByte(MSG_CTRUNC, 41);
    closeOnExec(41);
    loop.tcp().close(41);
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(received.descriptors).isEmpty();
    assertThat(received.failures).singleElement().asString().contains("MSG_CTRUNC");
  }

  @Test
  @DisplayName("all that a peer on macOS can send in one message are received, 254 of them")
  void receives254DescriptorsOfOneMessage() {
    connected();
    int[] many = IntStream.range(1000, 1254).toArray();
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).data(1));
    loop.script()
        .expect("recvmsg", CLIENT, ANY, os.msgCmsgCloexec())
        .where(call ->
            Memory.getInt(call.argument(1) + 40) >= os.rights(new int[512]).length
                ? null
                : "its room for control messages is " + Memory.getInt(call.argument(1) + 40))
        .does(call -> {
          byte[] control = os.rights(many);
          Memory.copy(control, 0, control(call), control.length);
          Memory.putInt(call.argument(1) + 40, control.length);
          Memory.putInt(call.argument(1) + 44, 0);
          return 1;
        });
    closeOnExec(many);
    loop.script().expect("recvmsg", CLIENT).fails(Errno.EAGAIN);
    loop.turn();
    assertThat(received.descriptors).hasSize(254);
  }

  @Test
  @DisplayName("EMSGSIZE, which macOS and OpenBSD answer without a free descriptor, says so")
  void emsgsizeNamesTheLimitOnDescriptors() {
    connected();
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).data(1));
    loop.script().expect("recvmsg", CLIENT).fails(Errno.EMSGSIZE);
    loop.tcp().close(CLIENT);
    loop.turn();
    assertThat(received.failures)
        .singleElement()
        .asString()
        .contains("recvmsg", "EMSGSIZE", "ulimit -n")
        .doesNotContain("SO_SNDBUF");
  }

  @Test
  @DisplayName("one that no handler takes from the pipeline is closed")
  void unhandledDescriptorIsClosed() {
    connected();
    connected.channel().pipeline().remove(received);
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).eof());
    receivesByte(0, 41);
    closeOnExec(41);
    loop.tcp().close(41);
    receivesEnd();
    loop.tcp().close(CLIENT);
    loop.turn();
  }

  @Test
  @DisplayName("a descriptor that cannot be sent fails alone: the stream goes on")
  void failedDescriptorFailsAlone() {
    connected();
    loop.script().expect("sendmsg", CLIENT).fails(Errno.EBADF);
    ChannelFuture bad = connected.channel().write(new FileDescriptor(33));
    loop.script().expect("sendmsg", CLIENT).answers(1);
    ChannelFuture good = connected.channel().writeAndFlush(new FileDescriptor(34));
    assertThat(bad.cause()).hasMessageContaining("EBADF");
    assertThat(good.isSuccess()).isTrue();
  }

  @Test
  @DisplayName("a socket that is full takes it when it is writable")
  void fullSocketSendsDescriptorWhenWritable() {
    connected();
    loop.script().expect("sendmsg", CLIENT).fails(Errno.EAGAIN);
    ChannelFuture sent = connected.channel().writeAndFlush(new FileDescriptor(33));
    loop.kevent(loop.read(CLIENT).oneShot(), loop.write(CLIENT).oneShot())
        .returns(loop.write(CLIENT).data(8000));
    loop.script().expect("sendmsg", CLIENT).answers(1);
    loop.turn();
    assertThat(sent.isSuccess()).isTrue();
  }

  @Test
  @DisplayName("one that comes after the handler has closed the channel is closed")
  void closesTheRestAfterAClose() {
    connected();
    received.onRead = () -> connected.channel().close();
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).data(1));
    receivesByte(0, 41, 42, 43);
    closeOnExec(41, 42, 43);
    loop.tcp().close(CLIENT);
    loop.tcp().close(42);
    // EINTR closes it too; another failure is logged, and does not keep the others open.
    loop.script().expect("close", 43).fails(Errno.EIO);
    loop.turn();
    assertThat(received.descriptors).extracting(FileDescriptor::intValue).containsExactly(41);
    loop.script().expect("close", 41).fails(Errno.EINTR);
    assertThatCode(received.descriptors.get(0)::close).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @EnumSource(names = {"EINTR", "EINPROGRESS", "EIO"})
  @DisplayName("a close that fails says so, unless the descriptor is gone all the same")
  void failsToClose(Errno errno) {
    connected();
    FileDescriptor descriptor = new FileDescriptors.Received(loop.kernel(), 41);
    loop.script().expect("close", 41).fails(errno);
    if (errno == Errno.EIO) {
      assertThatThrownBy(descriptor::close)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("close(fd 41)")
          .hasMessageContaining("EIO");
    } else {
      assertThatCode(descriptor::close).doesNotThrowAnyException();
    }
    assertThat(descriptor.isOpen()).isFalse();
  }

  @Test
  @DisplayName("a byte without a descriptor does not answer a read, one with a descriptor does")
  void answersARead() {
    connected();
    connected.channel().config().setAutoRead(false);
    connected.channel().read();
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).data(1));
    loop.script().expect("recvmsg", CLIENT).fails(Errno.EINTR);
    receivesByte(0);
    loop.turn();
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).data(1));
    receivesByte(0, 41);
    closeOnExec(41);
    loop.turn();
    assertThat(received.descriptors).hasSize(1);
    loop.kevent(loop.read(CLIENT).sentinel()).returns();
    loop.turn();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @DisplayName("a handler that changes what is read ends the read, but not before an end")
  void readsWhatTheHandlerChose(boolean eof) {
    connected();
    KQueueFfmDomainSocketChannelConfig config =
        (KQueueFfmDomainSocketChannelConfig) connected.channel().config();
    received.onRead = () -> config.setReadMode(DomainSocketReadMode.BYTES);
    Kevent event = loop.read(CLIENT).data(2);
    loop.kevent(loop.read(CLIENT).oneShot()).returns(eof ? event.eof() : event);
    receivesByte(0, 41);
    closeOnExec(41);
    if (eof) {
      loop.tcp().recvEnd(CLIENT);
      loop.tcp().close(CLIENT);
      loop.turn();
    } else {
      loop.turn();
      loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).eof());
      loop.tcp().recvEnd(CLIENT);
      loop.tcp().close(CLIENT);
      loop.turn();
    }
    assertThat(connected.channel().isOpen()).isFalse();
  }

  @Test
  @DisplayName(
      "a descriptor that was closed before its turn is not sent, since its number may be"
          + " another file's")
  void isNotSentOnceItIsClosed() throws Exception {
    connected();
    FileDescriptor closed = new FileDescriptors.Received(loop.kernel(), 33);
    loop.tcp().close(33);
    closed.close();
    ChannelFuture bad = connected.channel().write(closed);
    loop.script().expect("sendmsg", CLIENT).fails(Errno.EINTR);
    loop.script().expect("sendmsg", CLIENT).answers(1);
    ChannelFuture good = connected.channel().writeAndFlush(new FileDescriptor(34));
    assertThat(bad.cause()).hasMessageContaining("it is closed");
    assertThat(good.isSuccess()).isTrue();
  }

  @Test
  @DisplayName("a stream that is gone fails the descriptor and the channel")
  void failsWithTheStream() {
    connected();
    loop.script().expect("sendmsg", CLIENT).fails(Errno.EPIPE);
    loop.tcp().close(CLIENT);
    ChannelFuture sent = connected.channel().writeAndFlush(new FileDescriptor(33));
    assertThat(sent.cause()).hasMessageStartingWith("Broken pipe: sendmsg");
    assertThat(connected.channel().isOpen()).isFalse();
  }

  @Test
  @DisplayName("a local stream can be half-closed, and has its peer's name")
  void isAStream() {
    connected();
    connected.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    assertThat(connected.channel().remoteAddress()).isEqualTo(new DomainSocketAddress(PATH));
    loop.kevent(loop.read(CLIENT).oneShot()).returns(loop.read(CLIENT).eof());
    receivesEnd();
    loop.turn();
    assertThat(connected.channel().isOpen()).isTrue();
  }

  @Test
  @DisplayName("a local connect that is not complete waits for the write filter")
  void waitsForItsConnect() {
    connects().fails(Errno.EINPROGRESS);
    loop.tasks();
    assertThat(connected.isDone()).isFalse();
    loop.tcp().close(CLIENT);
    connected.channel().close();
    loop.tasks();
    assertThat(connected.cause()).isInstanceOf(ClosedChannelException.class);
  }
}
