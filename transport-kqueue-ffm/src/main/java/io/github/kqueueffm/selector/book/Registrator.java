package io.github.kqueueffm.selector.book;

import io.github.kqueueffm.selector.ImmediateChanges;
import io.github.kqueueffm.selector.Poller;
import io.github.kqueueffm.syscall.Failures;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;

/**
 * Registers streams with a {@link Selector}, and ends its loop. May be used from any thread, also
 * while another one selects.
 */
public final class Registrator {
  private final Selector selector;
  private final Poller poller;

  Registrator(Selector selector, Poller poller) {
    this.selector = selector;
    this.poller = poller;
  }

  /**
   * Registers a descriptor for one event of each interest, at once. After the event it must be
   * registered again for another one. An earlier registration for the same interest is replaced.
   *
   * @param token what the events carry
   * @throws InterruptedIOException "Poll instance closed." after {@link #closeLoop()} or the
   *     selector's close
   * @throws IOException if the kernel refuses, for example because the descriptor is not open
   */
  public void register(int fd, Token token, Interests interests) throws IOException {
    int result =
        selector.isLoopClosed()
            ? ImmediateChanges.CLOSED
            : poller
                .immediate()
                .arm(fd, token.value(), interests.isReadable(), interests.isWritable());
    if (result == ImmediateChanges.CLOSED) {
      throw closed();
    }
    if (result < 0) {
      String subject = "register fd " + fd + " for " + interests;
      throw Failures.of(poller.kernel().platform(), "kevent", subject, result);
    }
  }

  /**
   * The same with a stream, which is deregistered when it is closed.
   *
   * @throws ClosedChannelException if the stream is closed
   */
  public void register(TcpStream stream, Token token, Interests interests) throws IOException {
    stream.register(this, token, interests);
  }

  /**
   * Removes what is registered for a descriptor that is about to be closed. Has to be called
   * <em>before</em> close(2) by those who registered a bare descriptor: while a duplicate of it is
   * open, the kqueue over epoll would go on reporting it. Does nothing if the selector is closed.
   */
  public void forget(int fd) {
    poller.immediate().forget(fd);
  }

  /**
   * Ends the loop: wakes the thread that selects, and lets no select wait from now on. The selector
   * must still be closed.
   *
   * @throws InterruptedIOException "Poll instance closed." if it was ended before
   */
  public void closeLoop() throws IOException {
    if (!selector.closeLoop()) {
      throw closed();
    }
  }

  /** Whether the loop was ended. */
  public boolean isClosed() {
    return selector.isLoopClosed();
  }

  private static InterruptedIOException closed() {
    return new InterruptedIOException("Poll instance closed.");
  }
}
