package io.github.kqueueffm.conformance;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What kevent does with its changes, and how it answers those that fail. */
final class ChangelistChecks {
  private static final String GROUP = "kqueue: changes";
  private static final int SOON = 2000;
  private static final int QUIET = 20;
  private static final int NO_FD = 999_999;

  private ChangelistChecks() {}

  static List<Check> all() {
    return List.of(
        new Check(GROUP, "deleting what is not there is ENOENT", ChangelistChecks::absent),
        new Check(
            GROUP,
            "a failed change comes as EV_ERROR, and the rest is applied",
            ChangelistChecks::error),
        new Check(GROUP, "without room for events the call fails", ChangelistChecks::noRoom),
        new Check(GROUP, "EV_RECEIPT answers each change", ChangelistChecks::receipt),
        new Check(
            GROUP,
            "a change while another thread waits takes effect",
            ChangelistChecks::foreignThread),
        new Check(GROUP, "closing removes the knotes, silently", ChangelistChecks::close),
        new Check(
            GROUP,
            "without EV_ONESHOT an event comes until the data is read",
            ChangelistChecks::level),
        new Check(GROUP, "EV_CLEAR tells data once", ChangelistChecks::clear),
        new Check(GROUP, "EV_DISABLE silences, EV_ENABLE tells", ChangelistChecks::disable),
        new Check(GROUP, "EV_DISPATCH tells once, EV_ENABLE again", ChangelistChecks::dispatch));
  }

  private static String absent(Bench bench) throws IOException {
    RawQueue queue = bench.queue();
    int fd = bench.tcp().near().fd();
    RawEvent answer = queue.change(fd, Constant.EVFILT_READ, 7, Constant.EV_DELETE).one(SOON);
    Deviation.unless(answer.isError(Errno.ENOENT), "answered " + answer);
    return answer.toString();
  }

  private static String error(Bench bench) throws IOException {
    RawQueue queue = bench.queue();
    int fd = bench.tcp().near().fd();
    queue.add(NO_FD, Constant.EVFILT_READ, 7, Constant.EV_ONESHOT);
    long start = System.nanoTime();
    RawEvent answer = queue.add(fd, Constant.EVFILT_WRITE, 8, Constant.EV_ONESHOT).one(SOON);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    Deviation.unless(
        answer.isError(Errno.EBADF) && answer.ident() == NO_FD && answer.udata() == 7,
        "answered " + answer + " of " + answer.ident() + ", udata " + answer.udata());
    Deviation.unless(millis < SOON / 2, "it waited " + millis + " ms");
    RawEvent event = queue.one(SOON);
    Deviation.unless(event.udata() == 8, "then came " + event);
    return answer + " at once, then " + event;
  }

  private static String noRoom(Bench bench) throws IOException {
    RawQueue queue = bench.queue();
    int fd = bench.tcp().near().fd();
    queue.add(fd, Constant.EVFILT_WRITE, 8, Constant.EV_ONESHOT);
    int result = queue.add(NO_FD, Constant.EVFILT_READ, 7, Constant.EV_ONESHOT).call(0, 0);
    Deviation.unless(StructChecks.is(bench, Errno.EBADF, result), bench.result(result));
    RawEvent event = queue.one(SOON);
    return bench.result(result) + ", the change before it gave " + event;
  }

  private static String receipt(Bench bench) throws IOException {
    RawQueue queue = bench.queue();
    TcpPair pair = bench.tcp();
    queue.add(pair.near().fd(), Constant.EVFILT_WRITE, 1, Constant.EV_RECEIPT);
    queue.add(pair.far().fd(), Constant.EVFILT_WRITE, 2, Constant.EV_RECEIPT);
    List<RawEvent> answers = queue.await(SOON);
    Deviation.unless(
        answers.size() == 2
            && answers.stream().allMatch(e -> e.has(Constant.EV_ERROR) && e.data() == 0),
        "answered " + answers);
    return answers.toString();
  }

  private static String foreignThread(Bench bench) throws Exception {
    TcpPair pair = bench.tcp();
    bench.send(pair.far().fd(), "data");
    RawQueue waiting = bench.queue();
    // Each object has its own arrays. The kqueue is shared.
    RawQueue foreign = new RawQueue(bench.platform(), new Shared(waiting.kqueue()));
    try {
      foreign.add(pair.near().fd(), Constant.EVFILT_READ, 5, Constant.EV_ONESHOT);
      CompletableFuture<Integer> change =
          CompletableFuture.supplyAsync(
              () -> foreign.call(0, 0),
              CompletableFuture.delayedExecutor(30, TimeUnit.MILLISECONDS));
      RawEvent event = waiting.one(SOON);
      int result = change.get(SOON, TimeUnit.MILLISECONDS);
      Deviation.unless(result == 0 && event.udata() == 5, bench.result(result) + ", " + event);
      return event.toString();
    } finally {
      foreign.close();
    }
  }

  private static String close(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    RawQueue queue = bench.queue();
    int fd = pair.near().fd();
    bench.send(pair.far().fd(), "data");
    queue.add(fd, Constant.EVFILT_READ, 1, Constant.EV_ONESHOT).apply();
    queue.kqueue().forget(fd);
    pair.near().close();
    queue.silent(QUIET);
    // A new descriptor gets the lowest free number, which is usually the same one.
    TcpPair next = bench.tcp();
    bench.send(next.far().fd(), "data");
    queue.silent(QUIET);
    return "silent, also for a descriptor that has the number next";
  }

  private static String level(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    RawQueue queue = bench.queue();
    bench.send(pair.far().fd(), "data");
    queue.add(pair.near().fd(), Constant.EVFILT_READ, 1).one(SOON);
    RawEvent event = queue.one(SOON);
    bench.receive(pair.near().fd());
    queue.silent(QUIET);
    return event + " twice";
  }

  private static String clear(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    RawQueue queue = bench.queue();
    bench.send(pair.far().fd(), "data");
    queue.add(pair.near().fd(), Constant.EVFILT_READ, 1, Constant.EV_CLEAR).one(SOON);
    queue.silent(QUIET);
    bench.send(pair.far().fd(), "more");
    return queue.one(SOON) + ", and again with more data";
  }

  private static String disable(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    RawQueue queue = bench.queue();
    int fd = pair.near().fd();
    bench.send(pair.far().fd(), "data");
    TcpPair.await(bench, fd, Constant.EVFILT_READ);
    queue.change(fd, Constant.EVFILT_READ, 1, Constant.EV_ADD, Constant.EV_DISABLE).silent(QUIET);
    return queue.change(fd, Constant.EVFILT_READ, 1, Constant.EV_ENABLE).one(SOON).toString();
  }

  private static String dispatch(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    RawQueue queue = bench.queue();
    int fd = pair.near().fd();
    bench.send(pair.far().fd(), "data");
    queue.add(fd, Constant.EVFILT_READ, 1, Constant.EV_DISPATCH).one(SOON);
    queue.silent(QUIET);
    List<RawEvent> events =
        queue.change(fd, Constant.EVFILT_READ, 1, Constant.EV_ENABLE).await(QUIET);
    if (events.isEmpty()) {
      throw new NotOffered("EV_ENABLE with data pending tells nothing, as on old NetBSD; not used");
    }
    return events.get(0).toString();
  }
}
