package io.github.kqueueffm.demo;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.util.AttributeKey;

/** The pipeline of both ports. It does not depend on the transport. */
final class DemoInitializer extends ChannelInitializer<Channel> {
  /** Set on the connections to the port without HTTP. */
  static final AttributeKey<Boolean> RAW = AttributeKey.valueOf(DemoInitializer.class, "RAW");

  static final int MAX_BODY_BYTES = 1 << 20;

  @Override
  protected void initChannel(Channel channel) {
    ChannelPipeline pipeline = channel.pipeline();
    if (channel.hasAttr(RAW)) {
      pipeline.addLast(new RawEcho());
    } else {
      pipeline.addLast(
          new HttpServerCodec(),
          new HttpServerKeepAliveHandler(),
          new HttpObjectAggregator(MAX_BODY_BYTES),
          new HttpRoutes());
    }
  }
}
