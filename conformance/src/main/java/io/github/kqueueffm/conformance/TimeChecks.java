package io.github.kqueueffm.conformance;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Time-outs, EVFILT_TIMER and EVFILT_USER. */
final class TimeChecks {
  private static final String GROUP = "kqueue: time and user events";
  private static final int SOON = 2000;
  private static final int QUIET = 30;

  private TimeChecks() {}

  static List<Check> all() {
    return List.of(
        new Check(GROUP, "kevent waits no shorter than it was told", TimeChecks::timeout),
        new Check(GROUP, "a time-out of 0 polls", TimeChecks::poll),
        new Check(GROUP, "a timer of 0 ms fires at once and once", TimeChecks::zeroTimer),
        new Check(GROUP, "a timer of 20 ms fires then", TimeChecks::timer),
        new Check(GROUP, "EVFILT_USER fires when triggered, once", TimeChecks::user),
        new Check(GROUP, "triggers of EVFILT_USER coalesce", TimeChecks::coalesce),
        new Check(GROUP, "a trigger for no EVFILT_USER is ENOENT", TimeChecks::absentUser));
  }

  private static String timeout(Bench bench) throws IOException {
    RawQueue queue = bench.queue();
    long start = System.nanoTime();
    int result = queue.call(4, 30);
    long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
    Deviation.unless(result == 0, bench.result(result));
    Deviation.unless(micros >= 30_000, "30 ms took " + micros + " us");
    Deviation.unless(micros < SOON * 1000L, "30 ms took " + micros + " us");
    return "30 ms took " + micros + " us";
  }

  private static String poll(Bench bench) throws IOException {
    RawQueue queue = bench.queue();
    long start = System.nanoTime();
    int result = queue.call(4, 0);
    long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
    Deviation.unless(result == 0 && micros < SOON * 1000L, bench.result(result));
    return micros + " us";
  }

  private static String zeroTimer(Bench bench) throws IOException {
    RawQueue queue = bench.queue();
    queue.add(0, Constant.EVFILT_TIMER, 1, Constant.EV_CLEAR);
    long start = System.nanoTime();
    List<RawEvent> events = queue.await(SOON);
    long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
    if (events.size() == 1 && events.get(0).has(Constant.EV_ERROR)) {
      throw new NotOffered("answered " + events.get(0) + "; the wakeup is another one");
    }
    Deviation.unless(events.size() == 1, "events: " + events);
    List<RawEvent> more = queue.await(QUIET);
    if (!more.isEmpty()) {
      throw new NotOffered("it repeats; the wakeup is another one");
    }
    return "after " + micros + " us";
  }

  private static String timer(Bench bench) throws IOException {
    RawQueue queue = bench.queue();
    int flags = queue.flags(Constant.EV_ADD, Constant.EV_ENABLE, Constant.EV_ONESHOT);
    long start = System.nanoTime();
    RawEvent event = queue.change(9, Constant.EVFILT_TIMER, flags, 0, 20, 3).one(SOON);
    long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
    Deviation.unless(
        event.is(Constant.EVFILT_TIMER) && event.ident() == 9 && event.udata() == 3,
        "reported as " + event);
    // NetBSD counts ticks of up to 10 ms, and the first one has already begun.
    Deviation.unless(micros >= 10_000, "it took " + micros + " us");
    return event + " after " + micros + " us";
  }

  private static RawQueue withUser(Bench bench) throws IOException {
    if (!bench.platform().has(Constant.EVFILT_USER)) {
      throw new NotOffered(bench.platform() + " has no EVFILT_USER");
    }
    RawQueue queue = bench.queue();
    List<RawEvent> answer =
        queue.change(3, Constant.EVFILT_USER, 4, Constant.EV_ADD, Constant.EV_CLEAR).await(0);
    if (!answer.isEmpty()) {
      throw new NotOffered("answered " + answer + "; the wakeup is a pipe");
    }
    return queue;
  }

  private static RawQueue trigger(Bench bench, RawQueue queue, long ident) {
    return queue.change(ident, Constant.EVFILT_USER, 0, bench.number(Constant.NOTE_TRIGGER), 0, 4);
  }

  private static String user(Bench bench) throws IOException {
    RawQueue queue = withUser(bench);
    RawEvent event = null;
    for (int round = 0; round < 2; round++) {
      event = trigger(bench, queue, 3).one(SOON);
      Deviation.unless(
          event.is(Constant.EVFILT_USER) && event.udata() == 4, "reported as " + event);
      queue.silent(QUIET);
    }
    return event + " twice";
  }

  private static String coalesce(Bench bench) throws IOException {
    RawQueue queue = withUser(bench);
    for (int i = 0; i < 3; i++) {
      trigger(bench, queue, 3).apply();
    }
    RawEvent event = queue.one(SOON);
    queue.silent(QUIET);
    return "3 triggers, " + event;
  }

  private static String absentUser(Bench bench) throws IOException {
    RawQueue queue = withUser(bench);
    RawEvent answer = trigger(bench, queue, 77).one(SOON);
    Deviation.unless(answer.isError(Errno.ENOENT), "answered " + answer);
    return answer.toString();
  }
}
