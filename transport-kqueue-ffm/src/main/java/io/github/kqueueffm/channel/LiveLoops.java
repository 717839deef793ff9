package io.github.kqueueffm.channel;

import io.github.kqueueffm.channel.KQueueFfmLoopCounters.Watcher;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The loops that have not ended, and who watches them. All are held weakly, so that a group that is
 * never shut down, or a watcher of an application that has gone, can be collected.
 */
final class LiveLoops {
  private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(LiveLoops.class);
  private static final Object LOCK = new Object();
  private static final List<WeakReference<KQueueFfmLoopCounters>> LOOPS = new ArrayList<>();
  private static final List<WeakReference<Watcher>> WATCHERS = new ArrayList<>();

  private LiveLoops() {}

  static void add(KQueueFfmLoopCounters loop) {
    synchronized (LOCK) {
      LOOPS.add(new WeakReference<>(loop));
    }
  }

  static List<KQueueFfmLoopCounters> all() {
    synchronized (LOCK) {
      return live(LOOPS);
    }
  }

  static void started(KQueueFfmLoopCounters loop) {
    synchronized (LOCK) {
      loop.setStarted();
      notifyWatchers(watcher -> watcher.started(loop));
    }
  }

  static void ended(KQueueFfmLoopCounters loop) {
    synchronized (LOCK) {
      LOOPS.removeIf(reference -> reference.refersTo(loop) || reference.refersTo(null));
      if (loop.isStarted()) {
        notifyWatchers(watcher -> watcher.ended(loop));
      }
    }
  }

  static void watch(Watcher watcher) {
    synchronized (LOCK) {
      WATCHERS.add(new WeakReference<>(watcher));
      for (KQueueFfmLoopCounters loop : live(LOOPS)) {
        if (loop.isStarted()) {
          notify(watcher, one -> one.started(loop));
        }
      }
    }
  }

  static void unwatch(Watcher watcher) {
    synchronized (LOCK) {
      WATCHERS.removeIf(reference -> reference.refersTo(watcher));
    }
  }

  private static void notifyWatchers(Consumer<Watcher> call) {
    for (Watcher watcher : live(WATCHERS)) {
      notify(watcher, call);
    }
  }

  private static void notify(Watcher watcher, Consumer<Watcher> call) {
    try {
      call.accept(watcher);
    } catch (Throwable e) {
      // Also what no signature declares, as Kotlin throws it. It must not end the loop, nor keep it
      // from its end.
      LoopLog.warn(LOGGER, "A watcher of the event loops has failed.", e);
    }
  }

  /** What has not been collected; the references of the rest are dropped. */
  private static <T> List<T> live(List<WeakReference<T>> references) {
    List<T> live = new ArrayList<>(references.size());
    references.removeIf(reference -> {
      T object = reference.get();
      if (object != null) {
        live.add(object);
      }
      return object == null;
    });
    return live;
  }
}
