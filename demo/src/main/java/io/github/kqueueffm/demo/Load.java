package io.github.kqueueffm.demo;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SingleWriterRecorder;

/** The clients of one workload. They always use NIO. */
final class Load {
  private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final int DIGITS = 3;
  private static final int LAST_ANSWER_SECONDS = 20;

  private final SingleWriterRecorder recorder = new SingleWriterRecorder(MAX_NANOS, DIGITS);
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private final AtomicInteger open;
  private volatile boolean stopping;

  private Load(int connections) {
    open = new AtomicInteger(connections);
  }

  /**
   * Connects and starts to send requests.
   *
   * @param group a group of one event loop
   */
  static Load start(EventLoopGroup group, Workload workload, InetSocketAddress server)
      throws Exception {
    Load load = new Load(workload.connections());
    for (int i = 0; i < workload.connections(); i++) {
      load.connect(group, server, new ClientConnection(load, workload.exchanges(), i));
    }
    return load;
  }

  private void connect(EventLoopGroup group, InetSocketAddress server, ClientConnection connection)
      throws Exception {
    new Bootstrap()
        .group(group)
        .channel(NioSocketChannel.class)
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(connection);
              }
            })
        .connect(server)
        .sync();
  }

  /**
   * Lets the connections work for a while.
   *
   * @return the latencies of all answers since the last call, in nanoseconds
   * @throws WrongAnswerException as soon as an answer is wrong
   */
  Histogram run(long millis) throws Exception {
    try {
      done.get(millis, TimeUnit.MILLISECONDS);
    } catch (TimeoutException expected) {
      return recorder.getIntervalHistogram();
    } catch (ExecutionException e) {
      throw wrong(e);
    }
    throw new IllegalStateException("already stopped");
  }

  /** Lets every connection check its last answer completely, and closes it. */
  void stop() throws Exception {
    stopping = true;
    try {
      done.get(LAST_ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new WrongAnswerException(
          open + " connections still wait for an answer after " + LAST_ANSWER_SECONDS + " s", e);
    } catch (ExecutionException e) {
      throw wrong(e);
    }
  }

  private static WrongAnswerException wrong(ExecutionException e) {
    return new WrongAnswerException(e.getCause().getMessage(), e.getCause());
  }

  boolean isStopping() {
    return stopping;
  }

  void answered(long nanos) {
    recorder.recordValue(Math.min(nanos, MAX_NANOS));
  }

  void finished() {
    if (open.decrementAndGet() == 0) {
      done.complete(null);
    }
  }

  void failed(Throwable cause) {
    done.completeExceptionally(cause);
  }
}
