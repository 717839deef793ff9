package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.util.Arrays;
import java.util.Objects;

/**
 * Room for the events of one {@link Poller#select select}, in native memory, which {@link #close()}
 * frees. Each select overwrites the events before.
 *
 * <p>For one thread at a time, and for pollers of one kernel.
 */
public final class Events implements AutoCloseable {
  private final int capacity;
  private final Registration[] registrations;
  private KeventLayout layout;
  private KqueueConstants c;
  private long address;
  private int structSize;
  private int size;
  private boolean closed;

  /**
   * Makes room; the memory is allocated by the first select.
   *
   * @param capacity the most events that one select returns; fewer than 4 are made 4, so that the
   *     changes of one registration fit into one call
   * @throws IllegalArgumentException if it is not positive
   */
  public Events(int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity " + capacity + ": at least 1 is needed");
    }
    this.capacity = Math.max(capacity, Registration.MAX_CHANGES);
    registrations = new Registration[this.capacity];
  }

  /** The number of events that the last select returned. */
  public int size() {
    return size;
  }

  /** The most events that one select returns; at least 4, also if fewer were asked for. */
  public int capacity() {
    return capacity;
  }

  /** The event's {@code udata}: a user's token, or the id of a {@link Registration}. */
  public long token(int index) {
    return layout.udata(at(index));
  }

  /** The descriptor, or what else identifies the knote of its filter. */
  public long ident(int index) {
    return layout.ident(at(index));
  }

  /** The filter, in the platform's number. */
  public int filter(int index) {
    return layout.filter(at(index));
  }

  /** The flags, in the platform's bits; the kernel may give back some of those that were set. */
  public int flags(int index) {
    return layout.flags(at(index));
  }

  /** The filter's flags; for an end of stream the errno, if the kernel reports it. */
  public int fflags(int index) {
    return layout.fflags(at(index));
  }

  /**
   * The filter's data, such as the number of bytes to read, which is 0 on the embedded kqueue; for
   * an {@linkplain #isError error} the errno.
   */
  public long data(int index) {
    return layout.data(at(index));
  }

  /**
   * Whether a read is due: it will give bytes, the end of the stream or an error, or, after a
   * spurious event, that it would block.
   */
  public boolean isReadable(int index) {
    return filter(index) == c.read && !c.isReceipt(flags(index), data(index));
  }

  /** Whether a write or the look at a connect's result is due. */
  public boolean isWritable(int index) {
    return filter(index) == c.write && !c.isReceipt(flags(index), data(index));
  }

  /**
   * Whether the kernel reports the end of this direction. It is a hint: bytes may be left, and only
   * a read shows the end of the stream.
   */
  public boolean isEof(int index) {
    return c.isEof(flags(index));
  }

  /**
   * The errno that an {@linkplain #isEof end} carries, 0 if it carries none. libkqueue takes it
   * from the socket: a later read then shows only an end, or that it would block.
   */
  public int eofErrno(int index) {
    return isEof(index) ? c.errnoOfEof(fflags(index)) : 0;
  }

  /** Whether this reports a change that failed; {@link #data} is then the errno. */
  public boolean isError(int index) {
    return c.isError(flags(index), data(index));
  }

  /**
   * The registration that it is for.
   *
   * @return {@code null} if there is none: it was cancelled, even after this batch was selected, or
   *     the token is a user's
   */
  public Registration registration(int index) {
    Registration registration = registrations[Objects.checkIndex(index, size)];
    return registration != null && registration.isValid() ? registration : null;
  }

  /**
   * Frees the memory; not while a select uses it. The events are gone, and it is not used again.
   */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    size = 0;
    if (address != 0) {
      NativeMemory.free(address);
      address = 0;
    }
  }

  /** Empties it for a select. */
  void begin(KqueueConstants c, KeventLayout layout) {
    Arrays.fill(registrations, 0, size, null);
    size = 0;
    if (this.layout != layout) {
      bind(c, layout);
    }
  }

  private void bind(KqueueConstants c, KeventLayout layout) {
    if (closed) {
      throw new IllegalStateException("these Events are closed; make others");
    }
    if (address == 0) {
      structSize = layout.size();
      address = NativeMemory.allocate((long) capacity * structSize);
    } else if (this.c.platform != c.platform || structSize != layout.size()) {
      throw new IllegalArgumentException(
          "these Events are laid out for "
              + this.c.platform
              + ", not for "
              + c.platform
              + "; make others");
    }
    this.layout = layout;
    this.c = c;
  }

  long address() {
    if (closed) {
      throw new IllegalStateException("these Events are closed; make others");
    }
    return address;
  }

  /** Where a struct is that the kernel has just written. */
  long raw(int index) {
    return address + (long) index * structSize;
  }

  /** Takes a struct that the kernel has written as the next event. */
  void keep(int index, Registration registration) {
    if (index != size) {
      Memory.copy(raw(index), raw(size), structSize);
    }
    registrations[size++] = registration;
  }

  private long at(int index) {
    return raw(Objects.checkIndex(index, size));
  }
}
