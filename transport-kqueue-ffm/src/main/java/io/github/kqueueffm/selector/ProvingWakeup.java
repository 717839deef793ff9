package io.github.kqueueffm.selector;

import io.github.kqueueffm.jfr.JfrEvents;
import io.github.kqueueffm.kqueue.Kqueue;
import io.github.kqueueffm.kqueue.KqueueConstants;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A loop's wakeup whose first use is its probe. If the wakeup lies, the loop hands over to the next
 * kind, and a line in the log says why; no task is late for that by more than the longest wait of a
 * {@link WakeupTrial}.
 */
final class ProvingWakeup implements Wakeup {
  private final WakeupChoice choice;
  private final Kqueue kqueue;
  private final Kernel kernel;
  private final KqueueConstants c;
  private final Consumer<String> log;
  private final List<Wakeup> retired = new ArrayList<>(2);
  private volatile WakeupTrial trial;
  private boolean stuck;

  ProvingWakeup(
      WakeupChoice choice,
      Wakeup first,
      Kqueue kqueue,
      Kernel kernel,
      KqueueConstants constants,
      Consumer<String> log) {
    this.choice = choice;
    this.kqueue = kqueue;
    this.kernel = kernel;
    this.c = constants;
    this.log = log;
    trial = new WakeupTrial(first, kernel);
  }

  @Override
  public Kind kind() {
    return trial.wakeup().kind();
  }

  @Override
  public boolean isEvent(int filter, long ident) {
    if (trial.wakeup().isEvent(filter, ident)) {
      return true;
    }
    for (int i = 0; i < retired.size(); i++) {
      if (retired.get(i).isEvent(filter, ident)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public int trigger() {
    WakeupTrial used = trial;
    int result = used.trigger();
    // If the loop has handed over since, it looks for work before it sleeps again.
    return used == trial ? result : Math.max(result, 0);
  }

  @Override
  public int consumed(int filter, long ident) {
    Wakeup wakeup = trial.wakeup();
    if (wakeup.isEvent(filter, ident)) {
      trial.event();
      return wakeup.consumed(filter, ident);
    }
    // A thread triggered the wakeup that was given up at the moment when it was deleted.
    delete(filter);
    return 0;
  }

  /**
   * The loop, before a turn: hands over if another loop has given the kind up.
   *
   * @return whether the wakeup is proven, and need not be judged any more
   */
  boolean isProven() {
    if (choice.isGivenUp(kind())) {
      handOver();
    }
    if (kind() == Kind.PIPE || choice.isProven(kind())) {
      trial.end();
      return true;
    }
    trial.turn();
    return false;
  }

  /** The loop: how long to wait at most in place of that time. */
  long limit(long nanos) {
    return trial.limit(nanos);
  }

  /** The loop: its wait has ended with its time; whether to look again without waiting. */
  boolean timedOut() {
    return trial.timedOut();
  }

  /**
   * The loop: has looked at its kqueue, and has consumed what came of the wakeup.
   *
   * @param complete whether there was room for further events
   */
  void judge(boolean complete) {
    String lie = trial.lie(complete);
    if (lie == null) {
      if (complete && trial.isProven()) {
        choice.prove(kind());
      }
      return;
    }
    Kind liar = kind();
    boolean first = choice.giveUp(liar);
    String outcome = handOver();
    if (kind() != liar) {
      JfrEvents.fallback("wakeup " + liar, "wakeup " + kind(), lie, true);
    }
    if (first) {
      log.accept(
          "The wakeup "
              + liar
              + " of "
              + kqueue.describe()
              + " does not work: "
              + lie
              + "; "
              + outcome
              + ". -D"
              + PROPERTY
              + "=timer, user or pipe forces one.");
    }
  }

  /** What has come of it, for the log. */
  private String handOver() {
    Wakeup next;
    try {
      next = choice.kind().openOrPipe(kqueue, kernel, c);
    } catch (IOException e) {
      // The waits stay short, and the next turn tries again.
      boolean before = stuck;
      stuck = true;
      String failure = "the next one cannot be opened yet: " + Failures.reason(e);
      if (!before) {
        log.accept("The loop's waits stay short: " + failure);
      }
      return failure;
    }
    Wakeup liar = trial.wakeup();
    retired.add(liar);
    trial.end();
    trial = new WakeupTrial(next, kernel);
    delete(liar.kind() == Kind.TIMER ? c.timer : c.user);
    return next.kind() + " is used from now on";
  }

  private void delete(int filter) {
    // ENOENT: the kernel has refused it. Whatever stays is dropped, event by event.
    ImmediateChanges.apply(kqueue, 0, filter, c.delete, 0, 0);
  }

  @Override
  public void close() {
    trial.wakeup().close();
    retired.forEach(Wakeup::close);
  }
}
