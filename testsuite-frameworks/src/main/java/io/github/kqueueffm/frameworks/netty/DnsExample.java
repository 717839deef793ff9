package io.github.kqueueffm.frameworks.netty;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmEventLoopGroup;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.netty.channel.EventLoopGroup;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Netty's resolver, which asks over UDP, and over TCP where an answer was too long for that. */
public final class DnsExample implements AutoCloseable {
  private final EventLoopGroup group = new KQueueFfmEventLoopGroup(1);
  private final DnsNameResolver resolver;

  /**
   * @param servers whom it asks; {@code DnsServerAddressStreamProviders.platformDefault()} for the
   *     system's own
   */
  public DnsExample(DnsServerAddressStreamProvider servers) {
    resolver =
        new DnsNameResolverBuilder(group.next())
            .datagramChannelType(KQueueFfmDatagramChannel.class)
            .socketChannelType(KQueueFfmSocketChannel.class)
            .nameServerProvider(servers)
            .build();
  }

  /** All addresses that a name has. */
  public Future<List<InetAddress>> resolve(String name) {
    return resolver.resolveAll(name);
  }

  @Override
  public void close() {
    resolver.close();
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
