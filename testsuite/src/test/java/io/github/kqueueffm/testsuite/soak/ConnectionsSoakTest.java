package io.github.kqueueffm.testsuite.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.testkit.ChildJvm;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Many connections between two processes on this machine, for minutes. Run by -Psoak. */
@Tag("soak")
@EnabledOnOs(OS.LINUX)
class ConnectionsSoakTest {
  private static final int CONNECTIONS = Integer.getInteger("soak.connections", 15_000);
  private static final int SECONDS = Integer.getInteger("soak.seconds", 600);
  private static final int ADDRESSES = 8;
  private static final int AT_ONCE = 500;

  private final SoakClient.Totals totals = new SoakClient.Totals();
  private final Deque<Channel> open = new ArrayDeque<>();
  private int opened;

  @TempDir private Path folder;

  @Test
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void descriptorsAndMemoryStayFlatAndEveryByteComesBack() throws Exception {
    CompletableFuture<ChildJvm.Result> server = CompletableFuture.supplyAsync(this::serve);
    int port = Integer.parseInt(read("port"));
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(2, KQueueFfmIoHandler.newFactory());
    try {
      Bootstrap bootstrap = new Bootstrap().group(group).channel(KQueueFfmSocketChannel.class);
      long begin = System.nanoTime();
      keep(bootstrap, port, begin, SECONDS / 4);
      SoakProcess.Sample here = SoakProcess.sample();
      SoakProcess.Sample there = SoakProcess.Sample.parse(read("sample"));
      keep(bootstrap, port, begin, SECONDS);
      SoakProcess.Sample hereAtEnd = SoakProcess.sample();
      SoakProcess.Sample thereAtEnd = SoakProcess.Sample.parse(read("sample"));
      report(here, hereAtEnd, there, thereAtEnd);
      assertThat(totals.wrong.sum()).as("wrong bytes").isZero();
      assertThat(totals.failures.sum()).as("failures").isZero();
      flat("clients", here, hereAtEnd);
      flat("server", there, thereAtEnd);
    } finally {
      Files.createFile(folder.resolve("stop"));
      group.shutdownGracefully(0, 60, TimeUnit.SECONDS).sync();
    }
    server.get(2, TimeUnit.MINUTES).isSuccess();
  }

  private ChildJvm.Result serve() {
    try {
      return new ChildJvm()
          .argument("-XX:TieredStopAtLevel=4")
          .run(SoakServer.class, SECONDS + 300L, folder.toString());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private String read(String name) throws Exception {
    Path file = folder.resolve(name);
    for (int i = 0; i < 600 && !Files.exists(file); i++) {
      Thread.sleep(100);
    }
    return Files.readString(file);
  }

  /** Keeps that many connections until so many seconds are over. */
  private void keep(Bootstrap bootstrap, int port, long begin, int seconds) throws Exception {
    while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(seconds)) {
      open.removeIf(channel -> !channel.isOpen());
      Deque<ChannelFuture> connects = new ArrayDeque<>();
      while (open.size() + connects.size() < CONNECTIONS && connects.size() < AT_ONCE) {
        String local = "127.0.0." + (1 + opened++ % ADDRESSES);
        connects.add(
            bootstrap
                .clone()
                .handler(new SoakClient(totals))
                .connect(
                    new InetSocketAddress("127.0.0.1", port), new InetSocketAddress(local, 0)));
      }
      for (ChannelFuture connect : connects) {
        open.add(connect.sync().channel());
      }
      Thread.sleep(connects.size() == AT_ONCE ? 10 : 200);
    }
  }

  private static void flat(String who, SoakProcess.Sample begin, SoakProcess.Sample end) {
    assertThat(end.descriptors())
        .as("descriptors of " + who)
        .isLessThanOrEqualTo(begin.descriptors() + CONNECTIONS / 50 + 50);
    assertThat(end.residentKib())
        .as("resident memory of " + who)
        .isLessThan(begin.residentKib() * 5 / 4 + 50_000);
  }

  private void report(
      SoakProcess.Sample here,
      SoakProcess.Sample hereAtEnd,
      SoakProcess.Sample there,
      SoakProcess.Sample thereAtEnd) {
    System.out.printf(
        Locale.ROOT,
        "%,d connections, %,d opened, %,d closed, %,d of them reset, %,d bytes checked; "
            + "descriptors and KiB of the clients %s, then %s; of the server %s, then %s%n",
        open.size(),
        totals.opened.sum(),
        totals.closed.sum(),
        totals.resets.sum(),
        totals.bytes.sum(),
        here,
        hereAtEnd,
        there,
        thereAtEnd);
  }
}
