package io.github.kqueueffm.conformance;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.KernelSocket;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * Both ends of a TCP connection over the loopback, non-blocking.
 *
 * @param near the end that a check examines
 * @param far its peer, which was accepted
 */
record TcpPair(KernelSocket near, KernelSocket far) {
  private static final int MILLIS = 5000;

  static TcpPair open(Bench bench) throws IOException {
    KernelSocket listener = bench.listener();
    KernelSocket near = bench.socket(Constant.AF_INET, Constant.SOCK_STREAM);
    SocketAddress address = listener.localAddress();
    boolean connected = near.connect(address);
    KernelSocket far = accept(bench, listener);
    if (!connected) {
      await(bench, near.fd(), Constant.EVFILT_WRITE);
      Deviation.unless(
          near.finishConnect(address, 0), "the connect over the loopback does not complete");
    }
    return new TcpPair(near, far);
  }

  /** Accepts a connection that is being established. */
  static KernelSocket accept(Bench bench, KernelSocket listener) throws IOException {
    await(bench, listener.fd(), Constant.EVFILT_READ);
    int fd = bench.check("accept", listener.accept(bench.kernel(), 0, 0));
    return bench.own(KernelSocket.accepted(bench.kernel(), fd, listener.family()));
  }

  /** Waits until a descriptor is ready, by a separate kqueue. */
  static void await(Bench bench, int fd, Constant filter) throws IOException {
    RawQueue queue = bench.queue();
    queue.add(fd, filter, 1, Constant.EV_ONESHOT);
    queue.one(MILLIS);
  }

  /** Closes the far end so that the near end is reset. */
  void reset() throws IOException {
    far.soLinger(0);
    far.close();
  }
}
