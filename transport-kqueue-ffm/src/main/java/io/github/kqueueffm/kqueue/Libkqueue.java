package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Descriptors;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.Timespec;
import java.io.IOException;

/**
 * The kqueue of libkqueue on Linux, which differs from a kernel's in ways that would lose
 * something:
 *
 * <ul>
 *   <li>A change that fails in a call that waits is not reported. So no change goes out with a
 *       wait: a separate call, without room for events, sends each one and returns its errno.
 *   <li>A knote that is added anew keeps its old udata. So it is deleted before.
 *   <li>The knotes of a descriptor that is closed stay, and the next descriptor of that number
 *       would never be reported. So they are deleted by {@link #forget}.
 *   <li>A time-out that is negative waits for ever. So it is refused here, with EINVAL.
 *   <li>Releases 2.4 to 2.6.4 hold the kqueue's lock while they wait. So a change by another thread
 *       says that it {@linkplain #changesAwaitWaits() has to wait}.
 *   <li>Release 2.7 has one epoll registration for both filters of a descriptor, so they are
 *       {@linkplain #sharesFilters() not independent}.
 *   <li>A call gives 512 events at most. That loses nothing: the others come with the next one.
 * </ul>
 *
 * <p>To arm a filter again takes two calls of the library beside the wait, in which it makes system
 * calls: epoll_ctl for each, and at an addition fstat and getsockopt, which tell what the
 * descriptor is. So an echo costs 10 system calls; on the embedded kqueue it costs 3. EV_DISPATCH
 * saves none of them, since a knote that is added anew has to be deleted before with it too.
 */
final class Libkqueue implements Kqueue {
  private final Kernel kernel;
  private final KqueueConstants c;
  private final int eio;
  private final KeventLayout layout;
  private final Timespec timespecs;
  private final int fd;
  private final EventArray answers;
  private final long change;
  private boolean closed;

  private Libkqueue(Kernel kernel, int fd) {
    this.kernel = kernel;
    this.fd = fd;
    c = new KqueueConstants(kernel.platform());
    eio = kernel.platform().number(Errno.EIO);
    layout = new KeventLayout(kernel.keventStruct());
    timespecs = new Timespec(kernel.platform());
    answers = new EventArray(layout, c.error);
    change = NativeMemory.allocate(layout.size());
  }

  static Libkqueue open(Kernel kernel) throws IOException {
    return new Libkqueue(kernel, KernelKqueue.create(kernel));
  }

  @Override
  public int kevent(long changes, int nchanges, long events, int nevents, long timespec) {
    return kevent(kernel, changes, nchanges, events, nevents, timespec);
  }

  @Override
  public int kevent(
      Kernel caller, long changes, int nchanges, long events, int nevents, long timespec) {
    if (timespec != 0 && !timespecs.isValid(timespec)) {
      return -c.einval;
    }
    if (nchanges > 0) {
      int answered = apply(caller, changes, nchanges, events, nevents);
      if (answered != 0 || nevents == 0) {
        return answered;
      }
    }
    return caller.kevent(fd, 0, 0, events, nevents, timespec);
  }

  /** How many answers there are, or the negative errno of a change for whose answer is no room. */
  private synchronized int apply(
      Kernel caller, long changes, int nchanges, long events, int nevents) {
    answers.start(events, nevents);
    for (int i = 0; i < nchanges; i++) {
      long source = changes + (long) i * layout.size();
      int result = apply(caller, source);
      if (answers.answer(source, result, c.receipt)) {
        return result;
      }
    }
    return answers.count();
  }

  private int apply(Kernel caller, long source) {
    int filter = layout.filter(source);
    int flags = layout.flags(source);
    if ((flags & c.add) != 0 && (filter == c.read || filter == c.write)) {
      // Whatever is wrong with the descriptor, the addition tells it; mostly there is no knote.
      make(caller, layout.ident(source), filter, c.delete, 0, 0, 0);
    }
    // The library takes a receipt that it has no room for as a failure.
    return make(
        caller,
        layout.ident(source),
        filter,
        flags & ~c.receipt,
        layout.fflags(source),
        layout.data(source),
        layout.udata(source));
  }

  private int make(
      Kernel caller, long ident, int filter, int flags, int fflags, long data, long udata) {
    layout.put(change, ident, filter, flags, fflags, data, udata);
    int result = caller.kevent(fd, change, 1, 0, 0, 0);
    // EIO: old releases do not say why. A deletion fails for want of a knote.
    return result == -eio && (flags & c.delete) != 0 ? -c.enoent : result;
  }

  @Override
  public synchronized void forget(int descriptor) {
    if (!closed) {
      try {
        delete(descriptor, c.read);
      } finally {
        delete(descriptor, c.write);
      }
    }
  }

  private void delete(int descriptor, int filter) {
    int result = make(kernel, descriptor, filter, c.delete, 0, 0, 0);
    // ENOENT: it has no knote of that filter. EBADF: it was closed already.
    if (result < 0 && result != -c.enoent && result != -c.ebadf) {
      throw Failures.unexpected(kernel.platform(), "kevent(EV_DELETE, " + descriptor + ")", result);
    }
  }

  /** There is no way to ask the library for its release. */
  @Override
  public boolean changesAwaitWaits() {
    return true;
  }

  /** There is no way to ask the library for its release. */
  @Override
  public boolean sharesFilters() {
    return true;
  }

  @Override
  public void release(int descriptor) {
    // The library keeps nothing but knotes.
  }

  @Override
  public KeventLayout layout() {
    return layout;
  }

  @Override
  public String describe() {
    return "kqueue of " + kernel.describe();
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      NativeMemory.free(change);
      Descriptors.close(kernel, fd);
    }
  }
}
