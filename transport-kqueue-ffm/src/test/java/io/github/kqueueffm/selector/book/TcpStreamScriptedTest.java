package io.github.kqueueffm.selector.book;

import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.selector.ScriptedPollers;
import io.github.kqueueffm.syscall.Expectation;
import io.github.kqueueffm.syscall.Invocation;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a stream makes of each answer of its system calls. */
class TcpStreamScriptedTest {
  private static final int FD = 7;
  private static final InetSocketAddress REMOTE = new InetSocketAddress("127.0.0.1", 80);

  private final ScriptedKernel script = ScriptedKernel.on("freebsd-x86_64");
  private long before;

  @BeforeEach
  void count() {
    before = NativeMemory.live();
  }

  @AfterEach
  void nothingIsLeft() {
    script.close();
    assertThat(NativeMemory.live()).isEqualTo(before);
  }

  private Expectation expectConnect() {
    script.allow("setsockopt");
    script.allow("socket").answers(FD);
    script.expect("close", FD); // that of the probe for IPv6
    return script.expect("connect", FD);
  }

  private TcpStream connected() throws IOException {
    expectConnect();
    return TcpStream.connect(script.kernel(), REMOTE);
  }

  private TcpStream connecting() throws IOException {
    expectConnect().fails(Errno.EINPROGRESS);
    return TcpStream.connect(script.kernel(), REMOTE);
  }

  private void expectNoNews() {
    soError(0);
    script.expect("getpeername", FD).fails(Errno.ENOTCONN);
    script.expect("recv", FD, ANY, 1, script.platform().get(Constant.MSG_PEEK)).fails(Errno.EAGAIN);
  }

  private void soError(int errno) {
    script.expect("getsockopt", FD).writesInts(3, errno).writesInts(4, 4);
  }

  private void close(TcpStream stream) throws IOException {
    script.expect("close", FD);
    stream.close();
  }

  /** Fills the pieces of a readv as a kernel does. */
  private Expectation arrives(String text, int pieces) {
    return script
        .expect("readv", FD, ANY, pieces)
        .does(call -> {
          byte[] bytes = text.getBytes(US_ASCII);
          int from = 0;
          for (int i = 0; i < pieces; i++) {
            long iovec = call.argument(1) + 16L * i;
            int length = (int) Math.min(Memory.getLong(iovec + 8), bytes.length - from);
            Memory.copy(bytes, from, Memory.getLong(iovec), length);
            from += length;
          }
          return from;
        });
  }

  /** Expects that a sendmsg without an address and control messages has these bytes. */
  private Expectation leaves(String text) {
    int flags = script.platform().get(Constant.MSG_NOSIGNAL);
    return script
        .expect("sendmsg", FD, ANY, flags)
        .where(call -> text.equals(gathered(call)) ? null : "it has other bytes");
  }

  private String gathered(Invocation call) {
    Struct msghdr = script.platform().struct("msghdr");
    long message = call.argument(1);
    assertThat(Memory.getLong(message + msghdr.offset("msg_name"))).isZero();
    assertThat(Memory.getLong(message + msghdr.offset("msg_control"))).isZero();
    long iovec = Memory.getLong(message + msghdr.offset("msg_iov"));
    int count = Memory.getInt(message + msghdr.offset("msg_iovlen"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < count; i++, iovec += 16) {
      byte[] piece = new byte[(int) Memory.getLong(iovec + 8)];
      Memory.copy(Memory.getLong(iovec), piece, 0, piece.length);
      bytes.writeBytes(piece);
    }
    return bytes.toString(US_ASCII);
  }

  private static ByteBuffer direct(String text) {
    return ByteBuffer.allocateDirect(text.length()).put(text.getBytes(US_ASCII)).flip();
  }

  private static ByteBuffer heap(String text) {
    return ByteBuffer.wrap(text.getBytes(US_ASCII));
  }

  private static String text(ByteBuffer buffer) {
    return US_ASCII.decode(buffer.duplicate().flip()).toString();
  }

  @Test
  void connectThatCompletesAtOnceMakesNoFurtherCall() throws IOException {
    TcpStream stream = connected();
    assertThat(stream.isOpen()).isTrue();
    assertThat(stream.fd()).isEqualTo(FD);
    assertThat(stream.finishConnect()).isTrue();
    assertThat(stream).hasToString("TcpStream to " + REMOTE);
    close(stream);
    assertThat(stream).hasToString("TcpStream to " + REMOTE + " (closed)");
  }

  @Test
  void connectThatFailsAtOnceClosesTheSocket() {
    expectConnect().fails(Errno.ECONNREFUSED);
    script.expect("close", FD);
    assertThatThrownBy(() -> TcpStream.connect(script.kernel(), REMOTE))
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("/127.0.0.1:80");
  }

  @Test
  void nothingMovesUntilTheConnectIsDone() throws IOException {
    TcpStream stream = connecting();
    expectNoNews();
    assertThat(stream.finishConnect()).isFalse();
    expectNoNews();
    assertThat(stream.read(ByteBuffer.allocate(4))).isZero();
    ByteBuffer bytes = heap("abc");
    expectNoNews();
    assertThat(stream.write(bytes)).isZero();
    assertThat(bytes.remaining()).isEqualTo(3);
    expectNoNews();
    assertThatThrownBy(stream::shutdownOutput).isInstanceOf(NotYetConnectedException.class);
    soError(0);
    script.expect("getpeername", FD);
    leaves("abc").answers(3);
    assertThat(stream.write(bytes)).isEqualTo(3);
    assertThat(stream.finishConnect()).isTrue();
    close(stream);
  }

  @Test
  void connectThatFailsLaterClosesTheStream() throws IOException {
    TcpStream stream = connecting();
    soError(script.platform().number(Errno.ECONNREFUSED));
    script.expect("close", FD).fails(Errno.EIO);
    assertThatThrownBy(stream::finishConnect)
        .isInstanceOf(ConnectException.class)
        .hasMessageStartingWith("Connection refused: /127.0.0.1:80")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(stream.isOpen()).isFalse();
    assertThatThrownBy(stream::finishConnect).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void bytesThatAreReadAreInTheBuffersInTheirOrder() throws IOException {
    TcpStream stream = connected();
    ByteBuffer heap = ByteBuffer.allocate(3);
    ByteBuffer direct = ByteBuffer.allocateDirect(4);
    ByteBuffer other = ByteBuffer.allocate(5);
    arrives("abcdefgh", 3);
    assertThat(stream.read(new ByteBuffer[] {heap, direct, other})).isEqualTo(8);
    assertThat(text(heap) + text(direct) + text(other)).isEqualTo("abcdefgh");
    assertThat(other.position()).isEqualTo(1);
    arrives("i", 1);
    assertThat(stream.read(other)).isEqualTo(1);
    assertThat(text(other)).isEqualTo("hi");
    close(stream);
  }

  @Test
  void bytesThatAreWrittenAreTakenOutOfTheBuffersInTheirOrder() throws IOException {
    TcpStream stream = connected();
    ByteBuffer heap = heap("abc");
    ByteBuffer direct = direct("def");
    leaves("abcdef").answers(4);
    assertThat(stream.write(new ByteBuffer[] {heap, direct})).isEqualTo(4);
    assertThat(heap.remaining()).isZero();
    assertThat(direct.position()).isEqualTo(1);
    leaves("ef").answers(2);
    assertThat(stream.write(direct)).isEqualTo(2);
    stream.flush();
    close(stream);
  }

  @Test
  void eintrDoesNotEndReadOrWrite() throws IOException {
    TcpStream stream = connected();
    script.expect("readv", FD).fails(Errno.EINTR);
    arrives("a", 1);
    assertThat(stream.read(ByteBuffer.allocate(2))).isEqualTo(1);
    leaves("b").fails(Errno.EINTR);
    leaves("b").answers(1);
    assertThat(stream.write(heap("b"))).isEqualTo(1);
    close(stream);
  }

  @Test
  void eagainReturnsZeroAndLeavesTheBuffersUnchanged() throws IOException {
    TcpStream stream = connected();
    ByteBuffer room = ByteBuffer.allocate(2);
    script.expect("readv", FD).fails(Errno.EAGAIN);
    assertThat(stream.read(room)).isZero();
    assertThat(room.position()).isZero();
    ByteBuffer bytes = heap("b");
    leaves("b").fails(Errno.EAGAIN);
    assertThat(stream.write(bytes)).isZero();
    leaves("b").answers(0);
    assertThat(stream.write(bytes)).isZero();
    assertThat(bytes.remaining()).isEqualTo(1);
    close(stream);
  }

  @Test
  void endOfTheStreamIsMinusOneAndEmptyBuffersMakeNoCall() throws IOException {
    TcpStream stream = connected();
    script.expect("readv", FD).answers(0);
    assertThat(stream.read(ByteBuffer.allocate(2))).isEqualTo(-1);
    assertThat(stream.read(ByteBuffer.allocate(0))).isZero();
    assertThat(stream.write(ByteBuffer.allocate(0))).isZero();
    assertThat(script.calls("readv") + script.calls("sendmsg")).isEqualTo(1);
    close(stream);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void failureNamesTheOperationAndTheAddress(boolean reads) throws IOException {
    TcpStream stream = connected();
    script.expect(reads ? "readv" : "sendmsg", FD).fails(Errno.ECONNRESET);
    assertThatThrownBy(
            () -> {
              if (reads) {
                stream.read(ByteBuffer.allocate(1));
              } else {
                stream.write(heap("a"));
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("127.0.0.1:80")
        .hasMessageContaining("reset");
    assertThat(stream.isOpen()).isTrue();
    close(stream);
  }

  @Test
  void shutdownEndsTheOutputAlone() throws IOException {
    TcpStream stream = connected();
    script.expect("shutdown", FD, script.platform().get(Constant.SHUT_WR));
    stream.shutdownOutput();
    close(stream);
  }

  @Test
  void closedStreamRefusesEverythingAndIsClosedOnce() throws IOException {
    TcpStream stream = connected();
    close(stream);
    stream.close();
    assertThat(stream.isOpen()).isFalse();
    assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> stream.write(heap("a"))).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(stream::finishConnect).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(stream::shutdownOutput).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> stream.register(null, new Token(1), Interests.READABLE))
        .isInstanceOf(ClosedChannelException.class);
  }

  /** libkqueue, where the knotes outlive the descriptor. */
  @Test
  void closeTakesTheStreamOutOfEverySelectorFirst() throws IOException {
    try (ScriptedKernel linux = ScriptedKernel.on("linux-x86_64");
        Selector selector = new Selector(ScriptedPollers.open(linux))) {
      linux.allow("setsockopt");
      linux.allow("socket").answers(FD);
      linux.expect("close", FD);
      linux.expect("connect", FD);
      TcpStream stream = TcpStream.connect(linux.kernel(), REMOTE);
      linux.expectKevent().changes(linux.write(FD).delete()).fails(Errno.ENOENT);
      linux.expectKevent().changes(linux.write(FD).oneShot().udata(3)).withoutSlots();
      selector.registrator().register(stream, new Token(3), Interests.WRITABLE);
      linux.expectKevent().changes(linux.read(FD).delete()).fails(Errno.ENOENT);
      linux.expectKevent().changes(linux.write(FD).delete()).withoutSlots();
      linux.expect("close", FD);
      stream.close();
      linux.verify();
    }
  }
}
