package io.github.kqueueffm.testsuite.harness;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.LeakRecorder;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Registered for every test class: opens what the shared tests connect to in vain, and looks for
 * leaks after each class and, thoroughly, when the suite ends.
 */
public final class SuiteExtension implements BeforeAllCallback, AfterAllCallback {
  private static final Namespace SUITE = Namespace.create(SuiteExtension.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    // JUnit closes what the root's store holds when the last class is done.
    context
        .getRoot()
        .getStore(SUITE)
        .getOrComputeIfAbsent(SuiteResources.class, key -> SuiteResources.open());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    assertThat(LeakRecorder.drain()).as("leaks found by the end of this class").isEmpty();
  }
}
