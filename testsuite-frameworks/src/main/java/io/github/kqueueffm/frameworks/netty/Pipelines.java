package io.github.kqueueffm.frameworks.netty;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import java.util.function.Consumer;

/** Pipelines as anybody writes them: nothing in them knows the transport. */
final class Pipelines {
  private Pipelines() {}

  /** What sets up the pipeline of each channel that it is given to. */
  static ChannelHandler of(Consumer<ChannelPipeline> setUp) {
    return new ChannelInitializer<Channel>() {
      @Override
      protected void initChannel(Channel channel) {
        setUp.accept(channel.pipeline());
      }
    };
  }
}
