package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.EchoHandler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** toString() of what runs, from other threads while it runs. */
@Timeout(60)
@Tag("real")
class DescriptionTest {
  private static final int CONNECTIONS = 100;
  private static final String NETTYS =
      "\\[id: 0x\\p{XDigit}{8}(, L:/127\\.0\\.0\\.1:\\d+( [-!] R:/127\\.0\\.0\\.1:\\d+)?)?]";
  private static final String FILTER =
      "(NONE|ONE_SHOT|PEER_CLOSE)( -> (NONE|ONE_SHOT|PEER_CLOSE))?";
  private static final String OPEN =
      "\\{fd \\d+, (not registered|read "
          + FILTER
          + ", write "
          + FILTER
          + ", registration 0x\\p{XDigit}+)(, pending \\d+ B(, not writable)?)?}";
  private static final String CHANNEL = NETTYS + " (" + OPEN + "|\\{closed})";
  private static final String LOOP =
      "KQueueFfmEventLoop@\\p{XDigit}+ \\(channels \\d+, tasks \\d+, KQueueFfmIoHandler"
          + " \\(.*kqueue.*, wakeup \\w+.*, (awake|asleep|notified|closed), registrations"
          + " \\d+\\)\\)";

  private final Queue<Channel> channels = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean done = new AtomicBoolean();

  @Test
  void textsAreCompleteOnAnyThreadWhileConnectionsComeAndGo() throws Exception {
    EventLoopGroup group = new KQueueFfmEventLoopGroup(2);
    ExecutorService readers = Executors.newFixedThreadPool(2);
    try {
      Channel server = server(group);
      Future<?> ofChannels =
          readers.submit(() -> readUntilDone(() -> channels.forEach(one -> check(one, CHANNEL))));
      Future<?> ofLoops =
          readers.submit(() -> readUntilDone(() -> group.forEach(loop -> check(loop, LOOP))));
      for (int i = 0; i < CONNECTIONS; i++) {
        visit(server);
      }
      done.set(true);
      ofChannels.get(20, TimeUnit.SECONDS);
      ofLoops.get(20, TimeUnit.SECONDS);
      assertThat(channels).hasSize(CONNECTIONS + 1);
    } finally {
      done.set(true);
      readers.shutdownNow();
      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
    assertThat(group.toString())
        .matches("KQueueFfmEventLoopGroup@\\p{XDigit}+ \\(2 loops: \\[.*, closed, .*]\\)");
  }

  private void readUntilDone(Runnable read) {
    do {
      read.run();
    } while (!done.get());
  }

  private static void check(Object described, String pattern) {
    assertThat(described.toString()).matches(pattern);
  }

  private Channel server(EventLoopGroup group) throws Exception {
    Channel server =
        new ServerBootstrap()
            .group(group)
            .channel(KQueueFfmServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel child) {
                    channels.add(child);
                    child.pipeline().addLast(new EchoHandler());
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0))
            .sync()
            .channel();
    channels.add(server);
    return server;
  }

  private static void visit(Channel server) throws Exception {
    InetSocketAddress address = (InetSocketAddress) server.localAddress();
    try (Socket client = new Socket(address.getAddress(), address.getPort())) {
      client.setSoTimeout(20_000);
      client.getOutputStream().write(7);
      assertThat(client.getInputStream().read()).isEqualTo(7);
    }
  }
}
