package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.KqueueConstants;

/**
 * A descriptor in a {@link Poller}, under an id that is never used again.
 *
 * <p>Interest is state: {@link #read(Interest)} and {@link #write(Interest)} say what is wanted,
 * and the next kevent call sends the kernel the difference. A one-shot interest is {@link
 * Interest#NONE} again once its event was delivered, or its change has failed.
 *
 * <p>For the thread that selects, and none of it blocks; {@link #id()}, {@link #ident()}, {@link
 * #attachment()} and {@link #isValid()} may be asked from any thread. After {@link #cancel()} or
 * the poller's close everything here does nothing.
 */
public final class Registration {
  /** The most that interests of one registration ever need. */
  static final int MAX_CHANGES = 2 * FilterState.MAX_CHANGES;

  private final Poller poller;
  private final long id;
  private final long ident;
  private final Object attachment;
  private final FilterState read = new FilterState();

  /** {@code null} before the first interest in EVFILT_WRITE, which most connections never have. */
  private volatile FilterState write;

  private volatile boolean valid = true;
  private boolean queued;
  private int submitted;
  private Registration nextInBucket;

  Registration(Poller poller, long id, long ident, Object attachment) {
    this.poller = poller;
    this.id = id;
    this.ident = ident;
    this.attachment = attachment;
  }

  /** The number that its events carry in {@code udata}. */
  public long id() {
    return id;
  }

  /** The descriptor, or what else identifies the knotes of its filters. */
  public long ident() {
    return ident;
  }

  /** What {@link Poller#add} was given. */
  public Object attachment() {
    return attachment;
  }

  /** Whether it was neither cancelled nor forgotten and its poller is open. */
  public boolean isValid() {
    return valid;
  }

  /** Says what is wanted of EVFILT_READ from the next select on. */
  public void read(Interest wanted) {
    want(read, wanted);
  }

  /**
   * Says what is wanted of EVFILT_WRITE from the next select on.
   *
   * @throws IllegalArgumentException for PEER_CLOSE, which is for reading only
   */
  public void write(Interest wanted) {
    if (wanted == Interest.PEER_CLOSE) {
      throw new IllegalArgumentException("PEER_CLOSE is an interest for reading only");
    }
    if (write == null && wanted != Interest.NONE) {
      write = new FilterState();
    }
    if (write != null) {
      want(write, wanted);
    }
  }

  /** What is wanted of EVFILT_READ now. */
  public Interest read() {
    return read.wanted();
  }

  /** What is wanted of EVFILT_WRITE now. */
  public Interest write() {
    FilterState state = write;
    return state == null ? Interest.NONE : state.wanted();
  }

  /**
   * Puts a change into the changelist as it is, after those that were submitted before it and
   * before all that follow from interests. Its answer, if it fails, is an event with EV_ERROR. For
   * knotes that are not also led by {@link #read(Interest)} and {@link #write(Interest)}.
   *
   * @param filter the platform's number of the filter; (EVFILT_TIMER, 0) and (EVFILT_USER, 0)
   *     belong to the poller
   */
  public void submit(int filter, int flags, int fflags, long data) {
    if (valid) {
      submitted |= poller.submit(this, filter, flags, fflags, data);
    }
  }

  /**
   * Ends it: changes that were not sent are dropped, knotes that the kernel holds are deleted at
   * once, and there are no more events, not even from the batch that is being handled. The
   * descriptor may be registered anew at once, here or elsewhere. If it is about to be closed,
   * {@link #forget()} does the same with less work.
   */
  public void cancel() {
    end(false);
  }

  /**
   * Ends it because the descriptor is about to be closed. It must be called <em>before</em>
   * close(2): a kernel's kqueue removes the knotes by itself, the embedded one does not.
   */
  public void forget() {
    end(true);
  }

  /**
   * Sends its interests to the kernel again with the next select, because dup2 is about to make the
   * number another file's, which removes its knotes. It must be called <em>before</em> dup2.
   */
  public void renew() {
    if (valid) {
      poller.renew(this);
      renew(read);
      if (write != null) {
        renew(write);
      }
    }
  }

  private void renew(FilterState state) {
    state.forgotten();
    want(state, state.wanted());
  }

  /** {@return the state of EVFILT_READ for people} Any thread may ask. */
  public String describeRead() {
    return read.toString();
  }

  /** {@return the state of EVFILT_WRITE for people} Any thread may ask. */
  public String describeWrite() {
    FilterState state = write;
    return state == null ? Interest.NONE.toString() : state.toString();
  }

  /** {@return the id, the ident and the states of both filters} Any thread may ask. */
  @Override
  public String toString() {
    return "registration 0x"
        + Long.toHexString(id)
        + " of "
        + ident
        + " (read "
        + read
        + ", write "
        + describeWrite()
        + (valid ? ")" : ", cancelled)");
  }

  private void want(FilterState state, Interest wanted) {
    if (!valid) {
      return;
    }
    state.want(wanted);
    if (!state.isSettled()) {
      poller.dirty(this);
    }
  }

  private void end(boolean closing) {
    if (valid) {
      valid = false;
      poller.remove(this, closing);
    }
  }

  void invalidate() {
    valid = false;
  }

  boolean isQueued() {
    return queued;
  }

  void queued(boolean queued) {
    this.queued = queued;
  }

  FilterState readState() {
    return read;
  }

  /** {@code null} if there was never an interest in the filter. */
  FilterState writeState() {
    return write;
  }

  /** Which filters the kernel may hold knotes of, as the bits of {@link ImmediateChanges}. */
  int knotes() {
    return submitted
        | (read.isArmed() ? ImmediateChanges.READ : 0)
        | (write != null && write.isArmed() ? ImmediateChanges.WRITE : 0);
  }

  /**
   * Whether the kernel was ever asked for a knote of the ident as a descriptor, and not as the
   * number of a timer or a user event alone.
   */
  boolean wasDescriptor() {
    return read.wasArmed()
        || write != null && write.wasArmed()
        || (submitted & (ImmediateChanges.READ | ImmediateChanges.WRITE)) != 0;
  }

  /** The next one in the list that its {@link RegistrationTable} keeps. */
  Registration nextInBucket() {
    return nextInBucket;
  }

  void nextInBucket(Registration next) {
    nextInBucket = next;
  }

  void emit(Changes changes, KqueueConstants c, boolean lowat, boolean filtersShared) {
    if (write != null && filtersShared && write.emit(changes, c, c.write, lowat, ident, id)) {
      read.overruled();
    }
    read.emit(changes, c, c.read, lowat, ident, id);
    if (write != null) {
      write.emit(changes, c, c.write, lowat, ident, id);
    }
  }

  /** An event of EVFILT_WRITE where both filters share a registration. */
  void writeDelivered() {
    read.overruled();
    if (valid && !read.isSettled()) {
      poller.dirty(this);
    }
  }
}
