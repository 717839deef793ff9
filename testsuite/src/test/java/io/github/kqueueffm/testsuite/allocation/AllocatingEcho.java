package io.github.kqueueffm.testsuite.allocation;

import com.sun.management.ThreadMXBean;
import io.github.kqueueffm.testkit.EchoHandler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** An echo server on one event loop whose allocations are counted, with its clients. */
final class AllocatingEcho implements AutoCloseable {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int CONNECTIONS = 2;
  private static final int MESSAGE_BYTES = 100;

  private final EventLoopGroup group;
  private final long loopThread;
  private final List<Socket> clients = new ArrayList<>();
  private final byte[] message = new byte[MESSAGE_BYTES];

  private AllocatingEcho(EventLoopGroup group) throws Exception {
    this.group = group;
    this.loopThread = group.submit(() -> Thread.currentThread().threadId()).get();
    new Random(1).nextBytes(message);
  }

  static AllocatingEcho start(IoHandlerFactory handler, Class<? extends ServerChannel> type)
      throws Exception {
    AllocatingEcho echo = new AllocatingEcho(new MultiThreadIoEventLoopGroup(1, handler));
    Channel server =
        new ServerBootstrap()
            .group(echo.group)
            .channel(type)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(2048))
            .childHandler(new EchoHandler())
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
    for (int i = 0; i < CONNECTIONS; i++) {
      echo.connect((InetSocketAddress) server.localAddress());
    }
    return echo;
  }

  private void connect(InetSocketAddress server) throws Exception {
    Socket client = new Socket(server.getAddress(), server.getPort());
    client.setTcpNoDelay(true);
    client.setSoTimeout(30_000);
    clients.add(client);
  }

  /** What the loop's thread allocates on the heap for one of so many echoes. */
  double bytesPerEcho(int echoes) throws Exception {
    long before = THREADS.getThreadAllocatedBytes(loopThread);
    for (int i = 0; i < echoes; i += CONNECTIONS) {
      for (Socket client : clients) {
        client.getOutputStream().write(message);
      }
      for (Socket client : clients) {
        if (!Arrays.equals(client.getInputStream().readNBytes(MESSAGE_BYTES), message)) {
          throw new IllegalStateException("the echo differs");
        }
      }
    }
    return (double) (THREADS.getThreadAllocatedBytes(loopThread) - before) / echoes;
  }

  @Override
  public void close() throws IOException {
    for (Socket client : clients) {
      client.close();
    }
    // Without a quiet period loops of Netty's may leave their channels open.
    group.shutdownGracefully(100, 5_000, TimeUnit.MILLISECONDS).syncUninterruptibly();
  }
}
