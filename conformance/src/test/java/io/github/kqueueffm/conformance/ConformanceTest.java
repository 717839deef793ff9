package io.github.kqueueffm.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.kqueueffm.conformance.Result.Outcome;
import io.github.kqueueffm.testkit.ChildJvm;
import io.github.kqueueffm.testkit.NetbsdLibrary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The conformance program, run as a user runs it. */
@Tag("any-netty")
class ConformanceTest {
  private static final long SECONDS = 90;

  @TempDir private static Path folder;

  @Test
  void passesHereAndSaysWhatItRanOn() throws Exception {
    ChildJvm.Result result = run(new ChildJvm());
    assertThat(result.status()).as("%s%n%s", result.output(), result.errors()).isZero();
    assertThat(result.output()).contains("system     " + System.getProperty("os.name"));
    if (System.getProperty("os.name").equals("Linux")) {
      assertThat(result.output()).contains("embedded kqueue");
    }
    assertThat(result.output()).contains(" 0 failed").doesNotContain("FAIL");
    for (Check check : Conformance.checks()) {
      assertThat(result.output()).contains(check.name() + ": ");
    }
  }

  @Test
  void tellsTheSameInJson() throws Exception {
    ChildJvm.Result result = run(new ChildJvm(), "--json");
    assertThat(result.status()).as("%s%n%s", result.output(), result.errors()).isZero();
    JsonNode report = new ObjectMapper().readTree(result.output());
    assertThat(report.get("available").asBoolean()).isTrue();
    assertThat(report.get("failed").asInt()).isZero();
    assertThat(report.get("passed").asInt() + report.get("notOffered").asInt())
        .isEqualTo(Conformance.checks().size());
    assertThat(report.get("checks").findValuesAsText("name"))
        .isEqualTo(Conformance.checks().stream().map(Check::name).toList());
  }

  @Test
  void everyCheckHasANameOfItsOwnInItsGroup() {
    assertThat(Conformance.checks())
        .extracting(check -> check.group() + ": " + check.name())
        .doesNotHaveDuplicates();
  }

  @Test
  void aFailedCheckMakesTheRunFailAndStopsNoOther() throws Exception {
    Report report =
        Conformance.run(
            List.of(
                new Check("group", "deviates", bench -> deviation("saw \"this\"\n\tand that")),
                new Check("group", "breaks", bench -> breakDown()),
                new Check("group", "is not there", bench -> notOffered("no such thing")),
                new Check("group", "holds", bench -> "as it should")));
    assertThat(report.results())
        .extracting(Result::outcome)
        .containsExactly(Outcome.FAIL, Outcome.FAIL, Outcome.NOT_OFFERED, Outcome.PASS);
    assertThat(Conformance.status(report)).isEqualTo(1);
    assertThat(report.text())
        .contains("FAIL         deviates: saw \"this\" and that")
        .contains("FAIL         breaks: java.lang.StackOverflowError")
        .contains("1 passed, 2 failed, 1 not offered");
    JsonNode json = new ObjectMapper().readTree(report.json());
    assertThat(json.get("failed").asInt()).isEqualTo(2);
    assertThat(json.at("/checks/0/seen").asText()).isEqualTo("saw \"this\"\n\tand that");
    assertThat(json.at("/checks/2/outcome").asText()).isEqualTo("not_offered");
  }

  private static String deviation(String seen) {
    throw new Deviation(seen);
  }

  private static String breakDown() {
    throw new StackOverflowError();
  }

  private static String notOffered(String seen) {
    throw new NotOffered(seen);
  }

  @Test
  void onlyNotOfferedChecksAreAGoodRun() throws Exception {
    Report report =
        Conformance.run(List.of(new Check("group", "is not there", bench -> notOffered("none"))));
    assertThat(Conformance.status(report)).isZero();
  }

  @Test
  void findsADefectOfASystem() throws Exception {
    ChildJvm.Result result = run(onNetbsd("TICKS"));
    assertThat(result.status()).as("%s%n%s", result.output(), result.errors()).isEqualTo(1);
    assertThat(result.output()).contains("FAIL         SO_LINGER is in seconds: set 7 s, got 700");
    assertThat(result.output())
        .contains("pass         TCP echoes 1 MiB")
        // Its struct tcp_info is laid out by the compiler.
        .contains("pass         the state of a TCP connection is known: mss ");
  }

  private static ChildJvm onNetbsd(String... macros) throws IOException, InterruptedException {
    return new ChildJvm()
        .property("io.github.kqueueffm.platform", "netbsd-x86_64")
        .property("io.github.kqueueffm.library", NetbsdLibrary.compile(folder, macros));
  }

  @Test
  void whereTheTransportCannotRunItSaysWhy() throws Exception {
    ChildJvm.Result result = run(new ChildJvm().property("io.netty.transport.noNative", true));
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.output()).contains("NOT AVAILABLE", "io.netty.transport.noNative");
  }

  @Test
  void anUnknownArgumentIsAnsweredWithTheUsage() throws Exception {
    ChildJvm.Result result = run(new ChildJvm(), "--yaml");
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.errors()).contains("usage: ", "--json");
  }

  private static ChildJvm.Result run(ChildJvm jvm, String... arguments)
      throws IOException, InterruptedException {
    return jvm.run(Conformance.class, SECONDS, arguments);
  }
}
