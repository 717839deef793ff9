package io.github.kqueueffm.abi;

import java.lang.reflect.AnnotatedElement;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Leaves out what the system does not promise, and says what that is. */
final class NeedsCondition implements ExecutionCondition {

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return context
        .getElement()
        .map(element -> evaluate(element, SystemPromise.asked()))
        .orElseGet(() -> ConditionEvaluationResult.enabled("not an element"));
  }

  static ConditionEvaluationResult evaluate(AnnotatedElement element, Platform platform) {
    Needs needs = element.getAnnotation(Needs.class);
    String broken =
        needs == null
            ? ""
            : Arrays.stream(needs.value())
                .filter(promise -> !promise.isKept(platform))
                .map(promise -> promise + " (" + promise.name() + ')')
                .collect(Collectors.joining("; "));
    return broken.isEmpty()
        ? ConditionEvaluationResult.enabled(platform + " promises all that it needs")
        : ConditionEvaluationResult.disabled(platform + " does not promise: " + broken);
  }
}
