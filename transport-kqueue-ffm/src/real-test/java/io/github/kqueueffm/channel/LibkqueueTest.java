package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.kqueue.Provider;
import io.github.kqueueffm.syscall.CountingKernel;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Channels on libkqueue: each of its releases, imitated, and the one that this machine has. */
@ParameterizedClass
@MethodSource("io.github.kqueueffm.kqueue.Provider#libraries")
@Tag("real")
@Needs(SystemPromise.EPOLL)
class LibkqueueTest {
  @RegisterExtension final LoopExtension loop;

  private static final int MORE_THAN_FITS = 32 << 20;

  private final Provider library;
  private final CountingKernel calls;
  private final Received received = new Received();

  LibkqueueTest(Provider library) {
    this.library = library;
    calls = CountingKernel.over(library.kernel());
    loop = new LoopExtension(calls.kernel());
  }

  @Test
  void taskOfAnotherThreadDoesNotAwaitTheEndOfTheLoopsWait() throws Exception {
    EventLoop target = loop.group().next();
    target.submit(() -> {}).get(10, TimeUnit.SECONDS);
    // Until it waits for ever, as good as always; else the test shows less, and does not fail.
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    CountDownLatch ran = new CountDownLatch(1);
    Thread other = new Thread(() -> target.execute(ran::countDown));
    other.setDaemon(true);
    other.start();
    assertThat(ran.await(20, TimeUnit.SECONDS)).isTrue();
  }

  private Socket connect(boolean autoRead) throws Exception {
    Channel server =
        loop.server(KQueueFfmServerSocketChannel.class, received)
            .childOption(ChannelOption.AUTO_READ, autoRead)
            .bind(LoopExtension.anyPort())
            .sync()
            .channel();
    InetSocketAddress address = (InetSocketAddress) server.localAddress();
    return new Socket(address.getAddress(), address.getPort());
  }

  private static void reset(Socket peer) throws IOException {
    peer.setSoLinger(true, 0);
    peer.close();
  }

  private void assertReset() throws Exception {
    received.awaitInactive();
    assertThat(received.failures())
        .singleElement(as(InstanceOfAssertFactories.THROWABLE))
        .hasMessageStartingWith("Connection reset");
  }

  @Test
  void resetIsNotAnEndOfStream() throws Exception {
    try (Socket peer = connect(true)) {
      peer.getOutputStream().write(new byte[10]);
      received.awaitBytes(10);
      reset(peer);
      assertReset();
    }
  }

  @Test
  void resetIsReportedAfterUnreadBytesWithAutoReadOff() throws Exception {
    try (Socket peer = connect(false)) {
      received.channel();
      peer.getOutputStream().write(new byte[10]);
      reset(peer);
      assertReset();
      assertThat(received.bytes()).hasSize(10);
    }
  }

  @Test
  void resetIsReportedWhileWriteIsArmed() throws Exception {
    try (Socket peer = connect(false)) {
      ChannelFuture written =
          received.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[MORE_THAN_FITS]));
      reset(peer);
      received.awaitInactive();
      assertThat(written.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(written.isSuccess()).isFalse();
    }
  }

  @Test
  void refusedDatagramIsReported() throws Exception {
    DatagramSocket closed = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    SocketAddress nobody = closed.getLocalSocketAddress();
    closed.close();
    Channel channel =
        loop.client(KQueueFfmDatagramChannel.class, received).connect(nobody).sync().channel();
    channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[3])).sync();
    LoopExtension.await("the refusal", () -> !received.failures().isEmpty());
    assertThat(received.failures().get(0)).isInstanceOf(PortUnreachableException.class);
    channel.close().sync();
  }

  /** EVFILT_WRITE has fired and is gone, with its registration that the filters share. */
  @Test
  void pausedReaderThatHadToWaitWithAWriteRestsAndNoticesTheEnd() throws Exception {
    try (Socket peer = connect(false)) {
      Channel channel = received.channel();
      ChannelFuture written =
          channel.writeAndFlush(Unpooled.wrappedBuffer(new byte[MORE_THAN_FITS]));
      peer.getInputStream().readNBytes(MORE_THAN_FITS);
      assertThat(written.await(20, TimeUnit.SECONDS)).isTrue();
      assertRestsWithUnreadBytes(peer);
      peer.shutdownOutput();
      received.awaitInactive();
      assertThat(received.bytes()).hasSize(10);
    }
  }

  /** EVFILT_WRITE is still armed. */
  @Test
  void pausedReaderThatWaitsWithAWriteRestsAndNoticesTheReset() throws Exception {
    try (Socket peer = connect(false)) {
      received.channel().writeAndFlush(Unpooled.wrappedBuffer(new byte[MORE_THAN_FITS]));
      assertRestsWithUnreadBytes(peer);
      reset(peer);
      received.awaitInactive();
    }
  }

  private void assertRestsWithUnreadBytes(Socket peer) throws Exception {
    peer.getOutputStream().write(new byte[10]);
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    calls.reset();
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
    assertThat(calls.count("kevent")).isLessThan(50);
  }

  @Test
  void datagramFixtureWaitsForMemoryThatTheLibraryFreesLater() {
    DatagramFixture fixture = new DatagramFixture(library.kernel());
    assertThat(fixture.local(new Inbox()).isActive()).isTrue();
    fixture.close();
  }
}
