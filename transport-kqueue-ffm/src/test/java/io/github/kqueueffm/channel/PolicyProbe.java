package io.github.kqueueffm.channel;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Uses what a filter of system calls may have spoilt: the start, waits, accept, datagrams. */
final class PolicyProbe implements Supplier<String> {
  private static final int DATAGRAMS = 10;
  private static final int SLOT = 64;

  PolicyProbe() {}

  @Override
  public String get() {
    if (!KQueueFfm.isAvailable()) {
      return "unavailable: " + KQueueFfm.unavailabilityCause().getMessage();
    }
    try {
      return LoopbackEcho.once("works") + ", " + timer() + ", " + datagrams();
    } catch (Exception e) {
      return "failed: " + e;
    }
  }

  private static EventLoopGroup newGroup() {
    return new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
  }

  private static void shutDown(EventLoopGroup group) {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static String timer() throws Exception {
    EventLoopGroup group = newGroup();
    try {
      long start = System.nanoTime();
      group.schedule(() -> {}, 1_500, TimeUnit.MICROSECONDS).get(20, TimeUnit.SECONDS);
      return System.nanoTime() - start >= 1_500_000 ? "waits" : "does not wait";
    } finally {
      shutDown(group);
    }
  }

  private static String datagrams() throws Exception {
    EventLoopGroup group = newGroup();
    try {
      Inbox inbox = new Inbox();
      Channel receiver = bind(group, inbox);
      Channel sender = bind(group, new Inbox());
      for (int i = 0; i < DATAGRAMS; i++) {
        sender.write(
            new DatagramPacket(
                Unpooled.copiedBuffer("" + i, StandardCharsets.US_ASCII),
                (InetSocketAddress) receiver.localAddress()));
      }
      sender.flush();
      for (int i = 0; i < DATAGRAMS; i++) {
        String text = inbox.text();
        if (!text.equals("" + i)) {
          return "got " + text + " for " + i;
        }
      }
      inbox.assertEmpty();
      return "datagrams";
    } finally {
      shutDown(group);
    }
  }

  private static Channel bind(EventLoopGroup group, Inbox inbox) throws InterruptedException {
    return new Bootstrap()
        .group(group)
        .channelFactory(() -> new KQueueFfmDatagramChannel(SocketProtocolFamily.INET))
        .option(KQueueFfmChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, SLOT)
        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(SLOT * DATAGRAMS))
        .handler(inbox)
        .bind("127.0.0.1", 0)
        .sync()
        .channel();
  }
}
