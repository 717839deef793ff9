package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.channel.SimulatedChannels;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.NativeMemory;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An echo server of ours on two loops of a simulated system, and as many peers as one likes. */
final class Crowd implements AutoCloseable {
  static final int MESSAGE = 16;
  private static final int LOOPS = 2;
  private static final int PORTS = 64;
  private static final int BATCH = 200;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final MeasuredKernel kernel;
  private final Simulation simulation;
  private final List<Thread> threads = new ArrayList<>();
  private final MultiThreadIoEventLoopGroup group;
  private final List<InetSocketAddress> addresses = new ArrayList<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final Kernel peers;
  private final long memory = NativeMemory.allocate(MESSAGE);
  private int[] descriptors = new int[1024];
  private int count;

  @Sharable
  private final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      accepted.incrementAndGet();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.writeAndFlush(message, ctx.voidPromise());
    }
  }

  Crowd(SimulatedSystem system) throws InterruptedException {
    simulation = Simulation.inRealTime(system);
    kernel = new MeasuredKernel(simulation.world());
    peers = simulation.kernel();
    SimulatedChannels channels = new SimulatedChannels(kernel);
    DefaultThreadFactory factory =
        new DefaultThreadFactory("crowd") {
          @Override
          protected Thread newThread(Runnable r, String name) {
            Thread thread = super.newThread(r, name);
            threads.add(thread);
            return thread;
          }
        };
    group = new MultiThreadIoEventLoopGroup(LOOPS, factory, channels.handlers());
    Echo echo = new Echo();
    for (int i = 0; i < PORTS; i++) {
      Channel server =
          new ServerBootstrap()
              .group(group)
              .channelFactory(channels::tcpServer)
              .option(ChannelOption.SO_BACKLOG, 2 * BATCH)
              .childHandler(echo)
              .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
              .sync()
              .channel();
      addresses.add((InetSocketAddress) server.localAddress());
    }
  }

  /** Connects until there are so many. */
  void grow(int connections) throws IOException, InterruptedException {
    descriptors = Arrays.copyOf(descriptors, connections);
    while (count < connections) {
      InetSocketAddress address = addresses.get(count / BATCH % PORTS);
      for (int i = 0; i < BATCH && count < connections; i++) {
        KernelSocket socket =
            KernelSocket.open(
                peers,
                peers.platform().get(Constant.AF_INET),
                peers.platform().get(Constant.SOCK_STREAM));
        socket.connect(address);
        descriptors[count++] = socket.fd();
      }
      awaitAccepted();
    }
  }

  private void awaitAccepted() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (accepted.get() < count) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(accepted + " of " + count + " were accepted");
      }
      Thread.onSpinWait();
    }
  }

  int connections() {
    return count;
  }

  /**
   * Lets so many connections, spread over all, send one message and wait for its echo, again and
   * again.
   *
   * @return CPU of the loops for a message
   */
  Cost cost(int active, int rounds) {
    exchange(active, rounds / 4);
    double reading = MeasuredKernel.nanosOfReading();
    kernel.measure(true);
    long before = cpu();
    exchange(active, rounds);
    long all = cpu() - before;
    long calls = kernel.calls();
    // Between the two readings of a call lies about one of them, and the other one beside.
    double kernels = kernel.nanos() - calls * reading;
    kernel.measure(false);
    double messages = (double) active * rounds;
    return new Cost(
        (all - kernels - 2 * calls * reading) / messages, kernels / messages, calls / messages);
  }

  /**
   * What a message costs the loops.
   *
   * @param transport nanoseconds of CPU without the system calls
   * @param kernel nanoseconds of CPU of the simulated system calls
   * @param calls how many those are
   */
  record Cost(double transport, double kernel, double calls) {}

  private long cpu() {
    long nanos = 0;
    for (Thread thread : threads) {
      nanos += THREADS.getThreadCpuTime(thread.threadId());
    }
    return nanos;
  }

  /** Sends on that many connections, and then waits for the echo of each. */
  void exchange(int active, int rounds) {
    int step = count / active;
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < active; i++) {
        expect(peers.send(descriptors[i * step], memory, MESSAGE, 0));
      }
      for (int i = 0; i < active; i++) {
        receive(descriptors[i * step]);
      }
    }
  }

  private static void expect(long result) {
    if (result != MESSAGE) {
      throw new IllegalStateException("moved " + result);
    }
  }

  // The loop whose answer is awaited may need this processor.
  @SuppressWarnings("ThreadPriorityCheck")
  private void receive(int fd) {
    long received = peers.recv(fd, memory, MESSAGE, 0);
    for (int spins = 0; received < 0; spins++) {
      // It is EAGAIN, or the next round fails.
      if (spins > 100) {
        Thread.yield();
      }
      received = peers.recv(fd, memory, MESSAGE, 0);
    }
    expect(received);
  }

  /** {@return seconds that the loops take to end with all connections open} */
  double shutDown() throws InterruptedException {
    long start = System.nanoTime();
    group.shutdownGracefully(0, 300, TimeUnit.SECONDS).sync();
    return (System.nanoTime() - start) / 1e9;
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 300, TimeUnit.SECONDS).syncUninterruptibly();
    for (int i = 0; i < count; i++) {
      peers.close(descriptors[i]);
    }
    NativeMemory.free(memory);
    List<String> left = simulation.left();
    if (!left.isEmpty()) {
      throw new IllegalStateException(left.size() + " files are left, such as " + left.getFirst());
    }
  }
}
