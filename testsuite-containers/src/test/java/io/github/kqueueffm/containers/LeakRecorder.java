package io.github.kqueueffm.containers;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** Netty's leak detector, which remembers; named by a system property. */
public final class LeakRecorder<T> extends ResourceLeakDetector<T> {
  private static final List<LeakRecorder<?>> DETECTORS = new CopyOnWriteArrayList<>();
  private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

  /** Called by Netty. */
  public LeakRecorder(Class<?> resourceType, int samplingInterval) {
    super(resourceType, samplingInterval);
    DETECTORS.add(this);
  }

  /** Called by Netty. */
  @SuppressWarnings("unused") // Netty's detectors have had no limit on live instances for long.
  public LeakRecorder(Class<?> resourceType, int samplingInterval, long maxActive) {
    this(resourceType, samplingInterval);
  }

  @Override
  protected boolean needReport() {
    return true;
  }

  @Override
  protected void reportTracedLeak(String resourceType, String records) {
    LEAKS.add(resourceType + ":" + records);
  }

  @Override
  protected void reportUntracedLeak(String resourceType) {
    LEAKS.add(resourceType + ": no trace");
  }

  /** What leaked since the last call, as far as the garbage collector finds it now. */
  static List<String> drain() {
    System.gc();
    DETECTORS.forEach(LeakRecorder::look);
    List<String> leaks = new ArrayList<>();
    for (String leak = LEAKS.poll(); leak != null; leak = LEAKS.poll()) {
      leaks.add(leak);
    }
    return leaks;
  }

  /** A detector looks for leaks when it begins to track something. */
  @SuppressWarnings("unchecked")
  private void look() {
    T probe = (T) new Object();
    ResourceLeakTracker<T> tracker = track(probe);
    if (tracker != null) {
      tracker.close(probe);
    }
  }
}
