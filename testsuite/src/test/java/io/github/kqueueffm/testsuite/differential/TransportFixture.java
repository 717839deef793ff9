package io.github.kqueueffm.testsuite.differential;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** One transport, with a peer that is a socket of Java's. */
final class TransportFixture implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;

  private final Transport transport;
  private final Journal journal = new Journal();
  private final EventLoopGroup group;
  private final ServerSocket listener;
  private Channel channel;
  private Socket peer;

  TransportFixture(Transport transport) throws IOException {
    this.transport = transport;
    group = new MultiThreadIoEventLoopGroup(2, transport.factory());
    listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  }

  Journal journal() {
    return journal;
  }

  Bootstrap client() {
    return new Bootstrap().group(group).channel(transport.client()).handler(journal);
  }

  Bootstrap datagram() {
    return new Bootstrap().group(group).channel(transport.datagram()).handler(journal);
  }

  /** Where the peer listens. */
  InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /** An address without a listener. */
  static InetSocketAddress nobody() throws IOException {
    try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return (InetSocketAddress) gone.getLocalSocketAddress();
    }
  }

  /** A channel that is connected to {@link #peer()}. */
  Channel connected(UnaryOperator<Bootstrap> settings) throws Exception {
    channel = settings.apply(client()).connect(address()).sync().channel();
    peer();
    journal.await("active");
    return channel;
  }

  Channel connected() throws Exception {
    return connected(UnaryOperator.identity());
  }

  /** A channel that is registered and no more. */
  Channel unconnected() throws InterruptedException {
    channel = client().register().sync().channel();
    return channel;
  }

  /** The other end, once it is connected. */
  Socket peer() throws IOException {
    if (peer == null) {
      listener.setSoTimeout(PATIENCE_MILLIS);
      peer = listener.accept();
      peer.setSoTimeout(PATIENCE_MILLIS);
    }
    return peer;
  }

  void send(String text) throws IOException {
    peer.getOutputStream().write(text.getBytes(US_ASCII));
  }

  String receive(int bytes) throws IOException {
    return new String(peer.getInputStream().readNBytes(bytes), US_ASCII);
  }

  void reset() throws IOException {
    peer.setSoLinger(true, 0);
    peer.close();
  }

  static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, US_ASCII);
  }

  /** More than any socket's buffers hold. */
  static ByteBuf lots() {
    return Unpooled.directBuffer(LOTS).writeZero(LOTS);
  }

  static final int LOTS = 32 << 20;

  /** A loop that the channel is not on. */
  EventLoop otherLoop() {
    EventLoop loop;
    do {
      loop = group.next();
    } while (loop == channel.eventLoop());
    return loop;
  }

  /** Runs on the channel's loop, as one task. */
  void inLoop(Runnable task) throws Exception {
    channel.eventLoop().submit(task).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /**
   * Waits until the loops have done what they were about to do. A promise tells of its end in the
   * middle of a task, whose events may be tasks of their own: so it takes two.
   */
  void settle() throws Exception {
    for (EventExecutor loop : group) {
      for (int hop = 0; hop < 2 && !loop.isShuttingDown(); hop++) {
        loop.submit(() -> {}).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    if (peer != null) {
      peer.close();
    }
    // Without a quiet period a loop of Netty's may end before it has closed its channels.
    group.shutdownGracefully(50, 10_000, TimeUnit.MILLISECONDS);
    if (!group.terminationFuture().awaitUninterruptibly(PATIENCE_MILLIS)) {
      throw new AssertionError("the loops of " + transport + " do not end");
    }
  }
}
