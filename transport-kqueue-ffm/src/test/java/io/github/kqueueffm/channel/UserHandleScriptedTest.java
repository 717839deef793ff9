package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.selector.ScriptedPollers;
import io.github.kqueueffm.syscall.Kevent;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.ScriptedKernel;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A handler that the test drives itself, and descriptors of a user's own, on every system. */
@ParameterizedClass
@EnumSource(Os.class)
class UserHandleScriptedTest {
  private static final int KQUEUE = ScriptedPollers.KQUEUE;

  private final Os os;
  private final ScriptedKernel script;
  private final Driver driver = new Driver();

  UserHandleScriptedTest(Os os) {
    this.os = os;
    script = ScriptedKernel.on(os.platform()).withKeventSymbol(os.keventSymbol());
  }

  /** The loop: any thread that says that it is. */
  private static final class Driver implements ThreadAwareExecutor, IoHandlerContext {
    final Queue<Runnable> tasks = new ArrayDeque<>();
    final List<Long> reported = new ArrayList<>();
    volatile Thread thread = Thread.currentThread();
    boolean canBlock = true;
    boolean reports;

    @Override
    public boolean isExecutorThread(Thread candidate) {
      return candidate == thread;
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public boolean canBlock() {
      return canBlock;
    }

    @Override
    public boolean shouldReportActiveIoTime() {
      return reports;
    }

    @Override
    public void reportActiveIoTime(long activeNanos) {
      reported.add(activeNanos);
    }

    @Override
    public long delayNanos(long now) {
      return Long.MAX_VALUE;
    }

    @Override
    public long deadlineNanos() {
      return -1;
    }
  }

  private static final class Handle implements KQueueFfmIoHandle {
    final List<String> log = new ArrayList<>();
    private final int ident;
    private Runnable then = () -> {};
    private long udata;

    Handle(int ident) {
      this.ident = ident;
    }

    @Override
    public int ident() {
      return ident;
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      KQueueFfmIoEvent kevent = (KQueueFfmIoEvent) event;
      log.add(kevent.ident() + " " + kevent.filter() + " " + kevent.fflags() + " " + kevent.data());
      then.run();
      udata = kevent.udata();
    }

    @Override
    public void unregistered() {
      log.add("unregistered");
    }

    @Override
    public void close() {
      log.add("closed");
    }
  }

  private KQueueFfmIoHandler open() throws Exception {
    ScriptedPollers.assume(script.kernel(), "timer", true);
    ScriptedPollers.expectOpen(script, "timer");
    return new KQueueFfmIoHandler(
        driver, script.kernel(), 16, DefaultSelectStrategyFactory.INSTANCE);
  }

  private void end(KQueueFfmIoHandler handler) {
    handler.prepareToDestroy();
    handler.destroy();
    script.verify();
    assertThat(script.calls("close")).isEqualTo(1);
  }

  private int run(KQueueFfmIoHandler handler) {
    int handled = handler.run(driver);
    script.verify();
    return handled;
  }

  private KQueueFfmIoOps ops(Kevent kevent) {
    return KQueueFfmIoOps.newOps(kevent.filter(), kevent.flags(), kevent.fflags(), kevent.data());
  }

  @Test
  @DisplayName("submitted changes are sent verbatim, in order, and their events go to their handle")
  void changesAreSentVerbatimInOrder() throws Exception {
    long before = NativeMemory.live();
    KQueueFfmIoHandler handler = open();
    Handle one = new Handle(71);
    Handle two = new Handle(72);
    IoRegistration first = handler.register(one);
    IoRegistration second = handler.register(two);
    Kevent watch = script.read(71).flags(Constant.EV_ADD, Constant.EV_CLEAR).data(3);
    Kevent timer = script.timer(72).flags(Constant.EV_ADD).data(1000);
    Kevent off = script.read(71).flags(Constant.EV_DISABLE);
    assertThat(first.submit(ops(watch))).isPositive();
    second.submit(ops(timer));
    first.submit(ops(off));
    script
        .expectKevent()
        .changes(watch, timer, off)
        .returns(script.timer(72).data(2), script.read(71).data(9).fflags(5));
    assertThat(run(handler)).isEqualTo(2);
    assertThat(one.log).containsExactly("71 " + os.evfiltRead() + " 5 9");
    assertThat(two.log).containsExactly("72 " + script.timer(72).filter() + " 0 2");

    script.expectKevent().changes(script.timer(72).delete()).withoutSlots();
    assertThat(second.cancel()).isTrue();
    assertThat(second.cancel()).isFalse();
    assertThat(two.log).endsWith("unregistered");
    script.expectKevent().changes(script.read(71).delete()).withoutSlots().fails(Errno.ENOENT);
    end(handler);
    assertThat(one.log).endsWith("closed", "unregistered");
    assertThat(NativeMemory.live()).isEqualTo(before);
  }

  @Test
  @DisplayName("a submitted change that fails is an event with EV_ERROR")
  void failedChangeIsAnErrorEvent() throws Exception {
    KQueueFfmIoHandler handler = open();
    Handle handle = new Handle(71);
    IoRegistration registration = handler.register(handle);
    Kevent timer = script.timer(71).flags(Constant.EV_ADD).data(1);
    registration.submit(ops(timer));
    script.expectKevent().changes(timer).returns(timer.error(Errno.EINVAL));
    assertThat(run(handler)).isEqualTo(1);
    assertThat(handle.log).containsExactly("71 " + timer.filter() + " 0 22");
    script.expectKevent().changes(script.timer(71).delete()).withoutSlots().fails(Errno.ENOENT);
    end(handler);
  }

  @Test
  @DisplayName("an exception of one handle does not take a batch's events from the others")
  void exceptionOfOneHandleKeepsEventsOfOthers() throws Exception {
    KQueueFfmIoHandler handler = open();
    Handle bad = new Handle(71);
    bad.then =
        () -> {
          throw new IllegalStateException("a handle's own fault");
        };
    Handle good = new Handle(72);
    IoRegistration first = handler.register(bad);
    IoRegistration second = handler.register(good);
    first.submit(ops(script.read(71).oneShot()));
    second.submit(ops(script.read(72).oneShot()));
    script.expectKevent().returns(script.read(71), script.read(72));
    assertThat(run(handler)).isEqualTo(2);
    assertThat(good.log).hasSize(1);
    script.allow("kevent");
    end(handler);
  }

  @Test
  @DisplayName("an error of one handle does not take a batch's events from the others")
  void errorOfOneHandleKeepsEventsOfOthers() throws Exception {
    KQueueFfmIoHandler handler = open();
    Handle bad = new Handle(71);
    bad.then =
        () -> {
          throw new StackOverflowError("a handle's own fault");
        };
    Handle good = new Handle(72);
    IoRegistration first = handler.register(bad);
    IoRegistration second = handler.register(good);
    first.submit(ops(script.read(71).oneShot()));
    second.submit(ops(script.read(72).oneShot()));
    script.expectKevent().returns(script.read(71), script.read(72));
    assertThat(run(handler)).isEqualTo(2);
    assertThat(good.log).hasSize(1);
    script.allow("kevent");
    end(handler);
  }

  @Test
  @DisplayName("a cancel within a batch ends its events; unregistered() follows the batch [A1]")
  void cancelWithinBatchEndsEvents() throws Exception {
    KQueueFfmIoHandler handler = open();
    Handle one = new Handle(71);
    Handle two = new Handle(72);
    IoRegistration first = handler.register(one);
    IoRegistration second = handler.register(two);
    first.submit(ops(script.read(71).oneShot()));
    second.submit(ops(script.read(72).oneShot()));
    script.expectKevent().returns(script.read(71), script.read(72));
    script.expectKevent().changes(script.read(72).delete()).withoutSlots().fails(Errno.ENOENT);
    script.expectKevent().changes(script.read(71).delete()).withoutSlots().fails(Errno.ENOENT);
    one.then =
        () -> {
          second.cancel();
          assertThat(two.log).isEmpty();
          first.cancel();
        };
    assertThat(run(handler)).isEqualTo(1);
    assertThat(one.udata).as("told after its own cancellation too").isPositive();
    assertThat(two.log).containsExactly("unregistered");
    script.allow("kevent");
    end(handler);
  }

  @Test
  @DisplayName("a submit from another thread reaches the kernel through the loop's tasks")
  void submitOfAnotherThreadRunsAsTask() throws Exception {
    KQueueFfmIoHandler handler = open();
    IoRegistration registration = handler.register(new Handle(71));
    Kevent watch = script.read(71).oneShot();
    ScriptedLoop.elsewhere(() -> assertThat(registration.submit(ops(watch))).isPositive());
    assertThat(driver.tasks).hasSize(1);
    driver.tasks.remove().run();
    script.expectKevent().changes(watch).forEver().returns();
    run(handler);
    ScriptedLoop.elsewhere(registration::cancel);
    assertThat(registration.isValid()).isFalse();
    script.expectKevent().changes(script.read(71).delete()).withoutSlots();
    driver.tasks.remove().run();
    end(handler);
  }

  @Test
  @DisplayName("the same handler may be driven by another thread later, and ended by a third")
  void handlerMayChangeThreads() throws Exception {
    long before = NativeMemory.live();
    KQueueFfmIoHandler handler = open();
    Handle handle = new Handle(71);
    IoRegistration registration = handler.register(handle);
    Kevent watch = script.read(71).oneShot();
    registration.submit(ops(watch));
    script.expectKevent().changes(watch).returns(script.read(71).data(1));
    run(handler);
    ScriptedLoop.elsewhere(() -> {
      driver.thread = Thread.currentThread();
      handler.initialize();
      registration.submit(ops(watch));
      script.expectKevent().changes(watch).returns(script.read(71).data(2));
      run(handler);
    });
    assertThat(handle.log).hasSize(2);
    script.allow("kevent");
    ScriptedLoop.elsewhere(() -> {
      driver.thread = Thread.currentThread();
      end(handler);
    });
    assertThat(script.transcript()).last().asString().startsWith("close(" + KQUEUE + ")");
    assertThat(NativeMemory.live()).isEqualTo(before);
  }

  @Test
  @DisplayName("a task that was left for after the end touches neither kqueue nor memory [A8]")
  void taskAfterTheEndMakesNoCall() throws Exception {
    KQueueFfmIoHandler handler = open();
    IoRegistration registration = handler.register(new Handle(71));
    ScriptedLoop.elsewhere(() -> {
      registration.submit(ops(script.read(71).oneShot()));
      registration.cancel();
    });
    assertThat(driver.tasks).hasSize(2);
    handler.destroy();
    script.verify();
    driver.tasks.forEach(Runnable::run);
    ScriptedLoop.elsewhere(handler::wakeup);
    script.verify();
    assertThat(script.transcript()).last().asString().startsWith("close(" + KQUEUE + ")");
  }

  @Test
  @DisplayName("the time of handling events is reported if the loop asks for it, and 0 without any")
  void timeOfHandlingIsReportedOnRequest() throws Exception {
    KQueueFfmIoHandler handler = open();
    Handle handle = new Handle(71);
    IoRegistration registration = handler.register(handle);
    handle.then =
        () -> {
          long begin = System.nanoTime();
          while (System.nanoTime() == begin) {
            Thread.onSpinWait();
          }
        };
    registration.submit(ops(script.read(71).oneShot()));
    script.expectKevent().returns(script.read(71));
    run(handler);
    assertThat(driver.reported).isEmpty();

    driver.reports = true;
    script.expectKevent().returns();
    run(handler);
    assertThat(driver.reported).containsExactly(0L);
    registration.submit(ops(script.read(71).oneShot()));
    script.expectKevent().returns(script.read(71));
    run(handler);
    assertThat(driver.reported).hasSize(2).last().matches(time -> time > 0);
    script.allow("kevent");
    end(handler);
  }

  @Test
  @DisplayName("a loop that has tasks polls, and one that has none waits")
  void loopWithTasksPolls() throws Exception {
    KQueueFfmIoHandler handler = open();
    driver.canBlock = false;
    script.expectKevent().polls().returns();
    run(handler);
    driver.canBlock = true;
    script.expectKevent().forEver().returns();
    run(handler);
    end(handler);
  }

  @Test
  @DisplayName("the interrupt of a thread that the user drives stays set")
  void interruptOfTheUsersThreadStays() throws Exception {
    KQueueFfmIoHandler handler = open();
    script.expectKevent().returns();
    Thread.currentThread().interrupt();
    try {
      run(handler);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    end(handler);
  }

  @Test
  @DisplayName("a wakeup by the loop's thread makes no call")
  void wakeupByTheLoopItselfMakesNoCall() throws Exception {
    KQueueFfmIoHandler handler = open();
    int calls = script.transcript().size();
    handler.wakeup();
    assertThat(script.transcript()).hasSize(calls);
    end(handler);
  }

  @Test
  @DisplayName("only handles of this transport are taken, and none after the end")
  void otherHandlesAndLateOnesAreRefused() throws Exception {
    KQueueFfmIoHandler handler = open();
    assertThat(handler.isCompatible(Handle.class)).isTrue();
    assertThat(handler.isCompatible(IoHandle.class)).isFalse();
    IoHandle other =
        new IoHandle() {
          @Override
          public void handle(IoRegistration registration, IoEvent event) {}

          @Override
          public void close() {}
        };
    assertThatThrownBy(() -> handler.register(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("takes a KQueueFfmIoHandle only");
    end(handler);
    assertThatThrownBy(() -> handler.register(new Handle(71)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the event loop has been shut down");
  }

  @Test
  @DisplayName("a handler that is destroyed without preparation closes its handles too, once")
  void destroyAloneClosesHandles() throws Exception {
    long before = NativeMemory.live();
    KQueueFfmIoHandler handler = open();
    Handle handle = new Handle(71);
    handler.register(handle);
    handler.destroy();
    handler.destroy();
    assertThat(handle.log).containsExactly("closed", "unregistered");
    assertThat(script.calls("close")).isEqualTo(1);
    assertThat(NativeMemory.live()).isEqualTo(before);
  }

  @Test
  @DisplayName("a factory says that its handlers may change threads")
  void factorySaysThatHandlersMayChangeThreads() {
    IoHandlerFactory factory =
        KQueueFfmIoHandler.newFactory(script.kernel(), 0, DefaultSelectStrategyFactory.INSTANCE);
    assertThat(factory.isChangingThreadSupported()).isTrue();
    assertThatThrownBy(() ->
            KQueueFfmIoHandler.newFactory(
                script.kernel(), -1, DefaultSelectStrategyFactory.INSTANCE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxEvents");
  }

  /** One that fails wherever it is told something. */
  private static final class BadHandle implements KQueueFfmIoHandle {
    private final boolean badStart;
    private boolean closed;

    BadHandle(boolean badStart) {
      this.badStart = badStart;
    }

    @Override
    public int ident() {
      return 71;
    }

    @Override
    public void registered() {
      if (badStart) {
        throw new IllegalStateException("registered");
      }
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {}

    @Override
    public void unregistered() {
      throw new IllegalStateException("unregistered");
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  @DisplayName("a handle that fails when its registration ends does not end the loop")
  void failureOfUnregisteredDoesNotEndTheLoop() throws Exception {
    KQueueFfmIoHandler handler = open();
    IoRegistration registration = handler.register(new BadHandle(false));
    script.expectKevent().runs(registration::cancel).returns();
    assertThat(run(handler)).isZero();
    assertThat(registration.isValid()).isFalse();
    script.allow("close");
    end(handler);
  }

  @Test
  @DisplayName("a handle that fails when it is registered is not registered")
  void failureOfRegisteredCancelsTheRegistration() throws Exception {
    KQueueFfmIoHandler handler = open();
    BadHandle bad = new BadHandle(true);
    assertThatThrownBy(() -> handler.register(bad)).hasMessage("registered");
    script.allow("close");
    end(handler);
    assertThat(bad.closed).isFalse();
  }
}
