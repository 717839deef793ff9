package io.github.kqueueffm.frameworks.netty;

import com.sun.management.OperatingSystemMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/**
 * Prints the CPU time of the process for each MiB that a stream of the example echoes, with one
 * datagram a system call and with several, by turns.
 */
final class QuicCpu {
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final int ROUNDS = 15;
  private static final int WARM_UP = 2;
  private static final int MIB = 64;

  private QuicCpu() {}

  public static void main(String[] args) throws Exception {
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      double single = millis(SegmentedDatagramPacketAllocator.NONE);
      double together = millis(KernelSegments.ifSupported());
      if (round >= 0) {
        System.out.printf(
            Locale.ROOT,
            "%.2f ms a MiB singly, %.2f ms together, %.2f%n",
            single,
            together,
            together / single);
      }
    }
  }

  private static double millis(SegmentedDatagramPacketAllocator segments) throws Exception {
    try (QuicEcho echo = new QuicEcho(segments)) {
      QuicChannel connection = echo.connect();
      long before = PROCESS.getProcessCpuTime();
      Counter counter = new Counter((long) MIB << 20);
      QuicStreamChannel stream =
          connection.createStream(QuicStreamType.BIDIRECTIONAL, counter).sync().getNow();
      ByteBuf mebibyte = Unpooled.directBuffer(1 << 20).writeZero(1 << 20);
      for (int i = 0; i < MIB; i++) {
        stream.writeAndFlush(mebibyte.retainedDuplicate());
      }
      counter.all.await();
      mebibyte.release();
      return (PROCESS.getProcessCpuTime() - before) / 1e6 / MIB;
    }
  }

  /** Counts what comes back. */
  private static final class Counter extends SimpleChannelInboundHandler<ByteBuf> {
    private final CountDownLatch all = new CountDownLatch(1);
    private long left;

    private Counter(long bytes) {
      left = bytes;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
      left -= bytes.readableBytes();
      if (left <= 0) {
        all.countDown();
      }
    }
  }
}
