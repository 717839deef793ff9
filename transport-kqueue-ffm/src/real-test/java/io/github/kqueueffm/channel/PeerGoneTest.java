package io.github.kqueueffm.channel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The other end goes away while nobody reads: it is noticed, no byte is lost, nothing spins. */
@Tag("real")
class PeerGoneTest {
  private static final int HALF_CLOSED = 100;
  private static final long MEASURED_MILLIS = 5_000;

  @RegisterExtension final LoopExtension loop = new LoopExtension();

  private final Received received = new Received();
  private Channel server;

  @AfterEach
  void close() throws InterruptedException {
    if (server != null) {
      server.close().sync();
    }
  }

  private Socket connect(boolean autoRead, boolean halfClosure) throws Exception {
    if (server == null) {
      server =
          loop.server(KQueueFfmServerSocketChannel.class, received)
              .childOption(ChannelOption.AUTO_READ, autoRead)
              .childOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure)
              .bind(LoopExtension.anyPort())
              .sync()
              .channel();
    }
    InetSocketAddress address = (InetSocketAddress) server.localAddress();
    return new Socket(address.getAddress(), address.getPort());
  }

  @Test
  void endIsReportedWithAutoReadOffAndNoByteIsLost_netty7550() throws Exception {
    try (Socket peer = connect(false, false)) {
      received.channel();
      peer.getOutputStream().write("last words".getBytes(UTF_8));
    }
    received.awaitInactive();
    assertThat(received.bytes()).asString(UTF_8).isEqualTo("last words");
    assertThat(received.failures()).isEmpty();
  }

  @Test
  void bytesWithoutEndWaitForRead_netty13142() throws Exception {
    try (Socket peer = connect(false, false)) {
      Channel channel = received.channel();
      peer.getOutputStream().write("patience".getBytes(UTF_8));
      // Whatever the loop would have to say of those bytes, it has said after some turns.
      for (int turn = 0; turn < 20; turn++) {
        channel.eventLoop().schedule(() -> {}, 2, TimeUnit.MILLISECONDS).sync();
      }
      assertThat(received.size()).isZero();
      channel.read();
      received.awaitBytes(8);
      channel.close().sync();
    }
  }

  @Test
  void resetIsReportedWithAutoReadOff_netty7124() throws Exception {
    try (Socket peer = connect(false, false)) {
      received.channel();
      peer.setSoLinger(true, 0);
    }
    received.awaitInactive();
    assertThat(received.failures())
        .singleElement()
        .isInstanceOf(IOException.class)
        .asString()
        .contains("Connection reset");
  }

  @Test
  void everyByteOfALargeStreamArrivesAtAPausedReader_netty17290() throws Exception {
    byte[] content = new byte[8 << 20];
    new java.util.Random(1).nextBytes(content);
    Socket peer = connect(false, true);
    Channel channel = received.channel();
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(() -> {
          try (peer) {
            peer.getOutputStream().write(content);
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
    while (!received.events().contains(ChannelInputShutdownEvent.INSTANCE)) {
      channel.read();
      channel.eventLoop().schedule(() -> {}, 1, TimeUnit.MILLISECONDS).sync();
    }
    writer.get(10, TimeUnit.SECONDS);
    assertThat(received.bytes()).isEqualTo(content);
    channel.close().sync();
  }

  @Test
  void halfClosureIsReportedOnceAndTheOutputStaysOpen() throws Exception {
    try (Socket peer = connect(false, true)) {
      Channel channel = received.channel();
      peer.shutdownOutput();
      LoopExtension.await("the end", () -> received.events().size() == 2);
      assertThat(received.events())
          .containsExactly(
              ChannelInputShutdownEvent.INSTANCE, ChannelInputShutdownReadComplete.INSTANCE);
      channel.writeAndFlush(Unpooled.copiedBuffer("reply", UTF_8)).sync();
      assertThat(peer.getInputStream().readNBytes(5)).asString(UTF_8).isEqualTo("reply");
      assertThat(channel.isActive()).isTrue();
      channel.close().sync();
    }
  }

  @Test
  void writeToClosedPeerFails_robovm194() throws Exception {
    Socket peer = connect(false, true);
    Channel channel = received.channel();
    peer.close();
    LoopExtension.await("the end", () -> !received.events().isEmpty());
    LoopExtension.await(
        "a failed write",
        () ->
            !channel
                .writeAndFlush(Unpooled.copiedBuffer("anybody?", UTF_8))
                .awaitUninterruptibly()
                .isSuccess());
    received.awaitInactive();
  }

  @Test
  void endOfLocalStreamIsReportedWithAutoReadOff_netty7550() throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(loop.file("s"));
    server =
        loop.server(KQueueFfmServerDomainSocketChannel.class, received)
            .childOption(ChannelOption.AUTO_READ, false)
            .bind(address)
            .sync()
            .channel();
    try (SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      peer.connect(address);
      received.channel();
      peer.write(ByteBuffer.wrap("bye".getBytes(UTF_8)));
    }
    received.awaitInactive();
    assertThat(received.bytes()).asString(UTF_8).isEqualTo("bye");
  }

  @Test
  void idleLoopWithHalfClosedConnectionsTakesNoTime_bun37077() throws Exception {
    List<Socket> peers = new ArrayList<>();
    for (int i = 0; i < HALF_CLOSED; i++) {
      Socket peer = connect(i % 2 == 0, true);
      peer.shutdownOutput();
      peers.add(peer);
    }
    LoopExtension.await("all ends", () -> received.events().size() == 2 * HALF_CLOSED);
    long thread = loop.group().submit(() -> Thread.currentThread().threadId()).get();
    long before = cpuNanos(thread);
    TimeUnit.MILLISECONDS.sleep(MEASURED_MILLIS);
    long used = cpuNanos(thread) - before;
    assertThat(used)
        .as("nanoseconds of CPU in " + MEASURED_MILLIS + " ms, at most 1 %")
        .isLessThan(TimeUnit.MILLISECONDS.toNanos(MEASURED_MILLIS) / 100);
    for (Socket peer : peers) {
      peer.close();
    }
  }

  private static long cpuNanos(long thread) {
    return ManagementFactory.getThreadMXBean().getThreadCpuTime(thread);
  }
}
