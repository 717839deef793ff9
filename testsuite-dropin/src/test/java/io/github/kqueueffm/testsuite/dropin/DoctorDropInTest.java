package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.doctor.Doctor;
import io.github.kqueueffm.testkit.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the doctor says of the drop-in and of Lettuce, beside the loop that Lettuce then has. */
class DoctorDropInTest {
  private static final String NIO = "io.netty.channel.nio.NioIoHandler";
  private static final String DROPPED_IN = "io.netty.channel.kqueue.KQueueIoHandler";

  private static ChildJvm.Result run(Class<?> program, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("-Dio.netty.bootstrap.extensions=serviceload");
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    return ChildJvm.java(command).hasEnded();
  }

  private static void assertBothSay(String said, String handler, String... options)
      throws Exception {
    assertThat(run(LoopOfLettuce.class, options).isSuccess().output())
        .contains("Lettuce: " + handler);
    assertThat(run(Doctor.class, options).output())
        .contains("\n  Lettuce: " + said + ", " + handler);
  }

  @Test
  void lettuceIsOnTheDropInWhereTheDoctorSaysSo() throws Exception {
    assertBothSay("kqueue", DROPPED_IN, "-Dio.github.kqueueffm.dropin=true");
  }

  @Test
  void lettuceIsOnNioWhereTheDropInIsOff() throws Exception {
    assertBothSay("NIO", NIO, "-Dio.github.kqueueffm.dropin=false");
  }

  @Test
  void lettucesPropertyIsObeyed() throws Exception {
    assertBothSay(
        "NIO", NIO, "-Dio.github.kqueueffm.dropin=true", "-Dio.lettuce.core.kqueue=false");
  }

  @Test
  void dropInSaysWhetherItIsOnAndWhatTurnsItOn() throws Exception {
    String on = run(Doctor.class, "-Dio.github.kqueueffm.dropin=true").output();
    assertThat(on)
        .contains("  drop-in netty-kqueue-over-ffm: on  [io.netty.channel.kqueue.KQueue")
        .contains("note: libraries that ask for Netty's kqueue run on this transport")
        .containsPattern("  classes named KQueue: \\S+ {2}\\[");
    boolean linux = Platform.detected().startsWith("linux-");
    String off =
        (linux ? run(Doctor.class) : run(Doctor.class, "-Dio.github.kqueueffm.dropin=false"))
            .output();
    assertThat(off)
        .contains("  drop-in netty-kqueue-over-ffm: off: ")
        .contains("note: -Dio.github.kqueueffm.dropin=true or false turns it on or off");
  }
}
