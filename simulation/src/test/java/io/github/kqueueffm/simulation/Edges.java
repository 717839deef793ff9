package io.github.kqueueffm.simulation;

import io.github.kqueueffm.channel.KQueueFfmChannelOption;
import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmPeerCredentials;
import io.github.kqueueffm.channel.SimulatedChannels;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.NotYetConnectedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Channels at the edges of what a system permits. */
final class Edges {
  private final Conversation talk;
  private final SimulatedChannels channels;
  private final SplittableRandom random;

  Edges(Conversation talk, SimulatedChannels channels, SplittableRandom random) {
    this.talk = talk;
    this.channels = channels;
    this.random = random;
  }

  /** Takes what comes, and explains what fails. */
  private final class Sink extends ChannelInboundHandlerAdapter {
    private final Consumer<Channel> whenActive;

    private Sink(Consumer<Channel> whenActive) {
      this.whenActive = whenActive;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      whenActive.accept(ctx.channel());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      talk.event();
      ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      talk.explain("edge", cause);
    }
  }

  private Sink sink() {
    return new Sink(channel -> {});
  }

  void act() {
    try {
      switch (random.nextInt(13)) {
        case 0 -> sharedDatagramPort();
        case 1 -> sharedListener();
        case 2 -> ordinaryFile();
        case 3 -> localBacklog();
        case 4 -> shutInput();
        case 5 -> credentials();
        case 6 -> unboundDatagrams();
        case 7 -> connectedDatagrams();
        case 8 -> mutualDatagrams();
        case 9 -> refusedDatagrams();
        case 10 -> adoptedListener();
        case 11 -> files();
        default -> fastOpen();
      }
    } catch (RuntimeException e) {
      talk.explain("edge", e);
    }
  }

  private Bootstrap client(ChannelFactory<? extends Channel> factory, ChannelHandler handler) {
    return new Bootstrap()
        .group(talk.loop(random))
        .channelFactory(factory)
        .option(ChannelOption.ALLOCATOR, talk.allocator())
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 500)
        .handler(handler);
  }

  private <C extends ServerChannel> ServerBootstrap server(
      ChannelFactory<C> factory, Consumer<Channel> whenActive) {
    return new ServerBootstrap()
        .group(talk.loop(random))
        .channelFactory(factory)
        .childOption(ChannelOption.ALLOCATOR, talk.allocator())
        .childHandler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel child) {
                talk.closedAtTheEnd(child).pipeline().addLast(new Sink(whenActive));
              }
            });
  }

  private void follow(ChannelFuture future, String what, Runnable next) {
    talk.closedAtTheEnd(future.channel());
    future
        .addListener(talk.reported(what))
        .addListener(done -> {
          // A loop that ends without a quiet period drops the tasks that register a channel.
          if (done.isSuccess() && !talk.isCalm()) {
            attempt(next);
          }
        });
  }

  /**
   * Throws what kept the channel from being made: what stands in for it would leak what is sent.
   */
  private Channel registered(Bootstrap bootstrap) {
    ChannelFuture register = bootstrap.register();
    if (register.cause() instanceof RuntimeException e) {
      throw e;
    }
    return talk.closedAtTheEnd(register.channel());
  }

  /** Without an address, which a fault may have hidden, the rest is left out. */
  private static SocketAddress addressOf(ChannelFuture bound) {
    SocketAddress address = bound.channel().localAddress();
    if (address == null) {
      throw new NotYetConnectedException();
    }
    return address;
  }

  private void attempt(Runnable action) {
    try {
      action.run();
    } catch (RuntimeException e) {
      talk.explain("edge", e);
    }
  }

  private void sharedDatagramPort() {
    boolean address = random.nextBoolean();
    boolean port = random.nextBoolean();
    Bootstrap bootstrap =
        client(channels::udp, sink())
            .option(ChannelOption.SO_REUSEADDR, address)
            .option(UnixChannelOption.SO_REUSEPORT, port);
    ChannelFuture first = bootstrap.bind(random.nextBoolean() ? any(0) : Conversation.loopback(0));
    follow(
        first,
        "bind a datagram port",
        () -> {
          SocketAddress taken = addressOf(first);
          follow(bootstrap.clone().handler(sink()).bind(taken), "share a datagram port", () -> {});
        });
  }

  private static InetSocketAddress any(int port) {
    return new InetSocketAddress(port);
  }

  private void sharedListener() {
    boolean address = random.nextBoolean();
    boolean port = random.nextBoolean();
    ServerBootstrap bootstrap =
        server(channels::tcpServer, channel -> {})
            .option(ChannelOption.SO_REUSEADDR, address)
            .option(UnixChannelOption.SO_REUSEPORT, port);
    ChannelFuture first = bootstrap.bind(random.nextBoolean() ? any(0) : Conversation.loopback(0));
    follow(
        first,
        "listen",
        () -> {
          int number = ((InetSocketAddress) addressOf(first)).getPort();
          SocketAddress again = random.nextBoolean() ? any(number) : Conversation.loopback(number);
          follow(bootstrap.clone().bind(again), "share a listener's port", () -> {});
          follow(
              client(channels::tcpClient, sink()).connect(Conversation.loopback(number)),
              "connect to a shared port",
              () -> {});
        });
  }

  private void ordinaryFile() {
    var file = talk.file("f");
    try {
      Files.createFile(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    follow(
        client(channels::localClient, sink()).connect(new DomainSocketAddress(file.toFile())),
        "connect to a file",
        () -> {});
  }

  /** More connects than the backlog holds. */
  private void localBacklog() {
    DomainSocketAddress address = new DomainSocketAddress(talk.file("b").toFile());
    ChannelFuture server =
        server(channels::localServer, channel -> {})
            .option(ChannelOption.SO_BACKLOG, 1)
            .option(ChannelOption.AUTO_READ, false)
            .bind(address);
    follow(
        server,
        "listen",
        () -> {
          for (int i = 0; i < 5; i++) {
            follow(
                client(channels::localClient, sink()).connect(address),
                "connect to a full queue",
                () -> {});
          }
        });
  }

  /** One end shuts its input, and the other one sends. */
  private void shutInput() {
    boolean local = random.nextBoolean();
    SocketAddress at =
        local ? new DomainSocketAddress(talk.file("i").toFile()) : Conversation.loopback(0);
    ServerBootstrap bootstrap =
        local
            ? server(channels::localServer, this::keepSending)
            : server(channels::tcpServer, this::keepSending);
    ChannelFuture server = bootstrap.bind(at);
    follow(
        server,
        "listen",
        () -> {
          ChannelFuture connect =
              client(local ? channels::localClient : channels::tcpClient, sink())
                  .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                  .option(ChannelOption.AUTO_READ, random.nextBoolean())
                  .connect(addressOf(server));
          follow(
              connect,
              "connect",
              () -> later(connect.channel(), () -> shutInput(connect.channel())));
        });
  }

  private void shutInput(Channel channel) {
    ((DuplexChannel) channel).shutdownInput().addListener(talk.reported("shut the input"));
  }

  /** On the channel's loop, when what is on its way has come. */
  private void later(Channel channel, Runnable action) {
    channel
        .eventLoop()
        .schedule(
            () -> {
              if (!talk.isCalm()) {
                attempt(action);
              }
            },
            random.nextInt(5),
            TimeUnit.MILLISECONDS);
  }

  private void keepSending(Channel channel) {
    ByteBuf bytes = talk.buffers().directBuffer(100).writeZero(100);
    channel
        .writeAndFlush(bytes)
        .addListener(done -> {
          if (done.isSuccess() && !talk.isCalm() && random.nextInt(8) != 0) {
            channel.eventLoop().execute(() -> keepSending(channel));
          } else if (done.isSuccess()) {
            ((DuplexChannel) channel).shutdownOutput();
          } else {
            talk.explain("send to a shut input", done.cause());
          }
        });
  }

  private void credentials() {
    DomainSocketAddress address = new DomainSocketAddress(talk.file("c").toFile());
    follow(
        server(channels::localServer, this::askPeer).bind(address),
        "listen",
        () -> {
          Channel client = registered(client(channels::localClient, new Sink(this::askPeer)));
          askPeer(client);
          client.connect(address).addListener(talk.reported("connect"));
        });
  }

  private void askPeer(Channel channel) {
    try {
      KQueueFfmPeerCredentials.of((KQueueFfmDomainSocketChannel) channel);
      talk.event();
    } catch (IOException | RuntimeException e) {
      talk.explain("credentials of the peer", e);
    }
  }

  /** Datagrams from a local socket without a name, and to one that has closed. */
  private void unboundDatagrams() {
    DomainSocketAddress address = new DomainSocketAddress(talk.file("u").toFile());
    ChannelFuture receiver = client(channels::localDatagrams, sink()).bind(address);
    follow(
        receiver,
        "bind",
        () -> {
          Channel sender = registered(client(channels::localDatagrams, sink()));
          send(sender, content());
          for (int i = 0; i < 80; i++) {
            send(sender, new DomainDatagramPacket(content(), address));
          }
          sender.connect(address).addListener(talk.reported("connect local datagrams"));
          send(sender, content());
          later(
              receiver.channel(),
              () ->
                  receiver
                      .channel()
                      .close()
                      .addListener(closed -> {
                        send(sender, content());
                        send(sender, new DomainDatagramPacket(content(), address));
                      }));
        });
  }

  /** Two local sockets that are connected to each other. */
  private void mutualDatagrams() {
    SocketAddress one = new DomainSocketAddress(talk.file("m").toFile());
    SocketAddress two = new DomainSocketAddress(talk.file("m").toFile());
    ChannelFuture first = client(channels::localDatagrams, sink()).bind(one);
    follow(
        first,
        "bind",
        () -> {
          ChannelFuture second = client(channels::localDatagrams, sink()).bind(two);
          follow(
              second,
              "bind",
              () -> {
                first.channel().connect(two).addListener(talk.reported("connect"));
                second.channel().connect(one).addListener(talk.reported("connect"));
                later(first.channel(), () -> sendMany(first.channel()));
                later(second.channel(), () -> sendMany(second.channel()));
              });
        });
  }

  private void sendMany(Channel channel) {
    for (int i = 0; i < 30; i++) {
      send(channel, content());
    }
  }

  /** A datagram and an error wait together. */
  private void refusedDatagrams() {
    ChannelFuture near =
        client(channels::udp, sink())
            .option(ChannelOption.AUTO_READ, false)
            .bind(Conversation.loopback(0));
    follow(
        near,
        "bind",
        () -> {
          ChannelFuture far = client(channels::udp, sink()).bind(Conversation.loopback(0));
          follow(
              far,
              "bind",
              () -> {
                InetSocketAddress back = (InetSocketAddress) addressOf(near);
                near.channel().connect(addressOf(far)).addListener(talk.reported("connect"));
                send(far.channel(), new DatagramPacket(content(), back));
                far.channel().close();
                later(
                    near.channel(),
                    () -> {
                      send(near.channel(), content());
                      near.channel().read();
                    });
              });
        });
  }

  /** Files that are opened to be sent, and are not sent. */
  private void files() {
    Path file = talk.file("r");
    try {
      Files.write(file, new byte[1]);
      for (int i = 0; i < 20; i++) {
        channels.region(file, 1).release();
      }
    } catch (IOException e) {
      talk.explain("open a file", e);
    }
  }

  private void adoptedListener() {
    int fd = talk.listenerOfOtherCode();
    if (fd >= 0) {
      follow(server(() -> adoptedServer(fd), channel -> {}).register(), "adopt", () -> {});
    }
  }

  private ServerChannel adoptedServer(int fd) {
    try {
      return channels.adoptedServer(fd);
    } catch (RuntimeException e) {
      talk.closeOfOtherCode(fd);
      throw e;
    }
  }

  private ByteBuf content() {
    return talk.buffers().directBuffer(20).writeZero(20);
  }

  private void send(Channel channel, Object message) {
    channel.writeAndFlush(message).addListener(talk.reported("send a datagram"));
  }

  /** A connected socket sends elsewhere, and from other addresses of the loopback network. */
  private void connectedDatagrams() {
    InetSocketAddress own =
        new InetSocketAddress(random.nextBoolean() ? "127.0.0.1" : "127.0.0.2", 0);
    ChannelFuture bind = client(channels::udp, sink()).bind(own);
    follow(
        bind,
        "bind " + own,
        () -> {
          DatagramChannel channel = (DatagramChannel) bind.channel();
          channel
              .connect(addressOf(bind))
              .addListener(talk.reported("connect to itself"))
              .addListener(done -> {
                send(channel, content());
                send(channel, new DatagramPacket(content(), Conversation.loopback(9)));
                send(channel, content());
              });
        });
  }

  /** What is written before the connect may go with it. */
  private void fastOpen() {
    ChannelFuture server =
        server(channels::tcpServer, channel -> {}).bind(Conversation.loopback(0));
    follow(
        server,
        "listen",
        () -> {
          Channel channel =
              registered(
                  client(channels::tcpClient, sink())
                      .option(ChannelOption.TCP_FASTOPEN_CONNECT, true)
                      .option(ChannelOption.SO_LINGER, 0)
                      .option(KQueueFfmChannelOption.TCP_NOTSENT_LOWAT, 10_000L));
          channel.write(content()).addListener(talk.reported("send by the connect"));
          channel.connect(addressOf(server)).addListener(talk.reported("connect"));
        });
  }
}
