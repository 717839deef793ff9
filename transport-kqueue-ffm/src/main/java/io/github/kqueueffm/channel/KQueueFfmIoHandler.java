package io.github.kqueueffm.channel;

import io.github.kqueueffm.selector.Events;
import io.github.kqueueffm.selector.LoopCounts;
import io.github.kqueueffm.selector.LoopCounts.Count;
import io.github.kqueueffm.selector.Poller;
import io.github.kqueueffm.selector.Registration;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.netty.channel.Channel;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.SelectStrategy;
import io.netty.channel.SelectStrategyFactory;
import io.netty.util.IntSupplier;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.netty.util.concurrent.ThreadAwareExecutor;
import io.netty.util.internal.ObjectUtil;
import io.netty.util.internal.StringUtil;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/**
 * The {@link IoHandler} whose wait is one kevent call. Give {@link #newFactory()} to a {@link
 * io.netty.channel.MultiThreadIoEventLoopGroup}.
 *
 * <p>As with every handler, all methods but {@link #wakeup()} and {@link #isCompatible} belong to
 * the thread that drives the loop, which may change between two runs.
 */
public class KQueueFfmIoHandler implements IoHandler {
  private static final InternalLogger LOGGER =
      InternalLoggerFactory.getInstance(KQueueFfmIoHandler.class);
  private static final int DEFAULT_MAX_EVENTS = 1024;

  private final ThreadAwareExecutor executor;
  private final boolean ownsThread;
  private final Poller poller;
  private final LoopTurns turns;
  private final Events events;
  private final LoopResources resources;
  private final LoopCounts counts;
  private final KQueueFfmLoopCounters counters;
  private final SelectStrategy selectStrategy;
  private final KQueueFfmIoEvent event = new KQueueFfmIoEvent();
  private final Queue<LoopRegistration> cancelled = new ArrayDeque<>();
  private final BooleanSupplier canBlock = this::canBlock;
  private final IntSupplier selectNow = this::selectNow;
  private IoHandlerContext context;
  private Error error;
  private boolean hooked;
  private boolean destroyed;

  /**
   * @param executor the loop, which must not be called from here
   * @param maxEvents how many events one kevent call may return; 0 for the default of 1024, fewer
   *     than 4 are made 4
   */
  protected KQueueFfmIoHandler(
      ThreadAwareExecutor executor, int maxEvents, SelectStrategyFactory strategyFactory) {
    this(executor, SystemKernel.get(), maxEvents, strategyFactory);
  }

  KQueueFfmIoHandler(
      ThreadAwareExecutor executor,
      Kernel kernel,
      int maxEvents,
      SelectStrategyFactory strategyFactory) {
    this.executor = ObjectUtil.checkNotNull(executor, "executor");
    this.ownsThread = executor instanceof SingleThreadEventExecutor;
    this.selectStrategy =
        ObjectUtil.checkNotNull(strategyFactory, "strategyFactory").newSelectStrategy();
    // Before the kqueue, which would stay open if memory for the events is short.
    this.events = new Events(maxEvents == 0 ? DEFAULT_MAX_EVENTS : maxEvents);
    this.poller = open(kernel);
    this.turns = new LoopTurns(poller);
    this.counts = poller.counts();
    this.resources = new LoopResources(poller.kernel(), poller.hasUserEvents(), counts);
    this.counters = new KQueueFfmLoopCounters(counts, executor);
    LiveLoops.add(counters);
  }

  private static Poller open(Kernel kernel) {
    try {
      return Poller.open(kernel, warning -> LoopLog.warn(LOGGER, warning));
    } catch (IOException e) {
      throw new IllegalStateException("cannot open a kqueue: " + Failures.reason(e), e);
    }
  }

  /** A factory of handlers that take up to 1024 events a turn. */
  public static IoHandlerFactory newFactory() {
    return newFactory(0, DefaultSelectStrategyFactory.INSTANCE);
  }

  /**
   * A factory of handlers.
   *
   * @param maxEvents how many events one turn of the loop takes at most; 0 for the default of 1024,
   *     fewer than 4 are made 4
   */
  public static IoHandlerFactory newFactory(
      int maxEvents, SelectStrategyFactory selectStrategyFactory) {
    KQueueFfm.ensureAvailability();
    return newFactory(SystemKernel.get(), maxEvents, selectStrategyFactory);
  }

  static IoHandlerFactory newFactory(
      Kernel kernel, int maxEvents, SelectStrategyFactory strategyFactory) {
    ObjectUtil.checkPositiveOrZero(maxEvents, "maxEvents");
    ObjectUtil.checkNotNull(strategyFactory, "selectStrategyFactory");
    return new IoHandlerFactory() {
      @Override
      public IoHandler newHandler(ThreadAwareExecutor executor) {
        return new KQueueFfmIoHandler(executor, kernel, maxEvents, strategyFactory);
      }

      @Override
      public boolean isChangingThreadSupported() {
        return true;
      }
    };
  }

  @Override
  public int run(IoHandlerContext context) {
    this.context = context;
    this.error = null;
    if (!counts.hasBegun()) {
      counters.begin();
    }
    try {
      turns.selects();
      int ready = select(context);
      counts.increment(Count.TURNS);
      turns.selected(ready);
      clearStrayInterrupt();
      long start = ready > 0 && context.shouldReportActiveIoTime() ? System.nanoTime() : 0;
      int handled = dispatch(ready);
      turns.handled();
      if (context.shouldReportActiveIoTime()) {
        context.reportActiveIoTime(start == 0 ? 0 : System.nanoTime() - start);
      }
      return handled;
    } catch (Exception e) {
      selectFailed(e);
      return 0;
    } catch (Error e) {
      // It ends Netty's event loop, which then closes the channels; their failures name it.
      error = e;
      throw e;
    } finally {
      this.context = null;
      completeCancellations();
    }
  }

  private int select(IoHandlerContext context) throws Exception {
    int strategy = selectStrategy.calculateStrategy(selectNow, !context.canBlock());
    return switch (strategy) {
      case SelectStrategy.CONTINUE -> 0;
      // A kqueue has no busy wait.
      case SelectStrategy.BUSY_WAIT, SelectStrategy.SELECT -> selectAndWait(context);
      default -> strategy;
    };
  }

  private int selectAndWait(IoHandlerContext context) throws IOException {
    long now = poller.kernel().nanoTime();
    long delay = context.delayNanos(now);
    if (delay <= 0) {
      return selectNow();
    }
    counts.waits(now);
    try {
      return poller.select(events, delay == Long.MAX_VALUE ? -1 : delay, canBlock);
    } finally {
      counts.waited();
    }
  }

  private boolean canBlock() {
    return context.canBlock();
  }

  private int selectNow() throws IOException {
    return poller.select(events, 0, canBlock);
  }

  /**
   * Clears the interrupt flag, because it would close each file that a handler reads. If a user
   * drives the thread, the flag stays set.
   */
  private void clearStrayInterrupt() {
    if (ownsThread && Thread.interrupted()) {
      LOGGER.debug("The event loop's thread was interrupted, which ends nothing; flag cleared.");
    }
  }

  private int dispatch(int ready) {
    int handled = 0;
    for (int i = 0; i < ready; i++) {
      Registration registration = events.registration(i);
      if (registration != null) {
        event.at(events, i);
        ((LoopRegistration) registration.attachment()).handle(event);
        handled++;
      }
    }
    return handled;
  }

  private void selectFailed(Exception cause) {
    LoopLog.warn(LOGGER, "Unexpected exception in the select step of the event loop.", cause);
    // A flag that was set before would end each pause at once.
    boolean interrupted = Thread.interrupted();
    try {
      // An error that repeats must not turn into a busy loop.
      poller.kernel().sleepMillis(1000);
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void wakeup() {
    if (executor.isExecutorThread(Thread.currentThread())) {
      return;
    }
    try {
      turns.wakeup();
    } catch (UncheckedIOException e) {
      // The task is in the queue already, and the next wakeup tries again.
      LOGGER.warn("Cannot wake the event loop: its tasks wait for its next event", e);
    }
  }

  @Override
  public IoRegistration register(IoHandle handle) {
    if (!(handle instanceof KQueueFfmIoHandle kqueueHandle)) {
      throw new IllegalArgumentException(
          Failures.refusal(
              "register",
              StringUtil.simpleClassName(handle),
              "this event loop takes a KQueueFfmIoHandle only",
              "use a channel class of this transport, such as KQueueFfmSocketChannel"));
    }
    if (destroyed) {
      throw new IllegalStateException(
          Failures.refusal(
              "register",
              handle,
              "the event loop has been shut down",
              "use a group that was not shut down"));
    }
    LoopRegistration registration = new LoopRegistration(this, kqueueHandle);
    registration.bind(poller.add(kqueueHandle.ident(), registration));
    try {
      kqueueHandle.registered();
    } catch (Throwable t) {
      // The event loop drops a registration that fails and does not cancel it.
      registration.cancel();
      throw t;
    }
    return registration;
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return KQueueFfmIoHandle.class.isAssignableFrom(handleType);
  }

  /**
   * A loop that is shut down without a quiet period, just when it runs its last tasks, stops
   * without asking to prepare. The hook closes the channels then, while the loop still takes their
   * tasks.
   */
  @Override
  public void initialize() {
    if (!hooked && executor instanceof SingleThreadEventExecutor loop) {
      hooked = true;
      loop.addShutdownHook(this::prepareToDestroy);
    }
  }

  @Override
  public void prepareToDestroy() {
    List<LoopRegistration> open = new ArrayList<>(poller.registrations());
    poller.forEach(registration -> open.add((LoopRegistration) registration.attachment()));
    for (LoopRegistration registration : open) {
      registration.close();
    }
    completeCancellations();
  }

  @Override
  public void destroy() {
    if (!destroyed) {
      // A loop that is shut down without a quiet period may come here without a last turn.
      prepareToDestroy();
      destroyed = true;
      try {
        turns.ended();
      } finally {
        close();
      }
    }
  }

  private void close() {
    try {
      poller.close();
      events.close();
      resources.close();
    } finally {
      counters.end();
    }
  }

  /** What this loop has counted. Any thread may ask. */
  public final KQueueFfmLoopCounters counters() {
    return counters;
  }

  /** The channels among what is registered now. */
  final List<Channel> channels() {
    List<Channel> channels = new ArrayList<>(poller.registrations());
    poller.forEach(registration -> {
      Channel channel = ((LoopRegistration) registration.attachment()).channel();
      if (channel != null) {
        channels.add(channel);
      }
    });
    return channels;
  }

  final boolean inLoop() {
    return executor.isExecutorThread(Thread.currentThread());
  }

  final void execute(Runnable task) {
    executor.execute(task);
  }

  /** What the last turn threw if it threw an error, or {@code null}. */
  final Error error() {
    return error;
  }

  final boolean isDestroyed() {
    return destroyed;
  }

  final LoopResources resources() {
    return resources;
  }

  /** Notifies the handle after the events of this turn, never between them. */
  final void cancelled(LoopRegistration registration) {
    cancelled.add(registration);
    if (context == null) {
      completeCancellations();
    }
  }

  /**
   * {@return the kqueue, the wakeup, whether the loop sleeps, and the number of registrations} Any
   * thread may ask; the answer is that of a moment.
   */
  @Override
  public String toString() {
    return StringUtil.simpleClassName(this)
        + " ("
        + poller.describeState()
        + ", registrations "
        + poller.registrations()
        + ')';
  }

  private void completeCancellations() {
    LoopRegistration registration;
    while ((registration = cancelled.poll()) != null) {
      registration.unregistered();
    }
  }
}
