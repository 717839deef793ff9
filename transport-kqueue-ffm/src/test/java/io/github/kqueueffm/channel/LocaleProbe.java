package io.github.kqueueffm.channel;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.kqueueffm.syscall.FileNames;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.File;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What local sockets do with letters that the locale lacks; run in a separate JVM. */
final class LocaleProbe {
  private static final String LETTER_A = "\u00e4";
  private static final String LETTER_O = "\u00f6";

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
  private final Path directory;

  private LocaleProbe(Path directory) {
    this.directory = directory;
  }

  /** Prints what happens in the directory that is its argument. */
  public static void main(String[] args) throws Exception {
    LocaleProbe probe = new LocaleProbe(Path.of(args[0]));
    try {
      System.out.println("encoding: " + System.getProperty("sun.jnu.encoding"));
      probe.run();
    } finally {
      probe.group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
  }

  private void run() throws Exception {
    Channel first = server().bind(named(LETTER_A)).sync().channel();
    Channel second = server().bind(named(LETTER_O)).sync().channel();
    System.out.println("files: " + files());
    System.out.println("told: " + escaped(((DomainSocketAddress) first.localAddress()).path()));
    System.out.println("unbound: " + connect(named("\u00fc")).cause());
    Channel client = connect(named(LETTER_O)).sync().channel();
    regionIsRefused(client);
    client.close().sync();
    first.close().sync();
    second.close().sync();
    System.out.println("files after: " + files());
    System.out.println("java: " + javasOwn());
  }

  private void regionIsRefused(Channel client) throws Exception {
    Path other = Files.writeString(directory.resolve("?"), "another file");
    File wanted = new File(directory.toFile(), LETTER_A);
    System.out.println(
        "region: " + client.writeAndFlush(new DefaultFileRegion(wanted, 0, 5)).await().cause());
    Files.delete(other);
  }

  private String javasOwn() {
    try {
      return "taken " + UnixDomainSocketAddress.of(directory + "/" + LETTER_A);
    } catch (IllegalArgumentException e) {
      return "refused with " + e.getClass().getSimpleName();
    }
  }

  private DomainSocketAddress named(String name) {
    return new DomainSocketAddress(directory + "/" + name);
  }

  private ServerBootstrap server() {
    return new ServerBootstrap()
        .group(group)
        .channel(KQueueFfmServerDomainSocketChannel.class)
        .childHandler(new ChannelInboundHandlerAdapter());
  }

  private ChannelFuture connect(DomainSocketAddress address) throws InterruptedException {
    return new Bootstrap()
        .group(group)
        .channel(KQueueFfmDomainSocketChannel.class)
        .handler(new ChannelInboundHandlerAdapter())
        .connect(address)
        .await();
  }

  private List<String> files() throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> escaped(new String(FileNames.of(file.getFileName()), UTF_8)))
          .sorted()
          .toList();
    }
  }

  private String escaped(String name) {
    return name.replace(directory + "/", "")
        .chars()
        .mapToObj(c -> c < 128 ? Character.toString(c) : String.format("U+%04X", c))
        .collect(Collectors.joining());
  }
}
