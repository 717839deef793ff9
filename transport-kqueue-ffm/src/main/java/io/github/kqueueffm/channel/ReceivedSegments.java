package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.ControlMessages;
import io.github.kqueueffm.syscall.KernelSocket;
import java.io.IOException;

/**
 * Finds out which datagrams the kernel has put into one buffer, if the channel's option asks it to
 * (UDP_GRO, Linux 5.0 and newer; udp(7)).
 */
final class ReceivedSegments {
  /** The most bytes of the datagrams that come together. */
  static final int MOST = 65_535;

  private final KernelSocket socket;
  private volatile boolean enabled;

  ReceivedSegments(KernelSocket socket) {
    this.socket = socket;
  }

  boolean isEnabled() {
    return enabled;
  }

  /**
   * Sets whether one receive may bring several datagrams of a peer.
   *
   * @throws UnsupportedOperationException if the system cannot do it
   */
  void setEnabled(boolean enabled) throws IOException {
    // A receive on the loop has room for the control message before one can come.
    boolean before = this.enabled;
    this.enabled = enabled || before;
    boolean set = false;
    try {
      socket.setInt(Constant.IPPROTO_UDP, Constant.UDP_GRO, enabled ? 1 : 0);
      set = true;
    } finally {
      this.enabled = set ? enabled : before;
    }
  }

  /** {@return the bytes of each datagram in a buffer but for the last, or 0 if it has one} */
  int size(ControlMessages messages, DatagramBatch batch, int index) {
    if (!enabled) {
      return 0;
    }
    long control = batch.control(index);
    int length = batch.controlLength(index);
    for (long message = messages.first(control, length);
        message != 0;
        message = messages.next(control, length, message)) {
      int size = messages.segmentSize(control, length, message);
      if (size > 0) {
        return size;
      }
    }
    return 0;
  }
}
