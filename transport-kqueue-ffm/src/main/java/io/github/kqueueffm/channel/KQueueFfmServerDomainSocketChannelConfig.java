package io.github.kqueueffm.channel;

/** Configuration of a {@link KQueueFfmServerDomainSocketChannel}. */
public class KQueueFfmServerDomainSocketChannelConfig
    extends KQueueFfmServerChannelConfig<KQueueFfmServerDomainSocketChannelConfig> {

  protected KQueueFfmServerDomainSocketChannelConfig(KQueueFfmServerDomainSocketChannel channel) {
    super(channel, OPTIONS);
  }
}
