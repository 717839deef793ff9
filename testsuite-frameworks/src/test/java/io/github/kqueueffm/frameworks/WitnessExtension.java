package io.github.kqueueffm.frameworks;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;

/**
 * Found by Netty's bootstraps: shows every channel that they open to the witness, if there is one.
 */
public final class WitnessExtension extends ChannelInitializerExtension {
  @Override
  public void postInitializeClientChannel(Channel channel) {
    Witness.see(channel);
  }

  @Override
  public void postInitializeServerListenerChannel(ServerChannel channel) {
    Witness.see(channel);
  }

  @Override
  public void postInitializeServerChildChannel(Channel channel) {
    Witness.see(channel);
  }
}
