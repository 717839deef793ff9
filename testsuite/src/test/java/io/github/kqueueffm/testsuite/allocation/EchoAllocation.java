package io.github.kqueueffm.testsuite.allocation;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Prints what the server's event loop allocates for an echo of 100 bytes, over Netty's epoll
 * transport and over this one, turn and turn about in one JVM.
 *
 * <p>Steady state is when the JIT compiler has nothing left to do, which takes as long as it takes:
 * the program ends when this transport's figure has come down to the other one's, or when it had
 * long enough for that.
 */
final class EchoAllocation {
  private static final int ECHOES_A_ROUND = 4_000;
  private static final int WARM_UP_ROUNDS = 5;
  private static final int MAX_ROUNDS = 60;
  private static final int WINDOW = 5;

  private EchoAllocation() {}

  public static void main(String[] args) throws Exception {
    try (AllocatingEcho epoll =
            AllocatingEcho.start(EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
        AllocatingEcho kqueue =
            AllocatingEcho.start(
                KQueueFfmIoHandler.newFactory(), KQueueFfmServerSocketChannel.class)) {
      compare(epoll, kqueue, Double.parseDouble(args[0]));
    }
  }

  private static void compare(AllocatingEcho epoll, AllocatingEcho kqueue, double tolerance)
      throws Exception {
    Deque<Double> ofEpoll = new ArrayDeque<>();
    Deque<Double> ofKqueue = new ArrayDeque<>();
    for (int round = 1; round <= MAX_ROUNDS; round++) {
      add(ofEpoll, epoll.bytesPerEcho(ECHOES_A_ROUND));
      add(ofKqueue, kqueue.bytesPerEcho(ECHOES_A_ROUND));
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
