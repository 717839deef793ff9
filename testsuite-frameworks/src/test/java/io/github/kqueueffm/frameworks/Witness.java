package io.github.kqueueffm.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.testkit.Carried;
import io.github.kqueueffm.testkit.WitnessExtension;
import io.netty.channel.Channel;
import io.netty.channel.ServerChannel;
import io.netty.util.LeakPresenceDetector;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ListAssert;

/**
 * Sees the channels that are opened while a test runs, and what each of them carries.
 *
 * <p>Netty's bootstraps show their channels by themselves, whatever program uses them; one that
 * goes without a bootstrap calls {@link #see} when it sets up a channel.
 */
public final class Witness implements AutoCloseable {
  private static final AtomicReference<Witness> CURRENT = new AtomicReference<>();

  /** How many channels there were before. */
  private final int earlier = WitnessExtension.channels().size();

  private Witness() {}

  /** Watches until it is closed; one at a time. */
  public static Witness open() {
    Witness witness = new Witness();
    assertThat(CURRENT.compareAndSet(null, witness)).as("another witness is open").isTrue();
    return witness;
  }

  /** Shows it a channel that has not carried anything yet. */
  public static void see(Channel channel) {
    WitnessExtension.see(channel);
  }

  /**
   * Every channel was one of this transport's, on its loop; and channels of that type carried as
   * much in each direction, on threads whose names begin so.
   */
  public void assertCarried(Class<? extends Channel> type, long bytes, String threadPrefix) {
    assertOnlyOurs();
    List<Carried> channels = channels();
    List<Carried> ours = channels.stream().filter(carried -> carried.type() == type).toList();
    assertThat(ours).as("channels of %s among %s", type, channels).isNotEmpty();
    assertThat(ours.stream().mapToLong(Carried::received).sum())
        .as("%s", ours)
        .isGreaterThanOrEqualTo(bytes);
    assertThat(ours.stream().mapToLong(Carried::sent).sum())
        .as("%s", ours)
        .isGreaterThanOrEqualTo(bytes);
    assertThat(ours)
        .allSatisfy(carried ->
            assertThat(carried.threads()).allMatch(name -> name.startsWith(threadPrefix)));
  }

  /** A channel of that type listened. */
  public void assertListened(Class<? extends ServerChannel> type) {
    assertOnlyOurs();
    assertThat(channels()).extracting(Carried::type).anyMatch(type::equals);
  }

  private List<Carried> channels() {
    List<Carried> all = WitnessExtension.channels();
    return all.subList(earlier, all.size());
  }

  private ListAssert<Carried> assertOnlyOurs() {
    return assertThat(channels())
        .isNotEmpty()
        .allSatisfy(carried -> {
          assertThat(carried.type().getSimpleName()).startsWith("KQueueFfm");
          assertThat(carried.isOnLoopOf(KQueueFfmIoHandler.class)).isTrue();
        });
  }

  /** What the test opened is closed, and no buffer is left of it. */
  public static void assertNothingLeft() {
    assertThat(System.getProperty("io.netty.customResourceLeakDetector"))
        .isEqualTo(LeakPresenceDetector.class.getName());
    LeakPresenceDetector.check();
  }

  @Override
  public void close() {
    assertThat(CURRENT.compareAndSet(this, null)).isTrue();
  }
}
