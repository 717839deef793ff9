package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a datagram for a full receiver is tried again, and when no longer. */
class FullReceiverTest {
  private static final long NOW = TimeUnit.DAYS.toNanos(3);
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(FullReceiver.PATIENCE_SECONDS);

  private final FullReceiver receiver = new FullReceiver();

  @Test
  void delaysDoubleUpToTheLongest() {
    for (long delay : new long[] {5, 10, 20, 40, 80, 100, 100}) {
      assertThat(receiver.refused(NOW)).isEqualTo(delay);
    }
  }

  @Test
  void patienceEndsAfterItsTimeAndNotBefore() {
    receiver.refused(NOW);
    assertThat(receiver.refused(NOW + PATIENCE - 1)).isEqualTo(10);
    assertThat(receiver.refused(NOW + PATIENCE)).isEqualTo(FullReceiver.TOO_LONG);
  }

  @Test
  void resetBeginsTheTimeAndTheDelaysAnew() {
    receiver.refused(NOW);
    receiver.refused(NOW);
    receiver.begin();
    receiver.reset();
    assertThat(receiver.isAwaited()).isFalse();
    assertThat(receiver.refused(NOW + 2 * PATIENCE)).isEqualTo(5);
    assertThat(receiver.refused(NOW + 3 * PATIENCE - 1)).isEqualTo(10);
  }

  @Test
  void onlyItsOwnTimerEndsAWait() {
    assertThat(receiver.isAwaited()).isFalse();
    Object former = receiver.begin();
    Object wait = receiver.begin();
    assertThat(receiver.isAwaited()).isTrue();
    assertThat(receiver.end(former)).isFalse();
    assertThat(receiver.isAwaited()).isTrue();
    assertThat(receiver.end(wait)).isTrue();
    assertThat(receiver.isAwaited()).isFalse();
    assertThat(receiver.end(wait)).isFalse();
  }
}
