package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KeventLayout;

/**
 * One kqueue of any provider: kevent(2) with its arrays in native memory.
 *
 * <p>Several threads may call {@link #kevent} at the same time. {@link #close()} may be called only
 * when no other call is running.
 */
public interface Kqueue extends AutoCloseable {

  /**
   * kevent(2).
   *
   * @param changes address of {@code nchanges} structs in this {@link #layout()}
   * @param events address of memory for {@code nevents} structs, at least {@code nchanges} of them;
   *     or 0 with {@code nevents} 0, in which case the call does not wait
   * @param timespec address of the time-out, or 0 to wait for ever
   * @return the number of events, or the negative errno
   */
  int kevent(long changes, int nchanges, long events, int nevents, long timespec);

  /**
   * The same call through the kernel {@linkplain Kernel#forThread() for the calling thread}. This
   * saves the look-up of the thread's errno segment.
   */
  default int kevent(
      Kernel caller, long changes, int nchanges, long events, int nevents, long timespec) {
    return kevent(changes, nchanges, events, nevents, timespec);
  }

  /**
   * Removes the knotes of a descriptor without an event. It has to be called before the descriptor
   * is closed, by the thread that closes it.
   */
  void forget(int fd);

  /**
   * Whether a change by one thread blocks until the wait of another thread is over. The waiting
   * thread then has to be woken first, by other means than a change.
   */
  default boolean changesAwaitWaits() {
    return false;
  }

  /**
   * Has to be called after a registration of the descriptor was cancelled and its knotes were
   * deleted. A provider that keeps a descriptor without knotes removes it, because it may be closed
   * without {@link #forget} from now on. Knotes of other registrations stay.
   */
  void release(int fd);

  /**
   * Whether both filters of a descriptor share one registration. After a change or a delivery of
   * EVFILT_WRITE, an EVFILT_READ with EV_CLEAR then reports more than new data and the end of the
   * stream. Adding it again restores it.
   */
  default boolean sharesFilters() {
    return false;
  }

  KeventLayout layout();

  /** {@return a short name of the provider, for people} */
  String describe();

  /** Closes the kqueue's descriptors and frees its memory. */
  @Override
  void close();
}
