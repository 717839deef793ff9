package io.github.kqueueffm.containers;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;

/** Sends messages to a server that it knows by name, checks their echo and ends. */
public final class EchoClient {
  /** How the line begins that is printed when all came back. */
  static final String DONE = "echoed by ";

  private static final PrintStream OUT = System.out;
  private static final int[] MESSAGES = {1, 1_000, 1_000_000};

  private EchoClient() {}

  /**
   * Ends with status 0 if every byte came back.
   *
   * @param arguments the server's name, its port, and who resolves the name: {@code jdk} or {@code
   *     netty}
   */
  public static void main(String[] arguments) throws Exception {
    Transport transport = Transport.chosen();
    EventLoopGroup loops = transport.loops(1);
    try (AddressResolverGroup<?> resolver = resolver(transport, arguments[2])) {
      Channel channel =
          new Bootstrap()
              .group(loops)
              .channel(transport.socket())
              .resolver(resolver)
              .handler(new ChannelInboundHandlerAdapter())
              .connect(arguments[0], Integer.parseInt(arguments[1]))
              .sync()
              .channel();
      for (int bytes : MESSAGES) {
        EchoStream.exchange(channel, bytes).get(30, TimeUnit.SECONDS);
      }
      OUT.println(
          DONE + channel.remoteAddress() + " through " + channel.getClass().getSimpleName() + ' ');
    } finally {
      loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
  }

  private static AddressResolverGroup<?> resolver(Transport transport, String name) {
    return switch (name) {
      case "jdk" -> DefaultAddressResolverGroup.INSTANCE;
      case "netty" ->
          new DnsAddressResolverGroup(
              transport.datagram(), DnsServerAddressStreamProviders.platformDefault());
      default -> throw new IllegalArgumentException(name + ": neither jdk nor netty");
    };
  }
}
