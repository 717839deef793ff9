package io.github.kqueueffm.containers;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.testcontainers.DockerClientFactory;

/** See {@link NeedsDocker}. */
final class DockerCondition implements ExecutionCondition {
  static final String REQUIRED = "containers.required";

  private static final String SKIPPED =
      "The tests in containers are skipped: Docker does not answer.";
  private static final AtomicBoolean SAID = new AtomicBoolean();

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    ConditionEvaluationResult result =
        evaluate(DockerClientFactory.instance().isDockerAvailable(), Boolean.getBoolean(REQUIRED));
    if (result.isDisabled() && !SAID.getAndSet(true)) {
      System.out.println(SKIPPED);
    }
    return result;
  }

  static ConditionEvaluationResult evaluate(boolean available, boolean required) {
    if (available) {
      return ConditionEvaluationResult.enabled("Docker answers");
    }
    if (required) {
      throw new IllegalStateException(
          "Docker does not answer, and -D" + REQUIRED + "=true says that these tests have to run");
    }
    return ConditionEvaluationResult.disabled(SKIPPED);
  }
}
