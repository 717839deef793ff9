package io.github.kqueueffm.testsuite.allocation;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A server on one event loop whose allocations are counted, with its clients. It answers a message
 * of 100 bytes with 100 bytes.
 */
final class AllocatingServer implements AutoCloseable {
  private static final int CONNECTIONS = 2;
  static final int MESSAGE_BYTES = 100;

  private final EventLoopGroup group;
  private final LoopAllocation loop;
  private final List<Socket> clients = new ArrayList<>();
  private final byte[] message = message();

  private AllocatingServer(EventLoopGroup group) throws Exception {
    this.group = group;
    this.loop = LoopAllocation.of(group);
  }

  /** The message and its answer. */
  static byte[] message() {
    byte[] message = new byte[MESSAGE_BYTES];
    new Random(1).nextBytes(message);
    return message;
  }

  static AllocatingServer start(
      IoHandlerFactory handler, Class<? extends ServerChannel> type, ChannelHandler answering)
      throws Exception {
    AllocatingServer started = new AllocatingServer(new MultiThreadIoEventLoopGroup(1, handler));
    Channel server =
        new ServerBootstrap()
            .group(started.group)
            .channel(type)
            .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(2048))
            .childHandler(answering)
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .sync()
            .channel();
    for (int i = 0; i < CONNECTIONS; i++) {
      started.connect((InetSocketAddress) server.localAddress());
    }
    return started;
  }

  private void connect(InetSocketAddress server) throws Exception {
    Socket client = new Socket(server.getAddress(), server.getPort());
    client.setTcpNoDelay(true);
    client.setSoTimeout(30_000);
    clients.add(client);
  }

  /** What the loop's thread allocates on the heap for one of so many answers. */
  double bytesPerAnswer(int answers) throws Exception {
    return loop.bytesPerOperation(answers, () -> exchange(answers));
  }

  private void exchange(int answers) throws IOException {
    for (int i = 0; i < answers; i += CONNECTIONS) {
      for (Socket client : clients) {
        client.getOutputStream().write(message);
      }
      for (Socket client : clients) {
        if (!Arrays.equals(client.getInputStream().readNBytes(MESSAGE_BYTES), message)) {
          throw new IllegalStateException("the answer differs");
        }
      }
    }
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
