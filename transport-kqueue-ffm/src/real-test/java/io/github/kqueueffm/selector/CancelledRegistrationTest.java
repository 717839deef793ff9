package io.github.kqueueffm.selector;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.SystemPromise;
import io.github.kqueueffm.syscall.CountingKernel;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.SocketPair;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several registrations of one number on the embedded kqueue, one of which is cancelled. */
@Tag("real")
@Needs(SystemPromise.EPOLL)
class CancelledRegistrationTest {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

  private final Kernel real = Kernels.system();
  private final Platform platform = real.platform();
  private final CountingKernel calls = CountingKernel.over(real);
  private final Events events = new Events(8);
  private final long memory = NativeMemory.allocate(Long.BYTES);
  private Poller poller;
  private int near;
  private int far;
  private Registration channel;

  @BeforeEach
  void open() throws IOException {
    poller = Poller.open(calls.kernel());
    int[] pair = SocketPair.open(real, Constant.SOCK_STREAM);
    near = pair[0];
    far = pair[1];
    channel = poller.add(near, null);
  }

  @AfterEach
  void close() {
    if (poller != null) {
      poller.close();
      real.close(near);
      real.close(far);
    }
    events.close();
    NativeMemory.free(memory);
  }

  private void arrives() {
    assertThat(real.write(far, memory, 1)).isEqualTo(1);
  }

  /** Arms the channel's read filter, and its event comes. */
  private void isHeard() throws IOException {
    channel.read(Interest.ONE_SHOT);
    assertThat(poller.select(events, PATIENCE, null)).isEqualTo(1);
    assertThat(events.registration(0)).isSameAs(channel);
  }

  private void select() throws IOException {
    assertThat(poller.select(events, 0, null)).isZero();
    calls.reset();
  }

  @ParameterizedTest
  @EnumSource(names = {"EVFILT_TIMER", "EVFILT_USER"})
  void timerOrUserEventOfTheNumberIsNoDescriptor(Constant filter) throws IOException {
    arrives();
    isHeard();
    Registration other = poller.add(near, null);
    int flags = platform.get(Constant.EV_ADD);
    other.submit(platform.get(filter), flags, 0, TimeUnit.DAYS.toMillis(1));
    select();
    other.cancel();
    assertThat(calls.count("epollCtl")).isZero();
    isHeard();
  }

  @Test
  void secondRegistrationOfTheDescriptorTakesNoEventAlong() throws IOException {
    arrives();
    isHeard();
    Registration other = poller.add(near, null);
    other.write(Interest.ONE_SHOT);
    assertThat(poller.select(events, PATIENCE, null)).isEqualTo(1);
    assertThat(events.registration(0)).isSameAs(other);
    other.cancel();
    isHeard();
  }

  @Test
  void registrationLeavesTheKnotesOfALaterOneAlone() throws IOException {
    channel.read(Interest.ONE_SHOT);
    select();
    Registration later = poller.add(near, null);
    later.read(Interest.ONE_SHOT);
    select();
    channel.cancel();
    arrives();
    assertThat(poller.select(events, PATIENCE, null)).isEqualTo(1);
    assertThat(events.registration(0)).isSameAs(later);
  }

  @Test
  void registratorsKnoteIsForgottenBetweenTheEventAndItsReArm() throws IOException {
    arrives();
    isHeard();
    assertThat(poller.immediate().arm(near, 7, false, true)).isZero();
    poller.immediate().forget(near);
    isHeard();
  }

  @Test
  void registratorsKnoteOutlivesTheChannelsRegistration() throws IOException {
    arrives();
    isHeard();
    assertThat(poller.immediate().arm(near, 7, false, true)).isZero();
    channel.cancel();
    assertThat(poller.select(events, PATIENCE, null)).isEqualTo(1);
    assertThat(events.token(0)).isEqualTo(7);
  }

  @Test
  void cancelTakesADescriptorThatIsRememberedOutOfEpollByOneCall() throws IOException {
    arrives();
    isHeard();
    calls.reset();
    channel.cancel();
    assertThat(calls.calls()).containsExactly("epollCtl");
  }

  @Test
  void cancelDeletesAnArmedKnoteByOneCall() throws IOException {
    channel.read(Interest.ONE_SHOT);
    select();
    channel.cancel();
    assertThat(calls.calls()).containsExactly("epollCtl");
  }

  @Test
  void cancelOfWhatWasNeverArmedIsNoCall() throws IOException {
    select();
    channel.cancel();
    assertThat(calls.calls()).isEmpty();
  }

  @Test
  void registrationsOfOneNumberAreFoundAmongMany() throws IOException {
    Registration[] many = new Registration[1_000];
    for (int i = 0; i < many.length; i++) {
      many[i] = poller.add(1_000 + i % 300, null);
    }
    Registration later = poller.add(near, null);
    for (int i = 0; i < many.length; i += 2) {
      many[i].cancel();
    }
    channel.read(Interest.ONE_SHOT);
    later.read(Interest.ONE_SHOT);
    select();
    channel.cancel();
    arrives();
    assertThat(poller.select(events, PATIENCE, null)).isEqualTo(1);
    assertThat(events.registration(0)).isSameAs(later);
    assertThat(poller.registrations()).isEqualTo(many.length / 2 + 1);
  }
}
