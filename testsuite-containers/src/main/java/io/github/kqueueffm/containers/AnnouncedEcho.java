package io.github.kqueueffm.containers;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import java.net.InetSocketAddress;

/** Says in a line what the proxy announced and who the peer really is, then echoes. */
final class AnnouncedEcho extends EchoHandler {
  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof HAProxyMessage announced) {
      context.write(
          ByteBufUtil.writeUtf8(context.alloc(), line(context, announced)), context.voidPromise());
      announced.release();
    } else {
      super.channelRead(context, message);
    }
  }

  private static String line(ChannelHandlerContext context, HAProxyMessage announced) {
    InetSocketAddress peer = (InetSocketAddress) context.channel().remoteAddress();
    return String.join(
            " ",
            announced.protocolVersion().name(),
            announced.proxiedProtocol().name(),
            announced.sourceAddress(),
            announced.destinationAddress(),
            Integer.toString(announced.destinationPort()),
            peer.getAddress().getHostAddress())
        + '\n';
  }
}
