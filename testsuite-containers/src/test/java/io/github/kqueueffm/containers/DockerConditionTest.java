package io.github.kqueueffm.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DockerConditionTest {
  @Test
  void withDockerTheTestsRun() {
    assertThat(DockerCondition.evaluate(true, false).isDisabled()).isFalse();
    assertThat(DockerCondition.evaluate(true, true).isDisabled()).isFalse();
  }

  @Test
  void withoutDockerTheTestsAreSkippedAndSayWhy() {
    assertThat(DockerCondition.evaluate(false, false).getReason())
        .hasValueSatisfying(reason -> assertThat(reason).contains("Docker does not answer"));
    assertThat(DockerCondition.evaluate(false, false).isDisabled()).isTrue();
  }

  @Test
  void whereDockerIsRequiredItsAbsenceIsFailure() {
    assertThatThrownBy(() -> DockerCondition.evaluate(false, true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("-Dcontainers.required=true");
  }
}
