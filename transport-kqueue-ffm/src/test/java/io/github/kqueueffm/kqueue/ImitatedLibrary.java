package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KeventLayout;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Linux's kernel with a kqueue and a kevent that behave like libkqueue's, so that what is done
 * about that library's ways is tried where there is no libkqueue. Behind it is a detailed embedded
 * kqueue.
 */
final class ImitatedLibrary {
  private static final int MOST_EVENTS = 512;

  private final Kernel real;
  private final Platform platform;
  private final KeventLayout layout;
  private final Map<Integer, Queue> queues = new ConcurrentHashMap<>();
  private final AtomicInteger next = new AtomicInteger(2_000_000);

  ImitatedLibrary(Kernel real) {
    this.real = real;
    platform = real.platform();
    layout = new KeventLayout(real.keventStruct());
  }

  Kernel kernel() {
    return proxy(real);
  }

  private Kernel proxy(Kernel served) {
    return (Kernel)
        Proxy.newProxyInstance(
            Kernel.class.getClassLoader(),
            new Class<?>[] {Kernel.class},
            (proxy, method, arguments) -> invoke(served, method, arguments));
  }

  private Object invoke(Kernel served, Method method, Object[] arguments) throws Throwable {
    switch (method.getName()) {
      case "bound" -> {
        return proxy(served.bound());
      }
      case "has" -> {
        Call call = (Call) arguments[0];
        return call == Call.KQUEUE || call == Call.KEVENT || served.has(call);
      }
      case "kqueue" -> {
        int number = next.getAndIncrement();
        queues.put(number, new Queue());
        return number;
      }
      case "kevent" -> {
        return queues
            .get(arguments[0])
            .kevent(
                (long) arguments[1],
                (int) arguments[2],
                (long) arguments[3],
                (int) arguments[4],
                (long) arguments[5]);
      }
      case "close" -> {
        Queue closed = queues.remove(arguments[0]);
        if (closed != null) {
          closed.kqueue.close();
          return 0;
        }
        queues.values().forEach(queue -> queue.closed((int) arguments[0]));
      }
      default -> {}
    }
    try {
      return method.invoke(served, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** Of a descriptor, not of a timer or user event. */
  private record Knote(long ident, int filter) {}

  private final class Queue {
    final Kqueue kqueue;
    private final Map<Knote, Long> udata = new HashMap<>();
    private final Set<Knote> oneShots = new HashSet<>();
    private final Set<Knote> stale = new HashSet<>();

    Queue() throws IOException {
      kqueue = Kqueues.openDetailed(real);
    }

    int kevent(long changes, int nchanges, long events, int nevents, long timespec) {
      for (int i = 0; i < nchanges; i++) {
        int result = apply(changes + (long) i * layout.size());
        // With room for events the failure is forgotten, and the call waits.
        if (result < 0 && nevents == 0) {
          return result;
        }
      }
      if (nevents == 0) {
        return 0;
      }
      int count = kqueue.kevent(0, 0, events, Math.min(nevents, MOST_EVENTS), timespec);
      for (int i = 0; i < count; i++) {
        delivered(events + (long) i * layout.size());
      }
      return count;
    }

    private synchronized int apply(long change) {
      Knote knote = new Knote(layout.ident(change), layout.filter(change));
      if (!isOfDescriptor(knote)) {
        return kqueue.kevent(change, 1, 0, 0, 0);
      }
      int flags = layout.flags(change);
      if (stale.contains(knote)) {
        return applyToStale(knote, flags);
      }
      long copy = NativeMemory.allocate(layout.size());
      try {
        Memory.copy(change, copy, layout.size());
        if (udata.containsKey(knote)) {
          layout.put(
              copy,
              knote.ident,
              knote.filter,
              flags,
              layout.fflags(change),
              layout.data(change),
              udata.get(knote));
        }
        int result = kqueue.kevent(copy, 1, 0, 0, 0);
        if (result == 0) {
          applied(knote, flags, layout.udata(copy));
        }
        return result;
      } finally {
        NativeMemory.free(copy);
      }
    }

    private int applyToStale(Knote knote, int flags) {
      if (has(flags, Constant.EV_DELETE)) {
        stale.remove(knote);
      }
      // An addition goes well, and nothing will ever be told.
      return 0;
    }

    private void applied(Knote knote, int flags, long newUdata) {
      if (has(flags, Constant.EV_DELETE)) {
        udata.remove(knote);
        oneShots.remove(knote);
      } else if (has(flags, Constant.EV_ADD)) {
        udata.put(knote, newUdata);
        if (has(flags, Constant.EV_ONESHOT)) {
          oneShots.add(knote);
        }
      }
    }

    private synchronized void delivered(long event) {
      Knote knote = new Knote(layout.ident(event), layout.filter(event));
      if (oneShots.remove(knote)) {
        udata.remove(knote);
      }
    }

    synchronized void closed(int fd) {
      for (Constant filter : new Constant[] {Constant.EVFILT_READ, Constant.EVFILT_WRITE}) {
        Knote knote = new Knote(fd, platform.get(filter));
        oneShots.remove(knote);
        if (udata.remove(knote) != null) {
          stale.add(knote);
        }
      }
      kqueue.forget(fd);
    }

    private boolean isOfDescriptor(Knote knote) {
      return knote.filter == platform.get(Constant.EVFILT_READ)
          || knote.filter == platform.get(Constant.EVFILT_WRITE);
    }

    private boolean has(int flags, Constant flag) {
      return (flags & platform.get(flag)) != 0;
    }
  }
}
