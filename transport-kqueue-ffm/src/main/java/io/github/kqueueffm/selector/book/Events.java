package io.github.kqueueffm.selector.book;

import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Room for the events of one {@link Selector#select(Events) select}, in native memory, which {@link
 * #close()} frees. Each select overwrites the events before.
 *
 * <p>For one thread at a time, and for selectors of one kernel.
 */
public final class Events implements Iterable<Event>, AutoCloseable {
  final io.github.kqueueffm.selector.Events events;

  /**
   * Makes room; the memory is allocated by the first select.
   *
   * @param capacity the most events that one select returns; fewer than 4 are made 4
   * @throws IllegalArgumentException if it is not positive
   */
  public Events(int capacity) {
    events = new io.github.kqueueffm.selector.Events(capacity);
  }

  /** How many events the last select returned. */
  public int size() {
    return events.size();
  }

  /** The most events that one select returns; at least 4, also if fewer were asked for. */
  public int capacity() {
    return events.capacity();
  }

  /** The event's {@code udata}: the token's value. */
  public long token(int index) {
    return events.token(index);
  }

  /** The descriptor. */
  public long ident(int index) {
    return events.ident(index);
  }

  /** The filter, in the platform's number. */
  public int filter(int index) {
    return events.filter(index);
  }

  /** The flags, in the platform's bits; the kernel may give back some of those that were set. */
  public int flags(int index) {
    return events.flags(index);
  }

  /** The filter's flags; of an end of stream the errno, where the kernel says it. */
  public int fflags(int index) {
    return events.fflags(index);
  }

  /**
   * The filter's data, such as the bytes to read, or 0 on the kqueue over epoll; of an {@linkplain
   * #isError error} the errno.
   */
  public long data(int index) {
    return events.data(index);
  }

  /**
   * Whether a read is due: it will give bytes, the end of the stream or an error, or, after a
   * spurious event, that it would block.
   */
  public boolean isReadable(int index) {
    return events.isReadable(index);
  }

  /** Whether a write or the look at a connect's result is due. */
  public boolean isWritable(int index) {
    return events.isWritable(index);
  }

  /**
   * Whether the kernel says that this direction has come to its end. A hint: bytes may be left, and
   * only a read says that the stream has ended.
   */
  public boolean isEof(int index) {
    return events.isEof(index);
  }

  /**
   * The errno that an {@linkplain #isEof end} carries, 0 if it carries none. libkqueue takes it
   * from the socket: there a read gives nothing but an end, or that it would block.
   */
  public int eofErrno(int index) {
    return events.eofErrno(index);
  }

  /** Whether this reports a change that failed; {@link #data} is then the errno. */
  public boolean isError(int index) {
    return events.isError(index);
  }

  /** Copies of the events, in their order; each is an object. */
  @Override
  public Iterator<Event> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < size();
      }

      @Override
      public Event next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return new Event(Events.this, next++);
      }
    };
  }

  /**
   * Frees the memory; not while a select uses it. The events are gone, and it is not used again.
   */
  @Override
  public void close() {
    events.close();
  }
}
