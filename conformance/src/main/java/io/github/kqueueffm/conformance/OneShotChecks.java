package io.github.kqueueffm.conformance;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.KernelSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.List;

/** EVFILT_READ and EVFILT_WRITE as the event loop arms them: one-shot. */
final class OneShotChecks {
  private static final String GROUP = "kqueue: one-shot";
  private static final int SOON = 2000;
  private static final int QUIET = 20;

  private OneShotChecks() {}

  static List<Check> all() {
    return List.of(
        new Check(GROUP, "READ fires once and is gone", OneShotChecks::readOnce),
        new Check(
            GROUP, "READ added anew with data pending fires at once", OneShotChecks::readAgain),
        new Check(GROUP, "READ drained before it is told does no harm", OneShotChecks::stale),
        new Check(GROUP, "READ queued and added anew fires once", OneShotChecks::addedTwice),
        new Check(GROUP, "READ counts the bytes", OneShotChecks::bytes),
        new Check(GROUP, "READ of a listener tells a connection", OneShotChecks::listener),
        new Check(GROUP, "READ of a UDP socket tells a datagram", OneShotChecks::datagram),
        new Check(GROUP, "WRITE fires once, at once", OneShotChecks::writeOnce),
        new Check(GROUP, "WRITE tells that a connect is done", OneShotChecks::connected),
        new Check(GROUP, "WRITE tells that a connect is refused", OneShotChecks::refused),
        new Check(GROUP, "READ and WRITE of a descriptor are apart", OneShotChecks::bothFilters),
        new Check(GROUP, "a new udata replaces the old one", OneShotChecks::newUdata));
  }

  private static String readOnce(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    RawQueue queue = bench.queue();
    int fd = pair.near().fd();
    queue.add(fd, Constant.EVFILT_READ, 1, Constant.EV_ONESHOT).silent(0);
    bench.send(pair.far().fd(), "data");
    RawEvent event = queue.one(SOON);
    queue.silent(QUIET);
    RawEvent answer = queue.change(fd, Constant.EVFILT_READ, 1, Constant.EV_DELETE).one(0);
    Deviation.unless(answer.isError(Errno.ENOENT), "EV_DELETE afterwards: " + answer);
    return event + "; then EV_DELETE: " + answer;
  }

  private static String readAgain(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    RawQueue queue = bench.queue();
    bench.send(pair.far().fd(), "data");
    for (int round = 1; round <= 3; round++) {
      queue.add(pair.near().fd(), Constant.EVFILT_READ, round, Constant.EV_ONESHOT);
      RawEvent event = queue.one(SOON);
      Deviation.unless(event.udata() == round, "udata " + event.udata() + " in round " + round);
    }
    return "3 times";
  }

  private static String stale(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    RawQueue queue = bench.queue();
    int fd = pair.near().fd();
    queue.add(fd, Constant.EVFILT_READ, 1, Constant.EV_ONESHOT).apply();
    bench.send(pair.far().fd(), "data");
    TcpPair.await(bench, fd, Constant.EVFILT_READ);
    bench.receive(fd);
    List<RawEvent> stale = queue.await(QUIET);
    Deviation.unless(stale.size() <= 1, stale.toString());
    String result = bench.receive(fd);
    Deviation.unless(result.equals("EAGAIN"), "recv after it: " + result);
    bench.send(pair.far().fd(), "more");
    queue.add(fd, Constant.EVFILT_READ, 2, Constant.EV_ONESHOT).one(SOON);
    return stale.isEmpty() ? "not told" : "told all the same: " + stale.get(0);
  }

  private static String addedTwice(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    RawQueue queue = bench.queue();
    bench.send(pair.far().fd(), "data");
    TcpPair.await(bench, pair.near().fd(), Constant.EVFILT_READ);
    queue.add(pair.near().fd(), Constant.EVFILT_READ, 1, Constant.EV_ONESHOT);
    queue.add(pair.near().fd(), Constant.EVFILT_READ, 2, Constant.EV_ONESHOT);
    RawEvent event = queue.one(SOON);
    Deviation.unless(event.udata() == 2, "udata " + event.udata() + ", the older one");
    queue.silent(QUIET);
    return "once, with the newer udata";
  }

  private static String bytes(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    bench.send(pair.far().fd(), "1234567");
    TcpPair.await(bench, pair.near().fd(), Constant.EVFILT_READ);
    RawQueue queue = bench.detailedQueue();
    RawEvent event =
        queue.add(pair.near().fd(), Constant.EVFILT_READ, 1, Constant.EV_ONESHOT).one(SOON);
    Deviation.unless(event.data() == 7, "7 bytes are reported as " + event);
    return event.toString();
  }

  private static String listener(Bench bench) throws IOException {
    KernelSocket listener = bench.listener();
    RawQueue queue = bench.queue();
    queue.add(listener.fd(), Constant.EVFILT_READ, 1, Constant.EV_ONESHOT).silent(0);
    bench.socket(Constant.AF_INET, Constant.SOCK_STREAM).connect(listener.localAddress());
    RawEvent event = queue.one(SOON);
    bench.own(bench.check("accept", listener.accept(bench.kernel(), 0, 0)));
    return event.toString();
  }

  private static String datagram(Bench bench) throws IOException {
    KernelSocket receiver = bench.socket(Constant.AF_INET, Constant.SOCK_DGRAM);
    receiver.bind(Bench.loopback(0));
    KernelSocket sender = bench.socket(Constant.AF_INET, Constant.SOCK_DGRAM);
    sender.connect(receiver.localAddress());
    RawQueue queue = bench.detailedQueue();
    queue.add(receiver.fd(), Constant.EVFILT_READ, 1, Constant.EV_ONESHOT).silent(0);
    bench.send(sender.fd(), "datagram");
    RawEvent event = queue.one(SOON);
    String text = bench.receive(receiver.fd());
    Deviation.unless(text.equals("datagram"), "recv: " + text);
    return event.toString();
  }

  private static String writeOnce(Bench bench) throws IOException {
    RawQueue queue = bench.queue();
    queue.add(bench.tcp().near().fd(), Constant.EVFILT_WRITE, 1, Constant.EV_ONESHOT);
    RawEvent event = queue.one(SOON);
    queue.silent(QUIET);
    return event.toString();
  }

  private static String connected(Bench bench) throws IOException {
    KernelSocket listener = bench.listener();
    SocketAddress address = listener.localAddress();
    KernelSocket client = bench.socket(Constant.AF_INET, Constant.SOCK_STREAM);
    boolean atOnce = client.connect(address);
    RawEvent event =
        bench.queue().add(client.fd(), Constant.EVFILT_WRITE, 1, Constant.EV_ONESHOT).one(SOON);
    Deviation.unless(!event.has(Constant.EV_EOF), "a successful connect is reported as " + event);
    Deviation.unless(atOnce || client.finishConnect(address, 0), "reported too early: " + event);
    return event + (atOnce ? ", connected at once" : "");
  }

  private static String refused(Bench bench) throws IOException {
    KernelSocket closed = bench.listener();
    SocketAddress address = closed.localAddress();
    closed.close();
    KernelSocket client = bench.socket(Constant.AF_INET, Constant.SOCK_STREAM);
    try {
      client.connect(address);
    } catch (IOException e) {
      throw new NotOffered("connect itself fails: " + e.getMessage());
    }
    RawEvent event =
        bench
            .detailedQueue()
            .add(client.fd(), Constant.EVFILT_WRITE, 1, Constant.EV_ONESHOT)
            .one(SOON);
    Deviation.unless(
        event.has(Constant.EV_EOF) && bench.platform().is(Errno.ECONNREFUSED, event.fflags()),
        "reported as " + event);
    return event.toString();
  }

  private static String bothFilters(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    RawQueue queue = bench.queue();
    int fd = pair.near().fd();
    queue.add(fd, Constant.EVFILT_READ, 1, Constant.EV_ONESHOT);
    RawEvent write = queue.add(fd, Constant.EVFILT_WRITE, 2, Constant.EV_ONESHOT).one(SOON);
    bench.send(pair.far().fd(), "data");
    RawEvent read = queue.one(SOON);
    Deviation.unless(
        write.is(Constant.EVFILT_WRITE)
            && write.udata() == 2
            && read.is(Constant.EVFILT_READ)
            && read.udata() == 1,
        write + " and " + read);
    return write + "; " + read;
  }

  private static String newUdata(Bench bench) throws IOException {
    TcpPair pair = bench.tcp();
    RawQueue queue = bench.queue();
    queue.add(pair.near().fd(), Constant.EVFILT_READ, 1, Constant.EV_ONESHOT).apply();
    queue.add(pair.near().fd(), Constant.EVFILT_READ, 2, Constant.EV_ONESHOT).apply();
    bench.send(pair.far().fd(), "data");
    RawEvent event = queue.one(SOON);
    Deviation.unless(event.udata() == 2, "udata " + event.udata());
    return "udata 2";
  }
}
