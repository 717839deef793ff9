package io.github.kqueueffm.channel;

import io.netty.channel.unix.DomainDatagramChannelConfig;

/** Configuration of a {@link KQueueFfmDomainDatagramChannel}. */
public class KQueueFfmDomainDatagramChannelConfig
    extends AbstractKQueueFfmDatagramChannelConfig<KQueueFfmDomainDatagramChannelConfig>
    implements DomainDatagramChannelConfig {
  private static final OptionTable OPTIONS = new OptionTable(OptionTable.Kind.DOMAIN_DATAGRAM);

  /** For a subclass, which {@link KQueueFfmDomainDatagramChannel#newConfig()} makes. */
  protected KQueueFfmDomainDatagramChannelConfig(KQueueFfmDomainDatagramChannel channel) {
    super(channel, OPTIONS);
  }
}
