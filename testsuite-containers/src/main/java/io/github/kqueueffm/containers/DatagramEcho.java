package io.github.kqueueffm.containers;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;

/** Sends every datagram back to where it came from. */
final class DatagramEcho extends SimpleChannelInboundHandler<DatagramPacket> {
  @Override
  protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
    context.writeAndFlush(
        new DatagramPacket(packet.content().retain(), packet.sender()), context.voidPromise());
  }
}
