package io.github.kqueueffm.channel;

import io.github.kqueueffm.selector.LoopCounts;
import io.github.kqueueffm.selector.LoopCounts.Count;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has counted since it was created.
 *
 * <p>Any thread may read, at any time and as often as it likes: a read takes no lock, makes no
 * system call and does not disturb the loop. Each number is right by itself; two numbers that are
 * read one after the other may be of different moments. All of them only grow, except {@link
 * #connectionsOpen()}. They stay as they are when the loop has ended.
 *
 * <p>{@link #of} finds the counters of a group's loops, also of one that was made by {@code new
 * MultiThreadIoEventLoopGroup(KQueueFfmIoHandler.newFactory())}; {@link #all()} those of all loops
 * of this transport in the process. An object of this class keeps neither its loop nor a thread
 * from being collected.
 */
public final class KQueueFfmLoopCounters {
  private final LoopCounts counts;
  private final WeakReference<Executor> executor;
  private volatile String name = "";
  private boolean started;

  KQueueFfmLoopCounters(LoopCounts counts, Executor executor) {
    this.counts = counts;
    this.executor = new WeakReference<>(executor);
  }

  /**
   * Is notified of the loops that begin and end. It is held weakly: who watches keeps it.
   *
   * <p>The calls come one at a time, on the thread of the loop or the one that calls {@link
   * KQueueFfmLoopCounters#watch}. They should be short, and not wait for another loop. What they
   * throw is logged.
   */
  public interface Watcher {

    /** A loop has a thread, and takes its first turn now. */
    void started(KQueueFfmLoopCounters loop);

    /** A loop that has {@linkplain #started started} takes no further turn. */
    void ended(KQueueFfmLoopCounters loop);
  }

  /** The counters of all loops in the process that have not ended, in the order of their making. */
  public static List<KQueueFfmLoopCounters> all() {
    return LiveLoops.all();
  }

  /**
   * The counters of the loops of a group, in its order. Executors that are no loop of this
   * transport, and loops that have ended, are left out.
   *
   * @param group an event loop, or a group of them
   */
  public static List<KQueueFfmLoopCounters> of(EventExecutorGroup group) {
    List<KQueueFfmLoopCounters> all = LiveLoops.all();
    List<KQueueFfmLoopCounters> found = new ArrayList<>();
    for (EventExecutor child : group) {
      for (KQueueFfmLoopCounters counters : all) {
        if (counters.executor.refersTo(child)) {
          found.add(counters);
        }
      }
    }
    return found;
  }

  /**
   * Calls {@link Watcher#started} for each loop that has started and not ended, and from now on for
   * each one that starts.
   */
  public static void watch(Watcher watcher) {
    LiveLoops.watch(watcher);
  }

  /** Makes no further calls to a watcher. */
  public static void unwatch(Watcher watcher) {
    LiveLoops.unwatch(watcher);
  }

  void begin() {
    counts.begin();
    name = Thread.currentThread().getName();
    LiveLoops.started(this);
  }

  /** Whether watchers know of it. Under the lock of {@link LiveLoops}. */
  boolean isStarted() {
    return started;
  }

  void setStarted() {
    started = true;
  }

  void end() {
    counts.end();
    LiveLoops.ended(this);
  }

  /** The name of the thread that ran the first turn; empty before. */
  public String name() {
    return name;
  }

  /** The event loop, to execute tasks on; {@code null} if it has been collected. */
  public @Nullable Executor executor() {
    return executor.get();
  }

  /** Turns of the loop: how often it has looked for events, with or without a wait. */
  public long turns() {
    return counts.get(Count.TURNS);
  }

  /** Events that kevent reported, without those of wakeups. */
  public long events() {
    return counts.get(Count.EVENTS);
  }

  /** Changes of interest that were sent with kevent. */
  public long changes() {
    return counts.get(Count.CHANGES);
  }

  /** Calls of kevent on the loop's thread. */
  public long keventCalls() {
    return counts.get(Count.KEVENTS);
  }

  /** Waits that another thread ended, each with one system call. */
  public long wakeupsSent() {
    return counts.get(Count.WAKEUPS_SENT);
  }

  /**
   * Turns before which other threads woke the loop up while it did not wait, which costs no system
   * call. Several wakeups before one turn count once.
   */
  public long wakeupsSaved() {
    return counts.get(Count.WAKEUPS_SAVED);
  }

  /** Nanoseconds in which the loop waited for events, with those of a wait that goes on. */
  public long waitingNanos() {
    return counts.waitingNanos();
  }

  /**
   * Nanoseconds since the first turn in which the loop did not wait: it handled events, ran tasks,
   * or was not given the processor. It grows while a handler blocks the loop, and also in the
   * pauses of a loop that its user drives, or that Netty has suspended.
   */
  public long activeNanos() {
    return counts.activeNanos();
  }

  /** Stream channels that are connected and registered with the loop now. */
  public long connectionsOpen() {
    return counts.get(Count.OPEN);
  }

  /** Connections that the loop's server channels accepted; another loop may serve them. */
  public long connectionsAccepted() {
    return counts.get(Count.ACCEPTED);
  }

  /** Stream channels that connected. */
  public long connectionsConnected() {
    return counts.get(Count.CONNECTED);
  }

  /** Connects that the system refused, or that took too long. */
  public long connectsFailed() {
    return counts.get(Count.CONNECTS_FAILED);
  }

  /** Calls of accept that failed, most often because descriptors are short. */
  public long acceptsFailed() {
    return counts.get(Count.ACCEPTS_FAILED);
  }

  /** Bytes received. */
  public long bytesIn() {
    return counts.get(Count.BYTES_IN);
  }

  /** Bytes sent. */
  public long bytesOut() {
    return counts.get(Count.BYTES_OUT);
  }

  /** What was read and fired through a pipeline: buffers of a stream, datagrams, descriptors. */
  public long messagesIn() {
    return counts.get(Count.MESSAGES_IN);
  }

  /**
   * Messages whose last byte was sent: buffers and file regions of a stream, datagrams,
   * descriptors. Empty buffers of a stream are not counted.
   */
  public long messagesOut() {
    return counts.get(Count.MESSAGES_OUT);
  }

  /** Receives, sends and accepts that the system answered with EAGAIN. */
  public long eagains() {
    return counts.get(Count.WOULD_BLOCK);
  }

  /** Sends on streams that took some of the bytes, and not all. */
  public long shortWrites() {
    return counts.get(Count.SHORT_WRITES);
  }

  @Override
  public String toString() {
    return "KQueueFfmLoopCounters("
        + (name.isEmpty() ? "not started" : name)
        + ", turns "
        + turns()
        + ", connections "
        + connectionsOpen()
        + ", bytes in "
        + bytesIn()
        + ", out "
        + bytesOut()
        + ')';
  }
}
