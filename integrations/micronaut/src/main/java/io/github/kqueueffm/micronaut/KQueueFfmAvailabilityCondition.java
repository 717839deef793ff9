package io.github.kqueueffm.micronaut;

import io.github.kqueueffm.channel.KQueueFfm;
import io.micronaut.context.condition.Condition;
import io.micronaut.context.condition.ConditionContext;

/** Holds where the kqueue transport is available; elsewhere it says why it is not. */
public final class KQueueFfmAvailabilityCondition implements Condition {

  /** For Micronaut. */
  public KQueueFfmAvailabilityCondition() {}

  @Override
  @SuppressWarnings("rawtypes") // Micronaut's own signature
  public boolean matches(ConditionContext context) {
    // Micronaut evaluates this whatever transport is configured, so a warning would mislead.
    if (!KQueueFfm.isAvailable()) {
      context.fail(
          "the kqueue-ffm transport is not available: "
              + KQueueFfm.unavailabilityCause().getMessage());
    }
    return KQueueFfm.isAvailable();
  }
}
