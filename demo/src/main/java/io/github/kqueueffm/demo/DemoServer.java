package io.github.kqueueffm.demo;

import com.sun.management.ThreadMXBean;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** Both ports on one event loop, so that the allocations of its thread are those of serving. */
final class DemoServer implements AutoCloseable {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final EventLoopGroup group;
  private final long loopThread;
  private final Channel http;
  private final Channel raw;

  private DemoServer(EventLoopGroup group, long loopThread, Channel http, Channel raw) {
    this.group = group;
    this.loopThread = loopThread;
    this.http = http;
    this.raw = raw;
  }

  /**
   * Listens on 127.0.0.1.
   *
   * @param port the port of HTTP; the raw echo gets the next one; 0 for two free ports
   */
  static DemoServer start(Transport transport, int port) throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, transport.handler());
    try {
      long thread = group.submit(() -> Thread.currentThread().threadId()).get();
      ServerBootstrap bootstrap =
          new ServerBootstrap()
              .group(group)
              .channel(transport.channel())
              .childHandler(new DemoInitializer());
      Channel http = bind(bootstrap, port);
      Channel raw = bind(bootstrap.childAttr(DemoInitializer.RAW, true), port == 0 ? 0 : port + 1);
      return new DemoServer(group, thread, http, raw);
    } catch (Throwable t) {
      stop(group);
      throw t;
    }
  }

  private static Channel bind(ServerBootstrap bootstrap, int port) throws Exception {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port);
    ChannelFuture bound = bootstrap.bind(address).await();
    if (!bound.isSuccess()) {
      throw new IOException("cannot listen on " + address, bound.cause());
    }
    return bound.channel();
  }

  InetSocketAddress address(Workload workload) {
    return (InetSocketAddress) (workload.isHttp() ? http : raw).localAddress();
  }

  /** {@return the URL of a workload, without a path} */
  String url(Workload workload) {
    InetSocketAddress address = address(workload);
    String place = address.getAddress().getHostAddress() + ':' + address.getPort();
    return (workload.isHttp() ? "http://" : "tcp://") + place;
  }

  /** {@return the bytes that the event loop's thread has allocated on the heap so far} */
  long allocatedBytes() {
    return THREADS.getThreadAllocatedBytes(loopThread);
  }

  @Override
  public void close() {
    http.close().syncUninterruptibly();
    raw.close().syncUninterruptibly();
    stop(group);
  }

  static void stop(EventLoopGroup group) {
    // Without a quiet period Netty's event loops sometimes end while their channels are open.
    group.shutdownGracefully(50, 5_000, TimeUnit.MILLISECONDS).syncUninterruptibly();
  }
}
