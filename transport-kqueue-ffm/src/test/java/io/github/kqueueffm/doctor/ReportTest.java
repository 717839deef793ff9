package io.github.kqueueffm.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Fact FACT = Fact.of("value", "origin");

  private final Report report = new Report();

  @Test
  void statusIsThatOfTheWorstFact() {
    assertThat(report.status()).isZero();
    report.add("S", "fact", FACT);
    report.add("S", "note", FACT.note("text"));
    assertThat(report.status()).isZero();
    report.add("S", "advice", FACT.advice("text"));
    assertThat(report.status()).isEqualTo(1);
    report.add("T", "problem", FACT.problem("text"));
    report.add("U", "fact", FACT);
    assertThat(report.status()).isEqualTo(2);
  }

  @Test
  void textHasTheOriginOfEachFactAndWhatToDoBelowIt() {
    report.add("Section", "one", FACT);
    report.add("Section", "other", FACT.advice("do it"));
    report.add("Last", "third", Fact.of("3", ""));
    assertThat(report.text())
        .isEqualTo(
            """
            transport-kqueue-ffm: usable with advice

            Section
              one: value  [origin]
              other: value  [origin]
                advice: do it

            Last
              third: 3
            """);
  }

  @Test
  void nameIsTakenOnceInASection() {
    report.add("S", "name", FACT);
    assertThatThrownBy(() -> report.add("S", "name", FACT))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void jsonIsOneObjectWithoutTextWhereNothingIsToBeSaid() {
    report.add("Section", "one", FACT);
    report.add("Section", "other", FACT.problem("do it"));
    assertThat(report.json())
        .isEqualTo(
            """
            {
              "status": 2,
              "verdict": "not usable",
              "Section": {
                "one": {
                  "value": "value",
                  "from": "origin",
                  "level": "ok"
                },
                "other": {
                  "value": "value",
                  "from": "origin",
                  "level": "problem",
                  "text": "do it"
                }
              }
            }\
            """);
  }

  @Test
  void jsonEscapesWhatItMustAndStaysAscii() {
    report.add("\"S\\", "n\u0001\n\t", Fact.of("\u00e4 \ud83d\ude00 \u007f /", "\b\f\r"));
    assertThat(report.json())
        .contains("\"\\\"S\\\\\": {")
        .contains("\"n\\u0001\\n\\t\": {")
        .contains("\"\\u00e4 \\ud83d\\ude00 \\u007f /\"")
        .contains("\"\\b\\f\\r\"")
        .matches("[\\n -~]*");
  }

  @Test
  void emptySectionIsAnEmptyObject() {
    assertThat(new Json().begin().key("a").begin().end().key("b").begin().end().end())
        .hasToString("{\n  \"a\": {},\n  \"b\": {}\n}");
  }
}
