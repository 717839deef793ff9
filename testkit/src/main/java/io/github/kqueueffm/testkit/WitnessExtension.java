package io.github.kqueueffm.testkit;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Records every channel that Netty's bootstraps open in this JVM. They find it as a service with
 * {@code -Dio.netty.bootstrap.extensions=serviceload}.
 */
public final class WitnessExtension extends ChannelInitializerExtension {
  private static final List<Carried> CHANNELS = new CopyOnWriteArrayList<>();

  /** Records a channel that was not opened by a bootstrap. To be called before it carries data. */
  public static void see(Channel channel) {
    Carried carried = new Carried(channel);
    CHANNELS.add(carried);
    channel.pipeline().addFirst(carried);
  }

  /**
   * {@return the channels so far, in the order in which they were opened} Later channels are
   * appended.
   */
  public static List<Carried> channels() {
    return List.copyOf(CHANNELS);
  }

  @Override
  public void postInitializeClientChannel(Channel channel) {
    see(channel);
  }

  @Override
  public void postInitializeServerListenerChannel(ServerChannel channel) {
    see(channel);
  }

  @Override
  public void postInitializeServerChildChannel(Channel channel) {
    see(channel);
  }
}
