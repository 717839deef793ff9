package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KeventLayout;

/**
 * One kqueue: kevent(2) with its arrays in native memory, whoever serves it.
 *
 * <p>{@link #kevent} may be called from several threads at once; {@link #close()} only when no call
 * is under way.
 */
public interface Kqueue extends AutoCloseable {

  /**
   * kevent(2).
   *
   * @param changes address of {@code nchanges} structs in this {@link #layout()}
   * @param events address of room for {@code nevents} structs, of which there are none or at least
   *     {@code nchanges}; 0 with {@code nevents} 0, when the call does not wait
   * @param timespec address of the time-out, or 0 to wait for ever
   * @return the number of events, or the negative errno
   */
  int kevent(long changes, int nchanges, long events, int nevents, long timespec);

  /**
   * The same call through the kernel {@linkplain Kernel#forThread() for the calling thread}, which
   * saves the look-up of that thread's errno.
   */
  default int kevent(
      Kernel caller, long changes, int nchanges, long events, int nevents, long timespec) {
    return kevent(changes, nchanges, events, nevents, timespec);
  }

  /**
   * Has to be called before the descriptor is closed, on whichever thread closes it. Its knotes are
   * gone afterwards, without an event.
   */
  void forget(int fd);

  /**
   * Whether a change by one thread waits until the wait of another one is over. So the waiting
   * thread has to be woken first, by other means than a change.
   */
  default boolean changesAwaitWaits() {
    return false;
  }

  /**
   * Has to be called when a registration of the descriptor has been cancelled and its knotes were
   * deleted: a provider that remembers the descriptor without a knote takes it out, since the
   * descriptor may be closed without {@link #forget} from now on. Knotes that others have of it
   * stay.
   */
  void release(int fd);

  /**
   * Whether both filters of a descriptor share a registration, so that a change or a delivery of
   * EVFILT_WRITE takes from an EVFILT_READ with EV_CLEAR that it tells arrivals and the end alone.
   * Added anew, it has it again.
   */
  default boolean sharesFilters() {
    return false;
  }

  KeventLayout layout();

  /** Who serves the calls, in a word or two for people. */
  String describe();

  /** Closes the descriptors and frees the memory behind it. */
  @Override
  void close();
}
