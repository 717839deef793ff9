package io.github.kqueueffm.testsuite.dropin;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.testkit.Carried;
import io.github.kqueueffm.testkit.WitnessExtension;
import io.netty.channel.kqueue.KQueueIoHandler;
import java.net.InetSocketAddress;
import java.util.List;

/** What the channels that a library opens in this JVM are, and how much they received. */
final class Witness {
  private Witness() {}

  /**
   * All channels so far are of Netty's names, are ours below them and run on our loops; and those
   * of one name have received as many bytes.
   *
   * @param type the simple name of the class
   */
  static void assertCarried(String type, long bytes) {
    List<Carried> all = WitnessExtension.channels();
    assertThat(all).isNotEmpty().allSatisfy(Witness::assertOurs);
    List<Carried> channels =
        all.stream().filter(carried -> carried.type().getSimpleName().equals(type)).toList();
    assertThat(channels).as("channels of %s among %s", type, all).isNotEmpty();
    assertThat(channels.stream().mapToLong(Carried::received).sum()).isGreaterThanOrEqualTo(bytes);
  }

  /**
   * {@return the port of the first channel of that type}
   *
   * @param type the simple name of the class
   */
  static int port(String type) {
    List<Carried> all = WitnessExtension.channels();
    return all.stream()
        .filter(carried -> carried.type().getSimpleName().equals(type))
        .map(carried -> ((InetSocketAddress) carried.localAddress()).getPort())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + type + " among " + all));
  }

  private static void assertOurs(Carried carried) {
    Class<?> type = carried.type();
    assertThat(type.getPackageName()).isEqualTo("io.netty.channel.kqueue");
    assertThat(type.getSuperclass().getName())
        .isEqualTo(
            "io.github.kqueueffm.channel." + type.getSimpleName().replace("KQueue", "KQueueFfm"));
    assertThat(carried.isOnLoopOf(KQueueIoHandler.class)).isTrue();
    assertThat(KQueueIoHandler.class.getSuperclass().getName())
        .isEqualTo("io.github.kqueueffm.channel.KQueueFfmIoHandler");
    assertThat(carried.hasReadOnItsLoop()).isTrue();
  }
}
