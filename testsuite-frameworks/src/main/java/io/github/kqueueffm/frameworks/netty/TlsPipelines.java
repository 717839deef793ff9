package io.github.kqueueffm.frameworks.netty;

import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.SslContext;

/** TLS around any other pipeline. */
final class TlsPipelines {
  private TlsPipelines() {}

  static ChannelHandler server(SslContext ssl, ChannelHandler inside) {
    return Pipelines.of(
        pipeline -> pipeline.addLast(ssl.newHandler(pipeline.channel().alloc()), inside));
  }

  /** The certificate has to be the host's. */
  static ChannelHandler client(SslContext ssl, String host, ChannelHandler inside) {
    return Pipelines.of(
        pipeline -> pipeline.addLast(ssl.newHandler(pipeline.channel().alloc(), host, -1), inside));
  }
}
