package io.github.kqueueffm.conformance;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import java.io.IOException;
import java.util.List;

/**
 * The end of a stream, and the peer-close knote (sentinel) that reports it while the channel does
 * not read.
 */
final class EndChecks {
  private static final String GROUP = "kqueue: end of stream";
  private static final int SOON = 2000;
  private static final int QUIET = 20;

  private EndChecks() {}

  static List<Check> all() {
    return List.of(
        new Check(GROUP, "FIN comes as EV_EOF, after the bytes", EndChecks::fin),
        new Check(GROUP, "RST comes as EV_EOF with its errno", EndChecks::rst),
        new Check(GROUP, "the peer's half-close leaves WRITE alone", EndChecks::halfClose),
        new Check(GROUP, "the sentinel is silent about data", EndChecks::silentOnData),
        new Check(GROUP, "the sentinel tells a FIN, once", EndChecks::sentinelFin),
        new Check(GROUP, "the sentinel tells a RST", EndChecks::sentinelRst),
        new Check(GROUP, "the sentinel tells a FIN that came before it", EndChecks::sentinelLate),
        new Check(GROUP, "sentinel to one-shot in one call", EndChecks::sentinelToOneShot));
  }

  private static String fin(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    int fd = pair.near().fd();
    bench.send(pair.far().fd(), "bye");
    pair.far().shutdown(false, true);
    RawQueue queue = bench.detailedQueue();
    RawEvent event = untilEof(queue, fd);
    String bytes = bench.receive(fd);
    String end = bench.receive(fd);
    Deviation.unless(bytes.equals("bye") && end.equals("end"), "recv: " + bytes + ", " + end);
    return event + "; recv " + bytes + ", then the end";
  }

  /** The FIN may arrive later than the data. */
  private static RawEvent untilEof(RawQueue queue, int fd) throws IOException {
    RawEvent event;
    long end = System.nanoTime() + SOON * 1_000_000L;
    do {
      event = queue.add(fd, Constant.EVFILT_READ, 1, Constant.EV_ONESHOT).one(SOON);
      Deviation.unless(System.nanoTime() < end, "no EV_EOF: " + event);
    } while (!event.has(Constant.EV_EOF));
    return event;
  }

  private static String rst(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    RawQueue queue = bench.detailedQueue();
    queue.add(pair.near().fd(), Constant.EVFILT_READ, 1, Constant.EV_ONESHOT).apply();
    pair.reset();
    RawEvent event = queue.one(SOON);
    Deviation.unless(
        event.has(Constant.EV_EOF) && bench.platform().is(Errno.ECONNRESET, event.fflags()),
        "reported as " + event);
    return event.toString();
  }

  private static String halfClose(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    int fd = pair.near().fd();
    pair.far().shutdown(false, true);
    untilEof(bench.queue(), fd);
    RawEvent event = bench.queue().add(fd, Constant.EVFILT_WRITE, 1, Constant.EV_ONESHOT).one(SOON);
    Deviation.unless(!event.has(Constant.EV_EOF), "WRITE says " + event);
    bench.send(fd, "answer");
    return event.toString();
  }

  private static String silentOnData(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    RawQueue queue = armed(bench, pair);
    bench.send(pair.far().fd(), "data");
    TcpPair.await(bench, pair.near().fd(), Constant.EVFILT_READ);
    List<RawEvent> events = queue.await(QUIET);
    if (!events.isEmpty() && !events.get(0).has(Constant.EV_EOF)) {
      throw new NotOffered("NOTE_LOWAT does not hold, such events are passed over: " + events);
    }
    Deviation.unless(events.isEmpty(), "EV_EOF although the peer is there: " + events);
    return "silent";
  }

  private static RawQueue armed(Bench bench, TcpPair pair) throws IOException {
    RawQueue queue = bench.queue();
    queue.sentinel(pair.near().fd(), 1).silent(0);
    return queue;
  }

  private static String sentinelFin(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    RawQueue queue = armed(bench, pair);
    pair.far().shutdown(false, true);
    RawEvent event = queue.one(SOON);
    Deviation.unless(event.has(Constant.EV_EOF), "reported as " + event);
    queue.silent(QUIET);
    return event.toString();
  }

  private static String sentinelRst(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    RawQueue queue = armed(bench, pair);
    pair.reset();
    RawEvent event = queue.one(SOON);
    Deviation.unless(event.has(Constant.EV_EOF), "reported as " + event);
    String error = bench.receive(pair.near().fd());
    Deviation.unless(error.equals("ECONNRESET"), "recv says " + error + " after it");
    return event + "; recv " + error;
  }

  private static String sentinelLate(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    pair.far().shutdown(false, true);
    untilEof(bench.queue(), pair.near().fd());
    RawEvent event = bench.queue().sentinel(pair.near().fd(), 1).one(SOON);
    Deviation.unless(event.has(Constant.EV_EOF), "reported as " + event);
    return event.toString();
  }

  private static String sentinelToOneShot(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    int fd = pair.near().fd();
    RawQueue queue = armed(bench, pair);
    bench.send(pair.far().fd(), "data");
    TcpPair.await(bench, fd, Constant.EVFILT_READ);
    queue.await(0);
    queue.change(fd, Constant.EVFILT_READ, 2, Constant.EV_DELETE);
    RawEvent event = queue.add(fd, Constant.EVFILT_READ, 2, Constant.EV_ONESHOT).one(SOON);
    Deviation.unless(event.udata() == 2 && !event.has(Constant.EV_ERROR), "reported as " + event);
    queue.silent(QUIET);
    RawEvent answer = queue.change(fd, Constant.EVFILT_READ, 2, Constant.EV_DELETE).one(0);
    Deviation.unless(answer.isError(Errno.ENOENT), "it stayed: EV_DELETE gives " + answer);
    return event.toString();
  }
}
