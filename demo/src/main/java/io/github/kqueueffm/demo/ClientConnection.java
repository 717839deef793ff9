package io.github.kqueueffm.demo;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.util.List;

/**
 * One connection of the client. It sends a request, checks the bytes of the answer as they arrive,
 * and sends the next request, until it is stopped.
 */
final class ClientConnection extends SimpleChannelInboundHandler<ByteBuf> {
  private final Load load;
  private final List<Exchange> exchanges;
  private int next;
  private Exchange current;
  private int checked;
  private long sentAt;

  /**
   * @param first the exchange to begin with
   */
  ClientConnection(Load load, List<Exchange> exchanges, int first) {
    this.load = load;
    this.exchanges = exchanges;
    this.next = first;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    sendNext(context);
  }

  private void sendNext(ChannelHandlerContext context) {
    current = exchanges.get(next++ % exchanges.size());
    checked = 0;
    sentAt = System.nanoTime();
    context.writeAndFlush(current.request().duplicate(), context.voidPromise());
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf received)
      throws WrongAnswerException {
    if (current == null) {
      throw new WrongAnswerException("received bytes without a request");
    }
    current.check(checked, received);
    checked += received.readableBytes();
    if (checked == current.answerBytes()) {
      answered(context);
    }
  }

  private void answered(ChannelHandlerContext context) {
    load.answered(System.nanoTime() - sentAt);
    if (load.isStopping()) {
      current = null;
      context.close();
    } else {
      sendNext(context);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (current == null) {
      load.finished();
    } else {
      load.failed(
          new WrongAnswerException(
              "the connection was closed after %d of %d bytes of an answer"
                  .formatted(checked, current.answerBytes())));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    load.failed(cause);
    context.close();
  }
}
