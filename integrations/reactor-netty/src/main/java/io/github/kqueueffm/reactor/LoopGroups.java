package io.github.kqueueffm.reactor;

import io.github.kqueueffm.channel.KQueueFfmEventLoopGroup;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/** The groups of this transport. Each is created when it is first requested. */
final class LoopGroups {
  /** The count of selectors with which the workers also accept, as in reactor-netty. */
  static final int WORKERS_SELECT = -1;

  private final String prefix;
  private final int selectCount;
  private final int workerCount;
  private final boolean daemon;
  private final boolean colocate;
  private @Nullable EventLoopGroup workers;
  private @Nullable EventLoopGroup selectors;
  private @Nullable EventLoopGroup clients;
  private boolean disposed;

  /**
   * @param selectCount the number of loops that accept, or {@link #WORKERS_SELECT}
   */
  LoopGroups(String prefix, int selectCount, int workerCount, boolean daemon, boolean colocate) {
    this.prefix = prefix;
    this.selectCount = selectCount;
    this.workerCount = workerCount;
    this.daemon = daemon;
    this.colocate = colocate;
  }

  boolean isDaemon() {
    return daemon;
  }

  synchronized EventLoopGroup workers() {
    if (workers == null) {
      workers = newGroup(workerCount, prefix + "-kqueue-ffm");
    }
    return workers;
  }

  synchronized EventLoopGroup selectors() {
    if (selectors == null) {
      selectors =
          selectCount == WORKERS_SELECT
              ? workers()
              : newGroup(selectCount, prefix + "-select-kqueue-ffm");
    }
    return selectors;
  }

  synchronized EventLoopGroup clients() {
    if (clients == null) {
      clients = colocate ? LoopResources.colocate(workers()) : workers();
    }
    return clients;
  }

  private EventLoopGroup newGroup(int loops, String threadPrefix) {
    if (disposed) {
      throw new RejectedExecutionException("these loop resources have been disposed of");
    }
    return new KQueueFfmEventLoopGroup(loops, new LoopThreads(threadPrefix, daemon));
  }

  /** Prevents the creation of further groups. Existing ones have to be shut down. */
  synchronized List<EventLoopGroup> dispose() {
    disposed = true;
    List<EventLoopGroup> made = new ArrayList<>();
    if (selectors != null && selectors != workers) {
      made.add(selectors);
    }
    if (workers != null) {
      made.add(workers);
    }
    return made;
  }

  synchronized boolean isDisposed() {
    return disposed;
  }

  @Override
  public String toString() {
    return "prefix=%s, daemon=%s, selectCount=%d, workerCount=%d"
        .formatted(prefix, daemon, selectCount, workerCount);
  }
}
