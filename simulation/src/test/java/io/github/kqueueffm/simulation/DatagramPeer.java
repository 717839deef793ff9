package io.github.kqueueffm.simulation;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.SplittableRandom;

/** A datagram channel of ours that changes its peer and its groups, and sends where no one is. */
final class DatagramPeer extends ChannelInboundHandlerAdapter {
  private final Conversation talk;
  private final SplittableRandom random;
  private DatagramChannel channel;
  private int left = 12;

  DatagramPeer(Conversation talk, SplittableRandom random) {
    this.talk = talk;
    this.random = random;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    channel = (DatagramChannel) ctx.channel();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    talk.event();
    ReferenceCountUtil.release(message);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    talk.explain("peer of datagrams", cause);
  }

  /** Does one thing, and the next one when that is done. On the channel's loop. */
  void act() {
    if (talk.isCalm() || left-- == 0 || !channel.isActive()) {
      return;
    }
    ChannelFuture done =
        switch (random.nextInt(7)) {
          case 0 -> channel.connect(address("127.0.0.1"));
          case 1 -> channel.connect(address("::1"));
          case 2 -> channel.disconnect();
          case 3 -> channel.joinGroup(InetAddress.ofLiteral("224.0.0.77"));
          case 4 -> channel.leaveGroup(InetAddress.ofLiteral("224.0.0.77"));
          default -> send(channel);
        };
    done.addListener(result -> {
      talk.event();
      if (!result.isSuccess()) {
        talk.explain("peer of datagrams", result.cause());
      }
      act();
    });
  }

  private ChannelFuture send(Channel to) {
    return to.writeAndFlush(talk.buffers().directBuffer(20).writeZero(20));
  }

  private InetSocketAddress address(String host) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), 1 + random.nextInt(9));
  }
}
