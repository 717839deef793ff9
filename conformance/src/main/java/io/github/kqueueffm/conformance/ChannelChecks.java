package io.github.kqueueffm.conformance;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.channel.KQueueFfm;
import io.github.kqueueffm.channel.KQueueFfmDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmServerDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannelConfig;
import io.github.kqueueffm.syscall.FileNames;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.UnixChannelOption;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Complete connections over Netty's channels. */
final class ChannelChecks {
  private static final String GROUP = "channels";
  private static final int ECHO_BYTES = 1 << 20;

  private ChannelChecks() {}

  static List<Check> all() {
    return List.of(
        new Check(GROUP, "the transport says what it runs on", bench -> KQueueFfm.description()),
        new Check(GROUP, "TCP echoes 1 MiB", ChannelChecks::tcp),
        new Check(GROUP, "local sockets echo 1 MiB", ChannelChecks::local),
        new Check(GROUP, "a local path is UTF-8, and its file goes", ChannelChecks::localPath),
        new Check(GROUP, "local sockets pass a descriptor", ChannelChecks::descriptor),
        new Check(GROUP, "a wildcard address is this machine", ChannelChecks::wildcard),
        new Check(GROUP, "a link-local address of this machine needs no scope", LinkLocal::reached),
        new Check(GROUP, "a refused connect says so, with the address", ChannelChecks::refused),
        new Check(
            GROUP, "half-closure: a question, its end, an answer", ChannelChecks::halfClosure),
        new Check(
            GROUP, "after the peer's end both directions shut down", ChannelChecks::lateShutdown),
        new Check(GROUP, "a shutdown before connect spoils nothing", ChannelChecks::earlyShutdown),
        new Check(GROUP, "a peer that closes is noticed with auto-read off", ChannelChecks::unread),
        new Check(GROUP, "a reset is told as one", ChannelChecks::reset),
        new Check(GROUP, "options go through a channel's config", ChannelChecks::options),
        new Check(
            GROUP, "a reset connection tells its options", ChannelChecks::optionsOfResetConnection),
        new Check(GROUP, "a listener that is taken over serves", ChannelChecks::takenOver),
        new Check(GROUP, "an interrupted loop sends a file", ChannelChecks::interrupted),
        new Check(
            GROUP, "a local stream that the peer has closed is taken over", ChannelChecks::left),
        new Check(GROUP, "loops end, and leave no native memory", ChannelChecks::shutdown));
  }

  private static SocketAddress tcpAddress() {
    return Bench.loopback(0);
  }

  private static SocketAddress localAddress(Bench bench) throws Exception {
    return new DomainSocketAddress(bench.folder().resolve("s").toString());
  }

  private static String tcp(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      return echo(
          loops,
          loops.serve(KQueueFfmServerSocketChannel.class, tcpAddress(), Echo::new),
          KQueueFfmSocketChannel.class);
    }
  }

  private static String local(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      return echo(
          loops,
          loops.serve(KQueueFfmServerDomainSocketChannel.class, localAddress(bench), Echo::new),
          KQueueFfmDomainSocketChannel.class);
    }
  }

  private static String localPath(Bench bench) throws Exception {
    Path folder = bench.folder();
    DomainSocketAddress address = new DomainSocketAddress(folder + "/\u00e4");
    try (Loops loops = new Loops()) {
      Channel server = loops.serve(KQueueFfmServerDomainSocketChannel.class, address, Echo::new);
      Deviation.unless(
          server.localAddress().equals(address),
          "its name is reported as " + server.localAddress());
      try (Stream<Path> files = Files.list(folder)) {
        String name =
            new String(
                FileNames.of(files.findFirst().orElseThrow().getFileName()),
                StandardCharsets.UTF_8);
        Deviation.unless(name.equals("\u00e4"), "the file's name is " + name);
      }
      Loops.await(server.close());
    }
    try (Stream<Path> files = Files.list(folder)) {
      Deviation.unless(files.findAny().isEmpty(), "the file was not deleted");
    }
    return "two bytes, and no file is left";
  }

  private static String echo(Loops loops, Channel server, Class<? extends Channel> type)
      throws Exception {
    byte[] bytes = new byte[ECHO_BYTES];
    new Random(7).nextBytes(bytes);
    Collector collector = new Collector();
    long start = System.nanoTime();
    Channel client = loops.connect(type, server.localAddress(), collector);
    client.writeAndFlush(Unpooled.wrappedBuffer(bytes));
    ByteBuf echoed = collector.awaitBytes(ECHO_BYTES);
    Deviation.unless(echoed.equals(Unpooled.wrappedBuffer(bytes)), "different bytes came back");
    return String.format(Locale.ROOT, "every byte, in %.1f ms", (System.nanoTime() - start) / 1e6);
  }

  /** Passes a listening TCP socket to a client, which then accepts a connection from it. */
  private static String descriptor(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      InetSocketAddress address;
      KQueueFfmServerSocketChannel passed =
          (KQueueFfmServerSocketChannel)
              loops.serve(KQueueFfmServerSocketChannel.class, tcpAddress(), Echo::new);
      address = passed.localAddress();
      Channel server =
          loops.serve(
              KQueueFfmServerDomainSocketChannel.class,
              localAddress(bench),
              () -> new Greeting(passed.fd()));
      Collector collector = new Collector();
      Loops.await(
          loops
              .client(KQueueFfmDomainSocketChannel.class, collector)
              .option(
                  UnixChannelOption.DOMAIN_SOCKET_READ_MODE, DomainSocketReadMode.FILE_DESCRIPTORS)
              .connect(server.localAddress()));
      int fd = collector.awaitDescriptor();
      KQueueFfmServerSocketChannel taken = new KQueueFfmServerSocketChannel(fd);
      loops.register(taken);
      Deviation.unless(
          address.equals(taken.localAddress()), "it is bound to " + taken.localAddress());
      return "a listener at " + address + ", as descriptor " + fd;
    }
  }

  private static String wildcard(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Channel server =
          loops.serve(KQueueFfmServerSocketChannel.class, new InetSocketAddress(0), Echo::new);
      InetSocketAddress address = (InetSocketAddress) server.localAddress();
      InetSocketAddress any4 = new InetSocketAddress("0.0.0.0", address.getPort());
      StringBuilder reached = new StringBuilder();
      for (InetSocketAddress to : List.of(address, any4)) {
        Channel client = loops.connect(KQueueFfmSocketChannel.class, to, new Collector());
        InetSocketAddress peer = (InetSocketAddress) client.remoteAddress();
        Deviation.unless(peer.getAddress().isLoopbackAddress(), to + " is " + peer);
        reached.append(reached.isEmpty() ? "" : ", ").append(to).append(" is ").append(peer);
      }
      return reached.toString();
    }
  }

  private static String refused(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Channel server = loops.serve(KQueueFfmServerSocketChannel.class, tcpAddress(), Echo::new);
      SocketAddress address = server.localAddress();
      Loops.await(server.close());
      ChannelFuture connect =
          loops.client(KQueueFfmSocketChannel.class, new Collector()).connect(address);
      Deviation.unless(connect.await(10_000), "the connect does not complete");
      String said = connect.cause() == null ? "connected" : connect.cause().getMessage();
      Deviation.unless(
          said.startsWith("Connection refused: " + address + " ("), "the message was: " + said);
      return said;
    }
  }

  private static String halfClosure(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Channel server =
          loops.serve(KQueueFfmServerSocketChannel.class, tcpAddress(), AnswerAtEnd::new);
      Collector collector = new Collector();
      KQueueFfmSocketChannel client =
          (KQueueFfmSocketChannel)
              Loops.await(
                  loops
                      .client(KQueueFfmSocketChannel.class, collector)
                      .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                      .connect(server.localAddress()));
      client.writeAndFlush(Unpooled.copiedBuffer("question", StandardCharsets.US_ASCII));
      Loops.await(client.shutdownOutput());
      String answer = collector.awaitEnd();
      Deviation.unless(answer.equals("question, answer"), "received: " + answer);
      return answer;
    }
  }

  private static String lateShutdown(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Channel server =
          loops.serve(
              KQueueFfmServerSocketChannel.class,
              tcpAddress(),
              () -> new Greeting(Unpooled.copiedBuffer("bye", StandardCharsets.US_ASCII)));
      Collector collector = new Collector();
      KQueueFfmSocketChannel client =
          (KQueueFfmSocketChannel)
              Loops.await(
                  loops
                      .client(KQueueFfmSocketChannel.class, collector)
                      .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                      .connect(server.localAddress()));
      String text = collector.awaitEnd();
      Deviation.unless(text.equals("bye"), "the last bytes were " + text);
      Loops.await(client.shutdown());
      return "without a failure";
    }
  }

  private static String earlyShutdown(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Channel server = loops.serve(KQueueFfmServerSocketChannel.class, tcpAddress(), Echo::new);
      Collector collector = new Collector();
      KQueueFfmSocketChannel client =
          (KQueueFfmSocketChannel)
              Loops.await(loops.client(KQueueFfmSocketChannel.class, collector).register());
      ChannelFuture early = client.shutdownOutput();
      early.await(10, TimeUnit.SECONDS);
      Deviation.unless(
          early.cause() instanceof NotYetConnectedException, "the shutdown: " + early.cause());
      Loops.await(client.connect(server.localAddress()));
      client.writeAndFlush(Unpooled.copiedBuffer("x", StandardCharsets.US_ASCII));
      collector.awaitBytes(1);
      return "NotYetConnectedException, then an echo";
    }
  }

  private static String unread(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Channel server =
          loops.serve(
              KQueueFfmServerSocketChannel.class,
              tcpAddress(),
              () -> new Greeting(Unpooled.copiedBuffer("bye", StandardCharsets.US_ASCII)));
      Collector collector = new Collector();
      Channel client =
          Loops.await(
              loops
                  .client(KQueueFfmSocketChannel.class, collector)
                  .option(ChannelOption.AUTO_READ, false)
                  .connect(server.localAddress()));
      Deviation.unless(client.closeFuture().await(10, TimeUnit.SECONDS), "not noticed in 10 s");
      String text = collector.awaitBytes(3).toString(StandardCharsets.US_ASCII);
      Deviation.unless(text.equals("bye"), "the last bytes were " + text);
      return "closed, after its last bytes";
    }
  }

  private static String reset(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Collector peer = new Collector();
      Channel server = loops.serve(KQueueFfmServerSocketChannel.class, tcpAddress(), () -> peer);
      Channel client =
          Loops.await(
              loops
                  .client(KQueueFfmSocketChannel.class, new Collector())
                  .option(ChannelOption.SO_LINGER, 0)
                  .connect(server.localAddress()));
      peer.awaitActive();
      Loops.await(client.close());
      String said = peer.awaitFailure();
      Deviation.unless(said.contains("Connection reset"), "the message was: " + said);
      return said;
    }
  }

  private static String options(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Channel server = loops.serve(KQueueFfmServerSocketChannel.class, tcpAddress(), Echo::new);
      KQueueFfmSocketChannelConfig config =
          ((KQueueFfmSocketChannel)
                  loops.connect(
                      KQueueFfmSocketChannel.class, server.localAddress(), new Collector()))
              .config();
      config.setTcpNoDelay(true).setKeepAlive(true).setSoLinger(7).setTrafficClass(0x10);
      String seen =
          "TCP_NODELAY "
              + config.isTcpNoDelay()
              + ", SO_KEEPALIVE "
              + config.isKeepAlive()
              + ", SO_LINGER "
              + config.getSoLinger()
              + ", IP_TOS "
              + config.getTrafficClass();
      Deviation.unless(
          seen.equals("TCP_NODELAY true, SO_KEEPALIVE true, SO_LINGER 7, IP_TOS 16"), seen);
      return seen;
    }
  }

  private static String optionsOfResetConnection(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      KernelSocket listener = bench.listener();
      KQueueFfmSocketChannel client =
          (KQueueFfmSocketChannel)
              loops.connect(KQueueFfmSocketChannel.class, listener.localAddress(), new Collector());
      KernelSocket peer = TcpPair.accept(bench, listener);
      peer.soLinger(0);
      // On the loop's thread, so that the channel does not notice the reset meanwhile.
      return client
          .eventLoop()
          .submit(() -> optionsAfterReset(bench, client, peer))
          .sync()
          .getNow();
    }
  }

  private static String optionsAfterReset(
      Bench bench, KQueueFfmSocketChannel client, KernelSocket peer) throws Exception {
    int before = client.config().getOptions().size();
    peer.close();
    long name = bench.memory(128);
    long length = bench.memory(Integer.BYTES);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Loops.SECONDS);
    do {
      Deviation.unless(System.nanoTime() < end, "the reset does not arrive");
      Thread.sleep(1);
      Memory.putInt(length, 128);
    } while (bench.kernel().getpeername(client.fd().intValue(), name, length) == 0);
    Map<ChannelOption<?>, Object> options = client.config().getOptions();
    options.keySet().forEach(client.config()::getOption);
    return options.size() + " of " + before;
  }

  private static String takenOver(Bench bench) throws Exception {
    try (Loops loops = new Loops()) {
      Channel server = loops.serve(channelOnListener(bench), Echo::new);
      Deviation.unless(server.isActive(), "it is not active");
      return echo(loops, server, KQueueFfmSocketChannel.class);
    }
  }

  private static KQueueFfmServerSocketChannel channelOnListener(Bench bench) throws Exception {
    KernelSocket listener =
        KernelSocket.open(
            bench.kernel(), bench.number(Constant.AF_INET), bench.number(Constant.SOCK_STREAM));
    try {
      listener.bind(tcpAddress());
      listener.listen(16);
      return new KQueueFfmServerSocketChannel(listener.fd());
    } catch (Throwable t) {
      listener.closeAfter(t);
      throw t;
    }
  }

  private static String interrupted(Bench bench) throws Exception {
    Path path = bench.folder().resolve("file");
    Files.writeString(path, "a file's text", StandardCharsets.US_ASCII);
    try (Loops loops = new Loops()) {
      Collector collector = new Collector();
      Channel server = loops.serve(KQueueFfmServerSocketChannel.class, tcpAddress(), Echo::new);
      Channel client =
          loops.connect(KQueueFfmSocketChannel.class, server.localAddress(), collector);
      long length = Files.size(path);
      FileChannel file = FileChannel.open(path);
      client
          .eventLoop()
          .execute(() -> {
            Thread.currentThread().interrupt();
            client.writeAndFlush(new DefaultFileRegion(file, 0, length));
          });
      String text = collector.awaitBytes((int) length).toString(StandardCharsets.US_ASCII);
      Deviation.unless(text.equals("a file's text"), "received: " + text);
      return text;
    }
  }

  private static String left(Bench bench) throws Exception {
    KernelSocket[] local = StructChecks.localPair(bench);
    bench.send(local[0].fd(), "unread");
    local[0].close();
    try (Loops loops = new Loops()) {
      Collector collector = new Collector();
      int fd = bench.kernel().dup(local[1].fd());
      Deviation.unless(fd >= 0, "dup: " + bench.result(fd));
      Channel channel = new KQueueFfmDomainSocketChannel(fd);
      channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
      channel.pipeline().addLast(collector);
      loops.register(channel);
      collector.awaitActive();
      String text = collector.awaitEnd();
      Deviation.unless(text.equals("unread"), "its bytes were: " + text);
      return "active, 6 bytes, end";
    }
  }

  private static String shutdown(Bench bench) throws Exception {
    long before = NativeMemory.live();
    try (Loops loops = new Loops()) {
      Channel server = loops.serve(KQueueFfmServerSocketChannel.class, tcpAddress(), Echo::new);
      for (int i = 0; i < 5; i++) {
        loops.connect(KQueueFfmSocketChannel.class, server.localAddress(), new Collector());
      }
    }
    long left = NativeMemory.live() - before;
    Deviation.unless(left == 0, left + " allocations are left");
    return "with 5 connections open";
  }
}
