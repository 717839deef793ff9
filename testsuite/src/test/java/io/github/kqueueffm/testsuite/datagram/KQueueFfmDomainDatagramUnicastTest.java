package io.github.kqueueffm.testsuite.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testsuite.harness.KQueueFfmSocketTestPermutation;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.unix.DomainDatagramChannel;
import io.netty.channel.unix.DomainDatagramPacket;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.tests.UnixTestUtils;
import io.netty.testsuite.transport.TestsuitePermutation.BootstrapComboFactory;
import io.netty.testsuite.transport.socket.DatagramUnicastTest;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

class KQueueFfmDomainDatagramUnicastTest extends DatagramUnicastTest {

  @Override
  protected SocketAddress newSocketAddress() {
    return UnixTestUtils.newDomainSocketAddress();
  }

  @Override
  protected List<BootstrapComboFactory<Bootstrap, Bootstrap>> newFactories() {
    return KQueueFfmSocketTestPermutation.INSTANCE.domainDatagram();
  }

  @Override
  protected boolean isConnected(Channel channel) {
    return ((DomainDatagramChannel) channel).isConnected();
  }

  /** connect(2) with AF_UNSPEC does not end a connection of local datagram sockets everywhere. */
  @Override
  protected boolean supportDisconnect() {
    return false;
  }

  @Override
  protected Channel setupClientChannel(
      Bootstrap cb, byte[] bytes, CountDownLatch latch, AtomicReference<Throwable> failure)
      throws Throwable {
    cb.handler(new Receiver(bytes, null, false, latch, failure));
    return cb.bind(newSocketAddress()).sync().channel();
  }

  @Override
  protected Channel setupServerChannel(
      Bootstrap sb,
      byte[] bytes,
      SocketAddress sender,
      CountDownLatch latch,
      AtomicReference<Throwable> failure,
      boolean echo)
      throws Throwable {
    sb.handler(new Receiver(bytes, sender, echo, latch, failure));
    return sb.bind(newSocketAddress()).sync().channel();
  }

  @Override
  protected ChannelFuture write(
      Channel channel, ByteBuf buffer, SocketAddress remote, WrapType wrapType) {
    ByteBuf wrapped =
        switch (wrapType) {
          case DUP -> buffer.retainedDuplicate();
          case SLICE -> buffer.retainedSlice();
          case READ_ONLY -> buffer.retain().asReadOnly();
          case NONE -> buffer.retain();
        };
    return channel.write(new DomainDatagramPacket(wrapped, (DomainSocketAddress) remote));
  }

  /** Checks each datagram and, on the server's side, whose it is and sends it back. */
  private static final class Receiver extends SimpleChannelInboundHandler<DomainDatagramPacket> {
    private final byte[] bytes;
    private final SocketAddress sender;
    private final boolean echo;
    private final CountDownLatch latch;
    private final AtomicReference<Throwable> failure;

    Receiver(
        byte[] bytes,
        SocketAddress sender,
        boolean echo,
        CountDownLatch latch,
        AtomicReference<Throwable> failure) {
      this.bytes = bytes;
      this.sender = sender;
      this.echo = echo;
      this.latch = latch;
      this.failure = failure;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DomainDatagramPacket packet) {
      try {
        assertThat(ByteBufUtil.getBytes(packet.content())).isEqualTo(bytes);
        assertThat(packet.recipient()).isEqualTo(ctx.channel().localAddress());
        if (sender != null) {
          assertThat(packet.sender()).isEqualTo(sender);
        }
        if (echo) {
          ctx.writeAndFlush(
              new DomainDatagramPacket(packet.content().retainedDuplicate(), packet.sender()));
        }
      } catch (Throwable t) {
        failure.compareAndSet(null, t);
      } finally {
        latch.countDown();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      failure.compareAndSet(null, cause);
    }
  }
}
