package io.github.kqueueffm.channel;

import io.netty.channel.Channel;
import io.netty.channel.DefaultChannelPipeline;

/** A pipeline that closes the received descriptors that reach its end. */
final class DescriptorPipeline extends DefaultChannelPipeline {

  DescriptorPipeline(Channel channel) {
    super(channel);
  }

  @Override
  protected void onUnhandledInboundMessage(Object message) {
    if (message instanceof ReceivedFileDescriptor descriptor) {
      DescriptorReader.discard(descriptor);
    }
    super.onUnhandledInboundMessage(message);
  }
}
