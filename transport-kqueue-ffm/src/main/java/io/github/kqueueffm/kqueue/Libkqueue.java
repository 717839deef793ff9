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
 * The kqueue of libkqueue on Linux. It differs from a kernel's kqueue in these ways, which this
 * class corrects:
 *
 * <ul>
 *   <li>A call that waits does not report a change that fails. So each change is sent by a separate
 *       call without room for events, which returns its errno.
 *   <li>A knote that is added again keeps its old udata. So it is deleted first.
 *   <li>The knotes of a closed descriptor stay, and the next descriptor of that number would never
 *       be reported. So {@link #forget} deletes them.
 *   <li>A negative time-out waits for ever. So this class refuses it with EINVAL.
 *   <li>Releases 2.4 to 2.6.4 hold the kqueue's lock while they wait. So {@link
 *       #changesAwaitWaits()} is true.
 *   <li>Release 2.7 has one epoll registration for both filters of a descriptor. So {@link
 *       #sharesFilters()} is true.
 *   <li>A call returns at most 512 events. The next call returns the others.
 * </ul>
 *
 * <p>Arming a filter again takes two calls of the library beside the wait. Each of them calls
 * epoll_ctl. An addition also calls fstat and getsockopt to find the kind of the descriptor. So an
 * echo costs 10 system calls, but 3 on the embedded kqueue. EV_DISPATCH does not save any of them,
 * because a knote with it also has to be deleted before it is added again.
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

  /**
   * {@return the number of answers, or the negative errno of a failed change whose answer found no
   * room}
   */
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
      // Any errno: usually the knote does not exist, and the addition fails if the descriptor is
      // bad.
      make(caller, layout.ident(source), filter, c.delete, 0, 0, 0);
    }
    // The library treats a receipt without room as a failure.
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
    // EIO: old releases answer it to every failure. A deletion fails only if the knote does not
    // exist.
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
    // ENOENT: the descriptor has no knote of that filter. EBADF: it is already closed.
    if (result < 0 && result != -c.enoent && result != -c.ebadf) {
      throw Failures.unexpected(kernel.platform(), "kevent(EV_DELETE, " + descriptor + ")", result);
    }
  }

  /** Always true, because the library has no function that returns its release. */
  @Override
  public boolean changesAwaitWaits() {
    return true;
  }

  /** Always true, because the library has no function that returns its release. */
  @Override
  public boolean sharesFilters() {
    return true;
  }

  @Override
  public void release(int descriptor) {
    // The library keeps only knotes, which are already deleted.
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
