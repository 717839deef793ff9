package io.github.kqueueffm.selector.book;

import io.github.kqueueffm.selector.Poller;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedSelectorException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Waits for the readiness of many descriptors with one kqueue. Streams are registered under tokens
 * by a {@link Registrator}, and {@link #select(Events)} gives their events.
 *
 * <p>One thread at a time selects; it need not always be the same. {@link #wakeup()}, {@link
 * #close()} and the registrator may be used from any thread.
 */
public final class Selector implements AutoCloseable {
  private static final long FOR_EVER = -1;

  private final Poller poller;
  private final Registrator registrator;
  private final AtomicBoolean loopClosed = new AtomicBoolean();

  Selector(Poller poller) {
    this.poller = poller;
    registrator = new Registrator(this, poller);
  }

  /**
   * Opens one on the system's kqueue, on Linux on libkqueue's or on the one over epoll.
   *
   * @throws UnsupportedOperationException if there is none, or if the wakeup that {@code
   *     -Dio.github.kqueueffm.wakeup} forces does not work here
   * @throws IllegalArgumentException if that property is none of timer, user and pipe
   */
  public static Selector open() throws IOException {
    return open(Kernels.system());
  }

  static Selector open(Kernel kernel) throws IOException {
    return new Selector(Poller.open(kernel));
  }

  /** Registers streams under tokens, from any thread. */
  public Registrator registrator() {
    return registrator;
  }

  /**
   * Waits until there are events.
   *
   * @return how many; 0 after {@link #wakeup()}, {@link Registrator#closeLoop()} or a signal
   * @throws ClosedSelectorException if this selector is closed
   */
  public int select(Events events) throws IOException {
    return selectNanos(events, FOR_EVER);
  }

  /**
   * Waits until there are events or the time is over.
   *
   * @param timeoutMillis 0 does not wait
   * @return how many; 0 when the time is over, and as {@link #select(Events)} says
   * @throws IllegalArgumentException if the time is negative
   */
  public int select(Events events, int timeoutMillis) throws IOException {
    if (timeoutMillis < 0) {
      throw new IllegalArgumentException(
          "timeoutMillis " + timeoutMillis + ": select(events) waits for ever");
    }
    return selectNanos(events, TimeUnit.MILLISECONDS.toNanos(timeoutMillis));
  }

  /**
   * The same with nanoseconds.
   *
   * @param nanos 0 does not wait, a negative number waits for ever
   */
  public int selectNanos(Events events, long nanos) throws IOException {
    long start = nanos > 0 ? poller.kernel().nanoTime() : 0;
    long left = nanos;
    int count;
    do {
      count = poller.select(events.events, left, null);
      left = nanos > 0 ? Math.max(nanos - (poller.kernel().nanoTime() - start), 0) : nanos;
      // The kernel's wait can be shorter: a day at most, a late wakeup, an error that is dropped.
    } while (count == 0 && left != 0 && !poller.wasDisturbed() && !loopClosed.get());
    return count;
  }

  /**
   * Ends the wait of the thread that selects. If it does not wait now, the next select does not
   * wait. From any thread; costs at most one system call per wait, and none while no thread waits.
   * Does nothing after {@link #close()}.
   *
   * @throws UncheckedIOException if the system call fails, for lack of memory
   */
  public void wakeup() {
    poller.wakeup();
  }

  /** What it rests on, in one line for people. */
  public String describe() {
    return poller.describe();
  }

  /**
   * Closes the kqueue, after all threads that are in here have been waited for; one that selects is
   * woken up. The descriptors that were registered stay open. A second time does nothing.
   */
  @Override
  public void close() {
    loopClosed.set(true);
    poller.close();
  }

  /** Ends the loop; false if it was ended before. */
  boolean closeLoop() {
    if (!loopClosed.compareAndSet(false, true)) {
      return false;
    }
    poller.endSleeps();
    wakeup();
    return true;
  }

  boolean isLoopClosed() {
    return loopClosed.get();
  }

  /** {@return what it rests on and whether it sleeps} */
  @Override
  public String toString() {
    return "Selector (" + poller.describeState() + ")";
  }
}
