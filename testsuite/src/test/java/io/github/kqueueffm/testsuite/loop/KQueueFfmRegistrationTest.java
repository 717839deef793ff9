package io.github.kqueueffm.testsuite.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmIoOps;
import io.github.kqueueffm.syscall.Kernels;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A user's own descriptors at a loop. */
class KQueueFfmRegistrationTest {
  private static final Platform PLATFORM = Kernels.system().platform();
  private static final int READ = PLATFORM.get(Constant.EVFILT_READ);
  private static final KQueueFfmIoOps READ_ONCE =
      KQueueFfmIoOps.newOps(
          READ, PLATFORM.get(Constant.EV_ADD) | PLATFORM.get(Constant.EV_ONESHOT), 0);

  private final IoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, KQueueFfmIoHandler.newFactory());
  private final IoEventLoop loop = group.next();

  @AfterEach
  void shutDown() {
    assertThat(
            group
                .shutdownGracefully(0, 5, TimeUnit.SECONDS)
                .awaitUninterruptibly(10, TimeUnit.SECONDS))
        .isTrue();
  }

  @Test
  void userDescriptorIsReportedOnceAsSubmitted() throws Exception {
    try (Pipe pipe = new Pipe()) {
      RecordingHandle handle = new RecordingHandle(pipe.source());
      IoRegistration registration = register(handle);
      assertThat(handle.registered.await(10, TimeUnit.SECONDS)).isTrue();

      registration.submit(READ_ONCE);
      pipe.write();

      assertThat(handle.filters.poll(10, TimeUnit.SECONDS)).isEqualTo(READ);
      turn();
      assertThat(handle.filters).isEmpty();
      cancel(registration, handle);
    }
  }

  @Test
  void submitToCancelledRegistrationIsDropped() throws Exception {
    try (Pipe pipe = new Pipe()) {
      RecordingHandle handle = new RecordingHandle(pipe.source());
      IoRegistration registration = register(handle);
      cancel(registration, handle);
      pipe.write();

      registration.submit(READ_ONCE);

      turn();
      assertThat(handle.filters).isEmpty();
      assertThat(registration.isValid()).isFalse();
      assertThat(registration.cancel()).isFalse();
    }
  }

  /**
   * Netty #15041: cancelling the registration of a closed descriptor hit its number's new owner.
   */
  @Test
  void reusedDescriptorGetsNoEventOfItsEarlierRegistration_netty15041() throws Exception {
    try (Pipe first = new Pipe();
        Pipe second = new Pipe()) {
      int number = first.source();
      RecordingHandle before = new RecordingHandle(number);
      RecordingHandle after = new RecordingHandle(number);
      IoRegistration old = register(before);
      old.submit(READ_ONCE);
      turn();
      first.closeSource();
      second.moveSourceTo(number);
      IoRegistration current = register(after);
      current.submit(READ_ONCE);

      cancel(old, before);
      turn();
      second.write();

      assertThat(after.filters.poll(10, TimeUnit.SECONDS)).isEqualTo(READ);
      assertThat(before.filters).isEmpty();
      cancel(current, after);
    }
  }

  @Test
  void eventOfRegistrationCancelledInTheSameTurnIsDropped() throws Exception {
    try (Pipe one = new Pipe();
        Pipe other = new Pipe()) {
      IoRegistration[] registrations = new IoRegistration[2];
      RecordingHandle first = new Cancelling(one.source(), registrations);
      RecordingHandle second = new Cancelling(other.source(), registrations);
      registrations[0] = register(first);
      registrations[1] = register(second);
      one.write();
      other.write();
      loop.submit(
              () -> {
                registrations[0].submit(READ_ONCE);
                registrations[1].submit(READ_ONCE);
              })
          .sync();

      assertThat(first.unregistered.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(second.unregistered.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(first.filters.size() + second.filters.size()).isOne();
    }
  }

  @Test
  void shutdownClosesRegisteredHandles() throws Exception {
    try (Pipe pipe = new Pipe()) {
      RecordingHandle handle = new RecordingHandle(pipe.source());
      register(handle).submit(READ_ONCE);

      group.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();

      assertThat(handle.closed.getCount()).isZero();
      assertThat(handle.unregistered.getCount()).isZero();
    }
  }

  @Test
  void handleOfOtherTransportIsRefused() {
    IoHandle foreign =
        new IoHandle() {
          @Override
          public void handle(IoRegistration registration, IoEvent event) {}

          @Override
          public void close() {}
        };

    assertThat(loop.isCompatible(foreign.getClass())).isFalse();
    assertThatThrownBy(() -> loop.register(foreign).sync())
        .isInstanceOf(IllegalArgumentException.class);
  }

  private IoRegistration register(RecordingHandle handle) throws InterruptedException {
    return loop.register(handle).sync().getNow();
  }

  private static void cancel(IoRegistration registration, RecordingHandle handle)
      throws InterruptedException {
    assertThat(registration.cancel()).isTrue();
    assertThat(handle.unregistered.await(10, TimeUnit.SECONDS)).isTrue();
  }

  /** Returns after the loop sent what was submitted and delivered what was ready. */
  private void turn() throws InterruptedException {
    for (int turns = 0; turns < 3; turns++) {
      loop.schedule(() -> {}, 1, TimeUnit.MILLISECONDS).sync();
    }
  }

  /** Cancels all as soon as it hears of anything. */
  private static final class Cancelling extends RecordingHandle {
    private final IoRegistration[] all;

    Cancelling(int ident, IoRegistration[] all) {
      super(ident);
      this.all = all;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      super.handle(registration, event);
      for (IoRegistration each : all) {
        each.cancel();
      }
    }
  }
}
