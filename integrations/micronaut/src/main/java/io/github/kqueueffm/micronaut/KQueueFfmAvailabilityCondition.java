package io.github.kqueueffm.micronaut;

import io.github.kqueueffm.channel.KQueueFfm;
import io.micronaut.context.condition.Condition;
import io.micronaut.context.condition.ConditionContext;

/**
 * A condition that is true if the kqueue transport is available. Otherwise its message has the
 * cause.
 */
public final class KQueueFfmAvailabilityCondition implements Condition {

  /** For Micronaut. */
  public KQueueFfmAvailabilityCondition() {}

  @Override
  @SuppressWarnings("rawtypes") // Micronaut's own signature
  public boolean matches(ConditionContext context) {
    // Micronaut evaluates this for every configured transport, so a warning would mislead.
    if (!KQueueFfm.isAvailable()) {
      context.fail(
          "the kqueue-ffm transport is not available: "
              + KQueueFfm.unavailabilityCause().getMessage());
    }
    return KQueueFfm.isAvailable();
  }
}
