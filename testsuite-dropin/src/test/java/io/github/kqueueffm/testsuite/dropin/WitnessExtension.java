package io.github.kqueueffm.testsuite.dropin;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;

/** Netty's bootstraps find it and show it every channel that they open. */
public final class WitnessExtension extends ChannelInitializerExtension {
  @Override
  public void postInitializeClientChannel(Channel channel) {
    Witness.watch(channel);
  }

  @Override
  public void postInitializeServerChildChannel(Channel channel) {
    Witness.watch(channel);
  }

  @Override
  public void postInitializeServerListenerChannel(ServerChannel channel) {
    Witness.watch(channel);
  }
}
