package io.github.kqueueffm.testsuite.configurations;

import io.github.kqueueffm.channel.KQueueFfm;
import io.netty.util.Version;
import io.netty.util.internal.PlatformDependent;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a JVM can be set up to run the transport, beside its Netty.
 *
 * @param wakeup how a sleeping loop is woken
 * @param noUnsafe whether Netty avoids {@code sun.misc.Unsafe}; from Java 25 on it does so by
 *     default
 * @param denied whether the JVM denies the memory access of {@code sun.misc.Unsafe}
 */
record Configuration(String wakeup, boolean noUnsafe, boolean denied) {
  private static final String DENY = "--sun-misc-unsafe-memory-access=deny";
  private static final int FIRST_JAVA_THAT_DENIES = 23;

  /** Every pair of two settings, Netty's version among them, is in one of the six. */
  static List<Configuration> pairwise(boolean newestNetty) {
    return newestNetty
        ? List.of(
            new Configuration("timer", true, false),
            new Configuration("user", false, false),
            new Configuration("pipe", false, true))
        : List.of(
            new Configuration("timer", false, true),
            new Configuration("user", true, true),
            new Configuration("pipe", true, false));
  }

  static List<Configuration> all() {
    List<Configuration> all = new ArrayList<>();
    for (String wakeup : List.of("timer", "user", "pipe")) {
      for (boolean noUnsafe : new boolean[] {true, false}) {
        for (boolean denied : new boolean[] {true, false}) {
          all.add(new Configuration(wakeup, noUnsafe, denied));
        }
      }
    }
    return all;
  }

  /** What the JVM is started with. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    arguments.add("-Dio.github.kqueueffm.wakeup=" + wakeup);
    arguments.add("-Dio.netty.noUnsafe=" + noUnsafe);
    if (isDenied()) {
      arguments.add(DENY);
    }
    return arguments;
  }

  private boolean isDenied() {
    return denied && Runtime.version().feature() >= FIRST_JAVA_THAT_DENIES;
  }

  /** In the JVM: what is not as this configuration and that version of Netty would have it. */
  List<String> deviations(String nettyVersion) {
    String description = KQueueFfm.description();
    String netty = Version.identify().get("netty-transport").artifactVersion();
    boolean unsafe = !noUnsafe && !isDenied();
    return Stream.of(
            description.contains(wakeup)
                ? null
                : "the wakeup is not " + wakeup + ": " + description,
            netty.equals(nettyVersion) ? null : "Netty is " + netty + " and not " + nettyVersion,
            PlatformDependent.hasUnsafe() == unsafe
                ? null
                : "sun.misc.Unsafe is " + (unsafe ? "not " : "") + "in use")
        .filter(deviation -> deviation != null)
        .toList();
  }

  @Override
  public String toString() {
    return "wakeup by "
        + wakeup
        + (noUnsafe ? ", noUnsafe" : ", Unsafe")
        + (denied ? ", memory access denied" : "");
  }
}
