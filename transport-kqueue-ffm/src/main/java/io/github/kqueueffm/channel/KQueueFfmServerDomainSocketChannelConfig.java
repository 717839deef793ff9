package io.github.kqueueffm.channel;

/** Configuration of a {@link KQueueFfmServerDomainSocketChannel}. */
public class KQueueFfmServerDomainSocketChannelConfig
    extends KQueueFfmServerChannelConfig<KQueueFfmServerDomainSocketChannelConfig> {
  private static final OptionTable OPTIONS = new OptionTable(OptionTable.Kind.SERVER_DOMAIN_SOCKET);

  /** For a subclass, which {@link KQueueFfmServerDomainSocketChannel#newConfig()} makes. */
  protected KQueueFfmServerDomainSocketChannelConfig(KQueueFfmServerDomainSocketChannel channel) {
    super(channel, OPTIONS);
  }
}
