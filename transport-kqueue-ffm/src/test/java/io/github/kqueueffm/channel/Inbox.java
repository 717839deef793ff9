package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;
import io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What a datagram channel delivered, to be taken by the test's thread. */
@ChannelHandler.Sharable
class Inbox extends ChannelInboundHandlerAdapter {
  private static final long SECONDS = 10;

  private final BlockingQueue<Letter> letters = new LinkedBlockingQueue<>();
  private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
  final AtomicInteger readCompletes = new AtomicInteger();
  final AtomicInteger activations = new AtomicInteger();
  final AtomicInteger inactivations = new AtomicInteger();

  /** A datagram's text and addresses. */
  record Letter(String text, SocketAddress sender, SocketAddress recipient) {}

  @Override
  public void channelActive(ChannelHandlerContext context) {
    activations.incrementAndGet();
    context.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    inactivations.incrementAndGet();
    context.fireChannelInactive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      AddressedEnvelope<?, ?> envelope = (AddressedEnvelope<?, ?>) message;
      ByteBuf content = (ByteBuf) envelope.content();
      letters.add(
          new Letter(
              content.toString(StandardCharsets.UTF_8), envelope.sender(), envelope.recipient()));
      received(context, message);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  /** For what a test does on the loop's thread. */
  void received(ChannelHandlerContext context, Object message) {}

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    readCompletes.incrementAndGet();
    context.fireChannelReadComplete();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    failures.add(cause);
  }

  Letter letter() throws InterruptedException {
    Letter letter = letters.poll(SECONDS, TimeUnit.SECONDS);
    assertThat(letter).as("a datagram; failures so far: %s", failures).isNotNull();
    return letter;
  }

  String text() throws InterruptedException {
    return letter().text();
  }

  Throwable failure() throws InterruptedException {
    Throwable failure = failures.poll(SECONDS, TimeUnit.SECONDS);
    assertThat(failure).as("a failure").isNotNull();
    return failure;
  }

  void assertEmpty() {
    assertThat(letters).isEmpty();
    assertThat(failures).isEmpty();
  }

  /** The same as an answer to each datagram. */
  static final class Echo extends Inbox {

    @Override
    void received(ChannelHandlerContext context, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      context.writeAndFlush(new DatagramPacket(packet.content().retain(), packet.sender()));
    }
  }
}
