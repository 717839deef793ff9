package io.github.kqueueffm.testkit;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A leak detector of Netty that records the leaks. {@code -Dio.netty.customResourceLeakDetector}
 * names it.
 *
 * <p>Netty's default detector reports only to the log. It does not look for leaks if errors are not
 * logged, as in the tests.
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

  /** Whether Netty uses this class for its detectors. Otherwise no leak would be recorded. */
  public static boolean isInstalled() {
    return !DETECTORS.isEmpty();
  }

  /** {@return the leaks since the last call that the garbage collector has found by now} */
  public static List<String> drain() {
    DETECTORS.forEach(LeakRecorder::look);
    List<String> leaks = new ArrayList<>();
    for (String leak = LEAKS.poll(); leak != null; leak = LEAKS.poll()) {
      leaks.add(leak);
    }
    return leaks;
  }

  /** A detector looks for leaks when it starts to track an object. */
  @SuppressWarnings("unchecked")
  private void look() {
    T probe = (T) new Object();
    ResourceLeakTracker<T> tracker = track(probe);
    if (tracker != null) {
      tracker.close(probe);
    }
  }
}
