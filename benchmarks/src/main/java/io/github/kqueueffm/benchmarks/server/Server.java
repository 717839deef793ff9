package io.github.kqueueffm.benchmarks.server;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * A server for one service over one transport. It prints {@code ready} and its port, then answers
 * lines on its standard input until that ends.
 *
 * <p>Arguments: transport, service, number of event loops, and the path of the file to send or of
 * the socket.
 */
public final class Server {
  /** The command for the bytes that the event loops have allocated so far. */
  public static final String ALLOCATED = "allocated";

  /** The command for the live bytes on the heap. */
  public static final String LIVE = "live";

  private static final int BACKLOG = 4096;

  private final String name;
  private final ServerTransport transport;
  private final EventLoopGroup group;
  private final String path;

  private Server(String name, int loops, String path) {
    this.name = name;
    this.transport = ServerTransport.of(name);
    if (transport.handler() == null) {
      throw new IllegalStateException(name + " is not available", transport.unavailable());
    }
    this.group = new MultiThreadIoEventLoopGroup(loops, transport.handler());
    this.path = path;
  }

  public static void main(String[] args) throws Exception {
    Server server = new Server(args[0], Integer.parseInt(args[2]), args.length > 3 ? args[3] : "");
    Channel channel = server.bind(Service.valueOf(args[1]));
    int port = channel.localAddress() instanceof InetSocketAddress local ? local.getPort() : 0;
    System.out.println("ready " + port);
    server.answer();
    // An orderly shutdown is not needed, because the measurement is over and the process ends.
    System.exit(0);
  }

  private Channel bind(Service service) throws Exception {
    if (service == Service.DATAGRAM) {
      return new Bootstrap()
          .group(group)
          .channel(transport.datagram())
          .handler(new DatagramEcho())
          .bind(anyPort())
          .sync()
          .channel();
    }
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childHandler(Services.initializer(name, service, path));
    if (service == Service.LOCAL) {
      return bootstrap
          .channel(transport.local())
          .bind(ServerTransport.localAddress(name, path))
          .sync()
          .channel();
    }
    return bootstrap.channel(transport.stream()).bind(anyPort()).sync().channel();
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress("127.0.0.1", 0);
  }

  private void answer() throws Exception {
    try (BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      Counters counters = null;
      String command;
      while ((command = commands.readLine()) != null) {
        if (counters == null) {
          counters = new Counters(group);
        }
        System.out.println(
            switch (command) {
              case ALLOCATED -> counters.allocatedBytes();
              case LIVE -> Counters.liveBytes();
              default -> throw new IllegalArgumentException("no command " + command);
            });
      }
    }
  }
}
