package io.github.kqueueffm.testkit;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Netty's leak detector with a memory, named by {@code -Dio.netty.customResourceLeakDetector}.
 *
 * <p>Netty's own reports to the log only, and not even looks for leaks where errors are not logged,
 * which is how the tests run.
 */
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

  /** Whether Netty took this class for its detectors, without which nothing would be noticed. */
  public static boolean isInstalled() {
    return !DETECTORS.isEmpty();
  }

  /** What leaked since the last call, as far as the garbage collector has found it by now. */
  public static List<String> drain() {
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
