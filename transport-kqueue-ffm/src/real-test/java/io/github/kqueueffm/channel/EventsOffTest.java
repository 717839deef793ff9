package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Where Flight Recorder is missing or does not run. */
@Tag("real")
class EventsOffTest {
  private static final String EVENT = "io\\.github\\.kqueueffm\\.jfr\\.\\w+Event ";

  private static List<String> classes(String output, String pattern) {
    return output.lines().filter(line -> line.matches(".*" + pattern + ".*")).toList();
  }

  @Test
  void transportRunsWithoutTheModule() throws Exception {
    String output =
        new ChildJvm()
            .argument("--limit-modules=java.logging,jdk.unsupported,java.management,java.xml")
            .argument("-Xlog:class+load")
            .run(EventsProgram.class, 90)
            .isSuccess()
            .all();
    assertThat(output).contains("jdk.jfr: false", "ran on ");
    assertThat(classes(output, "io\\.github\\.kqueueffm\\.jfr\\.JfrEvents ")).isNotEmpty();
    assertThat(classes(output, EVENT)).isEmpty();
  }

  @Test
  void transportLoadsNoEventWithoutARecording() throws Exception {
    String output =
        new ChildJvm().argument("-Xlog:class+load").run(EventsProgram.class, 90).isSuccess().all();
    assertThat(output).contains("jdk.jfr: true", "ran on ");
    assertThat(classes(output, EVENT)).isEmpty();
  }

  @Test
  void turnsAllocateNothingWithoutARecordingOfThem() throws Exception {
    String output =
        new ChildJvm()
            .argument("-Xlog:class+load")
            .run(EventsOffProgram.class, 90)
            .isSuccess()
            .output();
    assertThat(output).contains("on: false, allocated: 0\n", "on: true, allocated: 0\n");
    String first = output.substring(0, output.indexOf("end of the first part"));
    assertThat(classes(first, EVENT)).isEmpty();
    assertThat(classes(output, EVENT)).isNotEmpty();
  }
}
