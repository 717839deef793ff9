package io.github.kqueueffm.selector.book;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@Tag("real")
class TcpStreamTest {
  private ServerSocket listener;
  private TcpStream stream;
  private Socket peer;
  private Selector selector;
  private Events events;
  private long memory;

  @BeforeEach
  void connect() throws IOException {
    memory = NativeMemory.live();
    listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    selector = Selector.open();
    events = new Events(8);
    stream = TcpStream.connect(address());
    peer = listener.accept();
    await(Interests.WRITABLE);
    assertThat(stream.finishConnect()).isTrue();
  }

  @AfterEach
  void close() throws IOException {
    stream.close();
    peer.close();
    listener.close();
    selector.close();
    events.close();
    assertThat(NativeMemory.live()).isEqualTo(memory);
  }

  private InetSocketAddress address() {
    return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
  }

  private void await(Interests interests) throws IOException {
    selector.registrator().register(stream, new Token(1), interests);
    assertThat(selector.select(events, 30_000)).isEqualTo(1);
  }

  private static String ascii(ByteBuffer bytes) {
    return StandardCharsets.US_ASCII.decode(bytes).toString();
  }

  @Test
  void readsNothingYetThenBytesThenTheEnd() throws IOException {
    ByteBuffer room = ByteBuffer.allocateDirect(8);
    assertThat(stream.read(room)).isZero();
    peer.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
    await(Interests.READABLE);
    assertThat(stream.read(room)).isEqualTo(5);
    assertThat(ascii(room.flip())).isEqualTo("hello");
    peer.shutdownOutput();
    await(Interests.READABLE);
    assertThat(stream.read(room.clear())).isEqualTo(-1);
    assertThat(stream.isOpen()).isTrue();
    assertThat(stream.write(ByteBuffer.wrap(new byte[] {7}))).isEqualTo(1);
    assertThat(peer.getInputStream().read()).isEqualTo(7);
  }

  @Test
  void gathersAndScattersOverHeapAndDirectBuffers() throws IOException {
    ByteBuffer heap = ByteBuffer.wrap("heap".getBytes(StandardCharsets.US_ASCII));
    ByteBuffer direct = ByteBuffer.allocateDirect(6);
    direct.put("direct".getBytes(StandardCharsets.US_ASCII)).flip();
    ByteBuffer view = ByteBuffer.wrap("xviewx".getBytes(StandardCharsets.US_ASCII), 1, 4);
    ByteBuffer[] all = {heap, ByteBuffer.allocate(0), direct, view.asReadOnlyBuffer()};
    assertThat(stream.write(all, 0, 4)).isEqualTo(14);
    assertThat(heap.remaining() + direct.remaining() + all[3].remaining()).isZero();
    byte[] got = peer.getInputStream().readNBytes(14);
    assertThat(new String(got, StandardCharsets.US_ASCII)).isEqualTo("heapdirectview");

    peer.getOutputStream().write(got);
    await(Interests.READABLE);
    ByteBuffer[] rooms = {
      ByteBuffer.allocate(3), ByteBuffer.allocateDirect(4), ByteBuffer.allocate(100).position(50)
    };
    assertThat(stream.read(rooms)).isEqualTo(14);
    assertThat(new String(rooms[0].array(), StandardCharsets.US_ASCII)).isEqualTo("hea");
    assertThat(ascii(rooms[1].flip())).isEqualTo("pdir");
    assertThat(rooms[2].position()).isEqualTo(57);
    assertThat(new String(rooms[2].array(), 50, 7, StandardCharsets.US_ASCII)).isEqualTo("ectview");
  }

  @Test
  void writesAsMuchAsTheSocketTakes() throws Exception {
    byte[] bytes = new byte[8 << 20];
    new Random(1).nextBytes(bytes);
    ByteBuffer heap = ByteBuffer.wrap(bytes);
    while (stream.write(heap) > 0) {}
    assertThat(heap.hasRemaining()).isTrue();
    CompletableFuture<byte[]> received = new CompletableFuture<>();
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              try {
                received.complete(peer.getInputStream().readAllBytes());
              } catch (IOException e) {
                received.completeExceptionally(e);
              }
            });
    while (heap.hasRemaining()) {
      await(Interests.WRITABLE);
      assertThat(stream.write(heap)).isPositive();
    }
    stream.flush();
    stream.shutdownOutput();
    assertThat(received.get()).isEqualTo(bytes);
    reader.join();
  }

  @Test
  void emptyBuffersMoveNothing() throws IOException {
    assertThat(stream.write(ByteBuffer.allocate(0))).isZero();
    assertThat(stream.read(ByteBuffer.allocate(0))).isZero();
    assertThat(stream.write(new ByteBuffer[0])).isZero();
    assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(4).asReadOnlyBuffer()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void resetIsAnIoException() throws IOException {
    peer.setSoLinger(true, 0);
    peer.close();
    await(Interests.READABLE);
    assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("reset");
  }

  @Test
  void refusedConnectNamesTheAddressOfTheStream() throws IOException {
    InetSocketAddress nobody = address();
    listener.close();
    assertThatThrownBy(
            () -> {
              try (TcpStream refused = TcpStream.connect(nobody)) {
                selector.registrator().register(refused, new Token(2), Interests.WRITABLE);
                assertThat(selector.select(events, 30_000)).isEqualTo(1);
                try {
                  refused.finishConnect();
                } finally {
                  assertThat(refused.isOpen()).isFalse();
                }
              }
            })
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("Connection refused: ")
        .hasMessageContaining("/127.0.0.1:" + nobody.getPort());
  }

  @Test
  void unresolvedAddressLeavesNothingOpen() {
    assertThatThrownBy(
            () -> TcpStream.connect(InetSocketAddress.createUnresolved("nowhere.invalid", 1)))
        .isInstanceOf(UnresolvedAddressException.class);
  }

  @Test
  void closedStreamRefusesEverything() throws IOException {
    selector.registrator().register(stream, new Token(1), Interests.READABLE);
    stream.close();
    stream.close();
    assertThat(stream.isOpen()).isFalse();
    assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> stream.write(ByteBuffer.allocate(1)))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(
            () -> selector.registrator().register(stream, new Token(1), Interests.READABLE))
        .isInstanceOf(ClosedChannelException.class);
    assertThat(selector.select(events, 0)).isZero();
  }
}
