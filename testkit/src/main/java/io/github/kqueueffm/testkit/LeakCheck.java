package io.github.kqueueffm.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Checks after each test class that no buffer has leaked. A module registers it for all its test
 * classes.
 */
public final class LeakCheck implements AfterAllCallback {
  @Override
  public void afterAll(ExtensionContext context) {
    assertThat(System.getProperty("io.netty.customResourceLeakDetector"))
        .isEqualTo(LeakRecorder.class.getName());
    System.gc();
    assertThat(LeakRecorder.drain()).as("leaks found by the end of this class").isEmpty();
  }
}
