package io.github.kqueueffm.selector;

import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.kqueue.Kqueues;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.KeventLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedSelectorException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Waits for the readiness of many descriptors with one kqueue.
 *
 * <p>There are two ways to use it, also together. Streams are registered under tokens by a {@link
 * Registrator}, from any thread, and {@link #select(Events)} gives their events; that is all that a
 * program of its own needs. An event loop adds {@link Registration}s, says by them what it wants,
 * and selects with {@link #select(Events, long, BooleanSupplier)}: all changes go out with the
 * wait, in one system call.
 *
 * <p>One thread at a time selects, adds registrations and uses them; it need not always be the
 * same. {@link #wakeup()}, {@link #close()} and the registrator may be used from any thread.
 */
public final class Selector implements AutoCloseable {
  private static final long FOR_EVER = -1;

  private final Kernel loopKernel;
  private final KqueueConstants facts;
  private final Kqueue kqueue;
  private final KeventLayout layout;
  private final Capabilities capabilities;
  private final boolean userEvents;
  private final Waker waker;
  private final DirectChanges direct;
  private final Registrator registrator = new Registrator(this);
  private final RegistrationTable table = new RegistrationTable();
  private final Gate gate = new Gate();
  private final AtomicBoolean loopClosed = new AtomicBoolean();
  private final PendingChanges pending;
  private final Timeout timeout;
  private boolean disturbed;

  /** The negative errno of a wakeup's consumption whose batch had events, or 0. */
  private int keptFailure;

  private Selector(
      Kernel kernel,
      KqueueConstants facts,
      Kqueue kqueue,
      Capabilities capabilities,
      boolean userEvents,
      Wakeup wakeup) {
    this.userEvents = userEvents;
    this.facts = facts;
    this.kqueue = kqueue;
    this.layout = kqueue.layout();
    this.capabilities = capabilities;
    waker = new Waker(wakeup, gate);
    direct = new DirectChanges(kqueue, facts, gate, waker);
    loopKernel = kernel.bound();
    pending = new PendingChanges(facts, layout, capabilities.lowat(), kqueue.sharesFilters());
    timeout = new Timeout(facts.platform);
  }

  /**
   * Opens one on the system's kqueue, or on Linux on the embedded one, unless {@code
   * -Dio.github.kqueueffm.library} names a library that has another.
   *
   * @throws UnsupportedOperationException if there is neither, or if the wakeup that {@code
   *     -Dio.github.kqueueffm.wakeup} forces does not work here
   * @throws IllegalArgumentException if that property is none of timer, user and pipe
   */
  public static Selector open() throws IOException {
    return open(Kernels.system());
  }

  /** The same on a given kernel, whose calls may be made from all threads. */
  @SuppressWarnings("exports") // Kernel is internal: for this module's event loop and tests.
  public static Selector open(Kernel kernel) throws IOException {
    return open(kernel, WakeupKind.forced());
  }

  static Selector open(Kernel kernel, WakeupKind forced) throws IOException {
    KqueueConstants facts = new KqueueConstants(kernel.platform());
    Capabilities capabilities = Capabilities.of(kernel, forced);
    boolean userEvents = Capabilities.hasUserEvents(kernel);
    Kqueue kqueue = Kqueues.open(kernel);
    try {
      Wakeup wakeup = capabilities.wakeup().open(kqueue, kernel, facts);
      return new Selector(kernel, facts, kqueue, capabilities, userEvents, wakeup);
    } catch (IOException e) {
      if (forced != null || capabilities.wakeup() == WakeupKind.PIPE) {
        kqueue.close();
        throw e;
      }
      return openWithPipe(kernel, facts, kqueue, capabilities, userEvents, e);
    } catch (Throwable t) {
      kqueue.close();
      throw t;
    }
  }

  /** OpenBSD limits the user events and timers of a process together, and answers ENOMEM. */
  private static Selector openWithPipe(
      Kernel kernel,
      KqueueConstants facts,
      Kqueue kqueue,
      Capabilities capabilities,
      boolean userEvents,
      IOException refusal)
      throws IOException {
    try {
      Wakeup wakeup = WakeupKind.PIPE.open(kqueue, kernel, facts);
      Capabilities pipe = new Capabilities(WakeupKind.PIPE, capabilities.lowat());
      return new Selector(kernel, facts, kqueue, pipe, userEvents, wakeup);
    } catch (Throwable t) {
      kqueue.close();
      t.addSuppressed(refusal);
      throw t;
    }
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
    long start = nanos > 0 ? System.nanoTime() : 0;
    long left = nanos;
    int count;
    do {
      count = gatedTurn(events, left, null);
      left = nanos > 0 ? Math.max(nanos - (System.nanoTime() - start), 0) : nanos;
      // The kernel's wait can be shorter: a day at most, a late wakeup, a change's error not told.
    } while (count == 0 && left != 0 && !disturbed && !loopClosed.get());
    return count;
  }

  /**
   * The event loop's form: sends all pending changes and waits, in one system call. Before it waits
   * it publishes that it is about to, then asks {@code maySleep}: a thread that first leaves its
   * work where {@code maySleep} looks for it and then calls {@link #wakeup()} is never overlooked.
   * Allocates nothing.
   *
   * @param timeoutNanos 0 does not wait, a negative number waits for ever; no wait is longer than a
   *     day
   * @param maySleep whether there is nothing else to do; if it says false, nothing is waited for
   * @return how many events there are; possibly 0 before the time is over. After a signal 0: the
   *     changes were applied
   * @throws ClosedSelectorException if this selector is closed
   */
  public int select(Events events, long timeoutNanos, BooleanSupplier maySleep) throws IOException {
    return gatedTurn(events, timeoutNanos, maySleep);
  }

  private int gatedTurn(Events events, long timeoutNanos, BooleanSupplier maySleep)
      throws IOException {
    if (!gate.enter()) {
      throw new ClosedSelectorException();
    }
    try {
      return turn(events, timeoutNanos, maySleep);
    } finally {
      gate.leave();
    }
  }

  private int turn(Events events, long timeoutNanos, BooleanSupplier maySleep) throws IOException {
    disturbed = false;
    throwKeptFailure();
    events.begin(facts, layout);
    int room = events.capacity();
    while (!pending.collect(room)) {
      // With fewer slots for events than changes a failed change can end the call and lose the
      // rest.
      int answered = call(events, Math.min(pending.count(), room), timeout.zero());
      if (answered != 0 || disturbed) {
        return accept(events, answered);
      }
    }
    return accept(events, await(events, timeoutNanos, maySleep));
  }

  private int await(Events events, long timeoutNanos, BooleanSupplier maySleep) throws IOException {
    if (timeoutNanos == 0 || !waker.fallAsleep(maySleep)) {
      disturbed = true;
      return call(events, pending.count(), timeout.zero());
    }
    try {
      long time = direct.areUnderWay() ? timeout.zero() : timeout.of(timeoutNanos);
      return call(events, pending.count(), time);
    } finally {
      disturbed |= waker.awake();
    }
  }

  private int call(Events events, int changes, long timespec) throws IOException {
    int room = events.capacity();
    int answered =
        kqueue.kevent(loopKernel, pending.address(), changes, events.address(), room, timespec);
    if (answered >= 0) {
      pending.sent(changes);
      return answered;
    }
    if (answered == -facts.eintr) {
      // The changes were applied; sent again, a one-shot would fire twice.
      pending.sent(changes);
      disturbed = true;
      return 0;
    }
    throw Failures.of(facts.platform, "kevent", describe(), answered);
  }

  /** Drops what is not for users, and lets registrations know what is for them. */
  private int accept(Events events, int answered) throws IOException {
    int consumed = 0;
    for (int i = 0; i < answered; i++) {
      long event = events.raw(i);
      int filter = layout.filter(event);
      long ident = layout.ident(event);
      if (waker.isWakeup(filter, ident)) {
        consumed = Math.min(consumed, waker.consumed());
        continue;
      }
      Registration registration = table.get(layout.udata(event));
      if (registration == null || registration.ident() != ident) {
        events.keep(i, null);
      } else if (concerns(registration, filter, layout.flags(event), layout.data(event))) {
        events.keep(i, registration);
      }
    }
    keptFailure = consumed;
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
        filter == facts.read
            ? registration.readState()
            : filter == facts.write ? registration.writeState() : null;
    if (state == null || facts.isReceipt(flags, data)) {
      return true;
    }
    if (filter == facts.write && kqueue.sharesFilters()) {
      registration.writeDelivered();
    }
    return facts.isError(flags, data)
        ? state.failed((int) data, facts)
        : state.delivered(facts.isEof(flags));
  }

  /**
   * Ends the wait of the thread that selects. If it does not wait now, {@link #select(Events)} and
   * its kin don't wait the next time; the event loop's form asks its {@code maySleep} instead. From
   * any thread; costs at most one system call per wait, and none while nobody waits. Does nothing
   * after {@link #close()}.
   *
   * @throws UncheckedIOException if the system call fails, for want of memory
   */
  public void wakeup() {
    try {
      check(waker.wakeup());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The kernel of the thread that selects: its calls find errno faster. Released by {@link
   * #close()}.
   */
  @SuppressWarnings("exports") // Kernel is internal: for this module's event loop and tests.
  public Kernel kernel() {
    return loopKernel;
  }

  /** Whether the kernel has EVFILT_USER: for this module's event loop. */
  public boolean hasUserEvents() {
    return userEvents;
  }

  /**
   * Adds a registration, of which nothing is wanted yet. Makes no system call.
   *
   * @param ident a descriptor, or for timers and user events a number other than 0
   * @param attachment what {@link Registration#attachment()} is to give
   * @throws ClosedSelectorException if this selector is closed
   */
  public Registration add(long ident, Object attachment) {
    if (gate.isClosed()) {
      throw new ClosedSelectorException();
    }
    Registration registration = new Registration(this, facts, table.nextId(), ident, attachment);
    table.put(registration);
    return registration;
  }

  /** How many registrations are live. On the thread that selects. */
  public int registrations() {
    return table.size();
  }

  /**
   * Visits the live registrations, which may be cancelled meanwhile. On the thread that selects.
   */
  public void forEach(Consumer<? super Registration> action) {
    table.forEach(action);
  }

  /** What it rests on, in one line for people. */
  public String describe() {
    return kqueue.describe()
        + ", wakeup "
        + capabilities.wakeup()
        + (capabilities.lowat() ? "" : ", sentinel without NOTE_LOWAT");
  }

  /**
   * Closes the kqueue, after all threads that are in here have been waited for; one that selects is
   * woken up. The descriptors that were registered stay open. A second time does nothing. Not at
   * the same time as {@link #add} or a registration's methods.
   */
  @Override
  public void close() {
    loopClosed.set(true);
    waker.endSleeps();
    if (!gate.close()) {
      return;
    }
    waker.awaitQuiet();
    table.forEach(Registration::invalidate);
    try {
      waker.close();
    } finally {
      try {
        kqueue.close();
      } finally {
        pending.free();
        timeout.free();
        loopKernel.release();
      }
    }
  }

  /** Ends the loop; false if it was ended before. */
  boolean closeLoop() {
    if (!loopClosed.compareAndSet(false, true)) {
      return false;
    }
    waker.endSleeps();
    wakeup();
    return true;
  }

  boolean isLoopClosed() {
    return loopClosed.get();
  }

  DirectChanges direct() {
    return direct;
  }

  void dirty(Registration registration) {
    if (!gate.isClosed()) {
      pending.dirty(registration);
    }
  }

  /** Which filter a verbatim change may leave a knote of, as {@link DirectChanges#mark} says. */
  int submit(Registration registration, int filter, int flags, int fflags, long data) {
    if (gate.isClosed()) {
      return 0;
    }
    pending.submit(registration.ident(), filter, flags, fflags, data, registration.id());
    return direct.mark(filter, flags);
  }

  void renew(Registration registration) {
    if (!gate.isClosed()) {
      pending.purge(registration);
      // Not left to dup2: of a descriptor that was duplicated the file lives on.
      direct.delete(registration.ident(), registration.knotes(), false);
      direct.forget((int) registration.ident());
    }
  }

  void remove(Registration registration, boolean closing) {
    if (gate.isClosed()) {
      return;
    }
    table.remove(registration);
    pending.purge(registration);
    if (closing) {
      direct.forget((int) registration.ident());
    } else if (registration.knotes() != 0 || registration.wasDescriptor()) {
      // Not with the next wait: the descriptor's number may belong to another one by then. If the
      // descriptor was closed too early it does so already, and the knotes are the other's.
      long ident = registration.ident();
      int own = registration.knotes() & ~table.knotesOf(ident);
      direct.delete(ident, own, registration.wasDescriptor());
    }
  }

  private void check(int wakeupResult) throws IOException {
    if (wakeupResult < 0) {
      throw Failures.of(facts.platform, "wakeup", describe(), wakeupResult);
    }
  }

  @Override
  public String toString() {
    return "Selector (" + describe() + ")";
  }
}
