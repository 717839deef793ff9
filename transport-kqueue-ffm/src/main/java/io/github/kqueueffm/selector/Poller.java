package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.kqueue.Kqueues;
import io.github.kqueueffm.selector.LoopCounts.Count;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KeventLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedSelectorException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The select step: one kqueue, and one kevent call that sends what has changed and waits.
 *
 * <p>The event loop adds {@link Registration}s and says by them what it wants. The book's selector
 * arms descriptors by {@link #immediate()} from any thread.
 *
 * <p>One thread at a time selects, adds registrations and uses them; it need not always be the
 * same. {@link #wakeup()}, {@link #close()} and {@link #immediate()} may be used from any thread.
 */
public final class Poller implements AutoCloseable {
  private final Kernel loopKernel;
  private final KqueueConstants c;
  private final Kqueue kqueue;
  private final KeventLayout layout;
  private final boolean lowat;
  private final boolean userEvents;
  private final LoopCounts counts;
  private final LoopWaker waker;
  private final ImmediateChanges immediate;
  private final RegistrationTable table = new RegistrationTable();
  private final Changes changes;
  private final Timeout timeout;

  /** The wakeup as long as it is not proven, else {@code null}. */
  private ProvingWakeup proving;

  private boolean disturbed;

  /** The negative errno of a wakeup's consumption whose batch had events, or 0. */
  private int keptFailure;

  private Poller(
      Kernel kernel,
      KqueueConstants constants,
      Kqueue kqueue,
      Wakeup wakeup,
      boolean lowat,
      boolean userEvents) {
    this.c = constants;
    this.kqueue = kqueue;
    this.layout = kqueue.layout();
    this.lowat = lowat;
    this.userEvents = userEvents;
    proving = wakeup instanceof ProvingWakeup unproven ? unproven : null;
    counts = new LoopCounts(kernel);
    waker = new LoopWaker(wakeup, counts);
    immediate = new ImmediateChanges(kqueue, c, waker);
    loopKernel = kernel.forThread();
    changes = new Changes(c, layout, lowat, kqueue.sharesFilters());
    timeout = new Timeout(c.platform);
  }

  /**
   * Opens one on the kernel's kqueue, or on Linux on the one over epoll, unless {@code
   * -Dio.github.kqueueffm.library} names a library that has another. What goes wrong with its
   * wakeup later is logged by {@link System.Logger}.
   *
   * @param kernel whose calls may be made from all threads
   * @throws UnsupportedOperationException if there is none, or if the wakeup that {@code
   *     -Dio.github.kqueueffm.wakeup} forces does not work here
   * @throws IllegalArgumentException if that property is none of timer, user and pipe
   */
  public static Poller open(Kernel kernel) throws IOException {
    return open(kernel, Poller::warn);
  }

  /**
   * As {@link #open(Kernel)}.
   *
   * @param log takes a line if the wakeup turns out not to work; on the thread that selects
   */
  public static Poller open(Kernel kernel, Consumer<String> log) throws IOException {
    return open(kernel, Wakeup.Kind.forced(), log);
  }

  private static void warn(String message) {
    System.getLogger(Poller.class.getName()).log(System.Logger.Level.WARNING, message);
  }

  static Poller open(Kernel kernel, Wakeup.Kind forced, Consumer<String> log) throws IOException {
    KqueueConstants c = new KqueueConstants(kernel.platform());
    Capabilities capabilities = Capabilities.of(kernel, forced);
    WakeupChoice choice = capabilities.wakeup();
    boolean guessed = forced == null && !choice.isProven();
    // Before the kqueue is opened, since a probe may fail.
    boolean userEvents = guessed || Capabilities.hasUserEvents(kernel);
    Kqueue kqueue = Kqueues.open(kernel);
    try {
      Wakeup.Kind kind = choice.kind();
      Wakeup wakeup =
          forced == null ? kind.openOrPipe(kqueue, kernel, c) : kind.open(kqueue, kernel, c);
      if (guessed) {
        userEvents = wakeup.kind() != Wakeup.Kind.PIPE;
        wakeup = new ProvingWakeup(choice, wakeup, kqueue, kernel, c, log);
      }
      return new Poller(kernel, c, kqueue, wakeup, capabilities.lowat(), userEvents);
    } catch (Throwable t) {
      kqueue.close();
      throw t;
    }
  }

  /**
   * Sends all pending changes and waits, in one system call. Before it waits it publishes that it
   * is about to, then asks {@code maySleep}: a thread that first leaves its work where {@code
   * maySleep} looks for it and then calls {@link #wakeup()} is never overlooked. Allocates nothing.
   *
   * @param timeoutNanos 0 does not wait, a negative number waits for ever; no wait is longer than a
   *     day
   * @param maySleep whether there is nothing else to do; if it says false, nothing is waited for.
   *     {@code null} if a {@link #wakeup()} since the last select decides.
   * @return how many events there are; it can be 0 before the time is over. After a signal 0: the
   *     changes were applied
   * @throws ClosedSelectorException if this poller is closed
   */
  public int select(Events events, long timeoutNanos, BooleanSupplier maySleep) throws IOException {
    if (!waker.enter()) {
      throw new ClosedSelectorException();
    }
    try {
      return turn(events, timeoutNanos, maySleep);
    } finally {
      waker.leave();
    }
  }

  /** Whether the last select was ended by a wakeup or a signal, or has not waited at all. */
  public boolean wasDisturbed() {
    return disturbed;
  }

  private int turn(Events events, long timeoutNanos, BooleanSupplier maySleep) throws IOException {
    disturbed = false;
    throwKeptFailure();
    if (proving != null && proving.isProven()) {
      proving = null;
    }
    events.begin(c, layout);
    int room = events.capacity();
    while (!changes.collect(room)) {
      // With fewer slots for events than changes a failed change can end the call and lose the
      // rest.
      int answered = call(events, Math.min(changes.count(), room), timeout.zero());
      if (answered != 0 || disturbed) {
        return accept(events, answered);
      }
    }
    return accept(events, await(events, timeoutNanos, maySleep));
  }

  private int await(Events events, long timeoutNanos, BooleanSupplier maySleep) throws IOException {
    if (timeoutNanos == 0 && maySleep != null) {
      waker.stayAwake();
    }
    if (timeoutNanos == 0 || !waker.fallAsleep(maySleep)) {
      disturbed = true;
      return call(events, changes.count(), timeout.zero());
    }
    if (proving != null) {
      return awaitAndLookAgain(events, proving.limit(timeoutNanos));
    }
    try {
      long time = immediate.areUnderWay() ? timeout.zero() : timeout.of(timeoutNanos);
      return call(events, changes.count(), time);
    } finally {
      disturbed |= waker.awake();
    }
  }

  /** Waits for a wakeup that may not come: a task waits no longer than that. */
  private int awaitAndLookAgain(Events events, long nanos) throws IOException {
    boolean timedOut = false;
    int answered;
    try {
      answered = call(events, changes.count(), timeout.of(nanos));
      timedOut = answered == 0 && !disturbed;
    } finally {
      disturbed |= waker.awake();
    }
    return timedOut && proving.timedOut() ? call(events, 0, timeout.zero()) : answered;
  }

  private int call(Events events, int count, long timespec) throws IOException {
    int room = events.capacity();
    int answered =
        kqueue.kevent(loopKernel, changes.address(), count, events.address(), room, timespec);
    counts.increment(Count.KEVENTS);
    if (answered >= 0) {
      counts.add(Count.CHANGES, count);
      changes.sent(count);
      return answered;
    }
    if (answered == -c.eintr) {
      // The changes were applied; sent again, a one-shot would fire twice.
      counts.add(Count.CHANGES, count);
      changes.sent(count);
      disturbed = true;
      return 0;
    }
    throw Failures.of(c.platform, "kevent", describe(), answered);
  }

  /** Drops what is not for users, and has registrations take notice of what is for them. */
  private int accept(Events events, int answered) throws IOException {
    int consumed = 0;
    for (int i = 0; i < answered; i++) {
      long event = events.raw(i);
      int filter = layout.filter(event);
      long ident = layout.ident(event);
      if (waker.isWakeup(filter, ident)) {
        consumed = Math.min(consumed, waker.consumed(filter, ident));
        continue;
      }
      Registration registration = table.get(layout.udata(event));
      if (registration == null || registration.ident() != ident) {
        events.keep(i, null);
      } else if (concerns(registration, filter, layout.flags(event), layout.data(event))) {
        events.keep(i, registration);
      }
    }
    if (proving != null) {
      proving.judge(answered < events.capacity());
    }
    keptFailure = consumed;
    counts.add(Count.EVENTS, events.size());
    if (events.size() == 0) {
      throwKeptFailure();
    }
    // Else the one-shots of the other events are spent, so that these come first.
    return events.size();
  }

  private void throwKeptFailure() throws IOException {
    int failure = keptFailure;
    keptFailure = 0;
    check(failure);
  }

  private boolean concerns(Registration registration, int filter, int flags, long data) {
    FilterState state =
        filter == c.read
            ? registration.readState()
            : filter == c.write ? registration.writeState() : null;
    if (state == null || c.isReceipt(flags, data)) {
      return true;
    }
    if (filter == c.write && kqueue.sharesFilters()) {
      registration.writeDelivered();
    }
    return c.isError(flags, data) ? state.failed((int) data, c) : state.delivered(c.isEof(flags));
  }

  /**
   * Ends the wait of the thread that selects. If it does not wait now, a select without {@code
   * maySleep} does not wait the next time; one with it asks that instead. From any thread; costs at
   * most one system call per wait, and none while no thread waits. Does nothing after {@link
   * #close()}.
   *
   * @return whether it took a system call
   * @throws UncheckedIOException if the system call fails, for lack of memory
   */
  public boolean wakeup() {
    try {
      int result = waker.wakeup();
      check(result);
      return result > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** No select waits from now on; one that waits needs a {@link #wakeup()}. From any thread. */
  public void endSleeps() {
    waker.endSleeps();
  }

  /**
   * The kernel of the thread that selects: its calls find errno faster. Released by {@link
   * #close()}.
   */
  public Kernel kernel() {
    return loopKernel;
  }

  /** What is counted here, and what the loop counts besides. */
  public LoopCounts counts() {
    return counts;
  }

  /** Whether EVFILT_USER can be used here. */
  public boolean hasUserEvents() {
    return userEvents;
  }

  /** Changes from any thread, which are applied at once. */
  public ImmediateChanges immediate() {
    return immediate;
  }

  /**
   * Adds a registration, of which nothing is wanted yet. Makes no system call.
   *
   * @param ident a descriptor, or for timers and user events a number other than 0
   * @param attachment what {@link Registration#attachment()} returns
   * @throws ClosedSelectorException if this poller is closed
   */
  public Registration add(long ident, Object attachment) {
    if (waker.isClosed()) {
      throw new ClosedSelectorException();
    }
    Registration registration = new Registration(this, table.nextId(), ident, attachment);
    table.put(registration);
    return registration;
  }

  /** {@return timer, user or pipe} */
  public String wakeupName() {
    return waker.kind().toString();
  }

  /** How many registrations are live. On the thread that selects. */
  public int registrations() {
    return table.size();
  }

  /** Visits the live registrations; the action may cancel them. On the thread that selects. */
  public void forEach(Consumer<? super Registration> action) {
    table.forEach(action);
  }

  /** {@return the name of the provider of the kqueue} */
  public String provider() {
    return kqueue.describe();
  }

  Wakeup.Kind wakeupKind() {
    return waker.kind();
  }

  /** The kqueue, the wakeup and the kind of peer-close knote, in one line. */
  public String describe() {
    return kqueue.describe()
        + ", wakeup "
        + waker.kind()
        + (lowat ? "" : ", peer close without NOTE_LOWAT");
  }

  /**
   * Closes the kqueue, after all threads that are in here have been waited for; one that selects is
   * woken up. The descriptors that were registered stay open. A second time does nothing. Not at
   * the same time as {@link #add} or a registration's methods.
   */
  @Override
  public void close() {
    waker.endSleeps();
    if (!waker.close()) {
      return;
    }
    table.forEach(Registration::invalidate);
    try {
      waker.free();
    } finally {
      try {
        kqueue.close();
      } finally {
        changes.free();
        timeout.free();
        loopKernel.release();
      }
    }
  }

  void dirty(Registration registration) {
    if (!waker.isClosed()) {
      changes.dirty(registration);
    }
  }

  /** Which filter a verbatim change may leave a knote of, as {@link ImmediateChanges#mark} says. */
  int submit(Registration registration, int filter, int flags, int fflags, long data) {
    if (waker.isClosed()) {
      return 0;
    }
    changes.put(registration.ident(), filter, flags, fflags, data, registration.id());
    return immediate.mark(filter, flags);
  }

  void renew(Registration registration) {
    if (!waker.isClosed()) {
      changes.purge(registration.id());
      // dup2 does not do it: the file of a descriptor that was duplicated stays open.
      delete(registration.ident(), registration.knotes(), false);
      immediate.forget((int) registration.ident());
    }
  }

  void remove(Registration registration, boolean closing) {
    if (waker.isClosed()) {
      return;
    }
    table.remove(registration);
    changes.purge(registration.id());
    if (closing) {
      immediate.forget((int) registration.ident());
    } else if (registration.knotes() != 0 || registration.wasDescriptor()) {
      // Not with the next wait: the descriptor's number may belong to another one by then. If the
      // descriptor was closed too early it does so already, and the knotes are the other's.
      long ident = registration.ident();
      int own = registration.knotes() & ~table.knotesOf(ident);
      delete(ident, own, registration.wasDescriptor());
    }
  }

  private void delete(long ident, int knotes, boolean release) {
    int deleted = Integer.bitCount(knotes);
    counts.add(Count.CHANGES, deleted);
    counts.add(Count.KEVENTS, deleted);
    immediate.delete(ident, knotes, release);
  }

  private void check(int wakeupResult) throws IOException {
    if (wakeupResult < 0) {
      throw Failures.of(c.platform, "wakeup", describe(), wakeupResult);
    }
  }

  /** {@return {@link #describe()} and whether it sleeps} Any thread may ask. */
  public String describeState() {
    return describe() + ", " + waker.describe();
  }

  /** {@return what it rests on and what it does} Any thread may ask. */
  @Override
  public String toString() {
    return "Poller (" + describeState() + ", registrations " + table.size() + ")";
  }
}
