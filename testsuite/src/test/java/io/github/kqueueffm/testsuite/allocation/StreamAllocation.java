package io.github.kqueueffm.testsuite.allocation;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.testkit.EchoHandler;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.io.File;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Prints what the server's event loop allocates for an answer of 100 bytes, an echo or a file, over
 * Netty's epoll transport and over this one, by turns in one JVM.
 *
 * <p>Steady state is when the JIT compiler has nothing left to do, which takes as long as it takes:
 * the program ends when this transport's figure has come down to the other one's, or when it had
 * long enough for that.
 */
final class StreamAllocation {
  private static final int ANSWERS_A_ROUND = 4_000;
  private static final int WARM_UP_ROUNDS = 5;
  private static final int MAX_ROUNDS = 60;
  private static final int WINDOW = 5;

  private StreamAllocation() {}

  public static void main(String[] args) throws Exception {
    ChannelHandler answering = args.length == 1 ? new EchoHandler() : new FileSender(args[1]);
    try (AllocatingServer epoll =
            AllocatingServer.start(
                EpollIoHandler.newFactory(), EpollServerSocketChannel.class, answering);
        AllocatingServer kqueue =
            AllocatingServer.start(
                KQueueFfmIoHandler.newFactory(), KQueueFfmServerSocketChannel.class, answering)) {
      compare(epoll, kqueue, Double.parseDouble(args[0]));
    }
  }

  /** Answers each message with a file. */
  @Sharable
  private static final class FileSender extends ChannelInboundHandlerAdapter {
    private final File file;

    private FileSender(String path) {
      file = new File(path);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ((ByteBuf) message).release();
      context.writeAndFlush(
          new DefaultFileRegion(file, 0, AllocatingServer.MESSAGE_BYTES), context.voidPromise());
    }
  }

  private static void compare(AllocatingServer epoll, AllocatingServer kqueue, double tolerance)
      throws Exception {
    Deque<Double> ofEpoll = new ArrayDeque<>();
    Deque<Double> ofKqueue = new ArrayDeque<>();
    for (int round = 1; round <= MAX_ROUNDS; round++) {
      add(ofEpoll, epoll.bytesPerAnswer(ANSWERS_A_ROUND));
      add(ofKqueue, kqueue.bytesPerAnswer(ANSWERS_A_ROUND));
      if (round > WARM_UP_ROUNDS + WINDOW && median(ofKqueue) <= median(ofEpoll) + tolerance) {
        break;
      }
    }
    System.out.println("epoll " + median(ofEpoll) + " " + ofEpoll);
    System.out.println("kqueue-ffm " + median(ofKqueue) + " " + ofKqueue);
  }

  private static void add(Deque<Double> window, double value) {
    window.addLast(value);
    if (window.size() > WINDOW) {
      window.removeFirst();
    }
  }

  /** Not the mean: a round in which a method is compiled anew must not decide. */
  private static double median(Deque<Double> window) {
    double[] sorted = window.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
