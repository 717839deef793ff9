package io.github.kqueueffm.frameworks;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** At the end of a client's pipeline: keeps what comes for the test, failures and events too. */
public final class Inbox<T, R> extends SimpleChannelInboundHandler<T> {
  private static final int SECONDS = 60;

  private final Function<T, R> reader;
  private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
  private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

  /**
   * @param reader makes of a message what the test wants to keep of it
   */
  public Inbox(Class<T> type, Function<T, R> reader) {
    super(type);
    this.reader = reader;
  }

  /** The next message; fails if the pipeline failed or was closed in its place. */
  @SuppressWarnings("unchecked")
  public R next() throws IOException, InterruptedException {
    return (R) taken(received);
  }

  /** Waits for an event of the pipeline, past others. */
  public void awaitEvent(Object event) throws IOException, InterruptedException {
    while (!event.equals(taken(events))) {}
  }

  private static Object taken(BlockingQueue<Object> queue)
      throws IOException, InterruptedException {
    Object next = queue.poll(SECONDS, TimeUnit.SECONDS);
    if (next == null) {
      throw new IOException("nothing came for " + SECONDS + " s");
    }
    if (next instanceof Throwable failure) {
      queue.add(failure);
      throw new IOException(failure);
    }
    return next;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, T message) {
    received.add(reader.apply(message));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    events.add(event);
    super.userEventTriggered(context, event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    fail(new IOException("closed"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    fail(cause);
    context.close();
  }

  private void fail(Throwable cause) {
    received.add(cause);
    events.add(cause);
  }
}
