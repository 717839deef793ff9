package io.github.kqueueffm.channel;

import static io.github.kqueueffm.abi.Constant.SOL_SOCKET;
import static io.github.kqueueffm.abi.Constant.SO_RCVBUF;
import static io.github.kqueueffm.abi.Constant.SO_SNDBUF;

import io.netty.channel.ChannelOption;
import io.netty.channel.unix.DomainDatagramChannelConfig;
import java.util.List;

/** Configuration of a {@link KQueueFfmDomainDatagramChannel}. */
public class KQueueFfmDomainDatagramChannelConfig
    extends AbstractKQueueFfmDatagramChannelConfig<KQueueFfmDomainDatagramChannelConfig>
    implements DomainDatagramChannelConfig {
  private static final List<KernelOption<?>> OPTIONS =
      List.of(
          KernelOption.integer(ChannelOption.SO_RCVBUF, SOL_SOCKET, SO_RCVBUF),
          KernelOption.integer(ChannelOption.SO_SNDBUF, SOL_SOCKET, SO_SNDBUF));

  /** For a subclass, which {@link KQueueFfmDomainDatagramChannel#newConfig()} makes. */
  protected KQueueFfmDomainDatagramChannelConfig(KQueueFfmDomainDatagramChannel channel) {
    super(channel, OPTIONS);
  }
}
