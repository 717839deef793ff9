package io.github.kqueueffm.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RatioTest {
  @Test
  void pairsThatAgreeAreADifference() {
    assertThat(Ratio.of(List.of(1.2, 1.08, 1.1))).hasToString("1.10 (1.08-1.20)");
    assertThat(Ratio.of(List.of(0.8, 0.9, 0.7, 0.6))).hasToString("0.75 (0.60-0.90)");
  }

  @Test
  void pairsThatDisagreeAreNoDifference() {
    assertThat(Ratio.of(List.of(1.5, 0.99, 1.4)).isDifference()).isFalse();
    assertThat(Ratio.of(List.of(0.5, 1.01, 0.6)).isDifference()).isFalse();
  }

  @Test
  void lessThanFivePercentIsNoDifference() {
    assertThat(Ratio.of(List.of(1.04, 1.03, 1.04))).hasToString("1.04 (1.03-1.04), no difference");
    assertThat(Ratio.of(List.of(0.96, 0.97, 0.96))).hasToString("0.96 (0.96-0.97), no difference");
  }
}
