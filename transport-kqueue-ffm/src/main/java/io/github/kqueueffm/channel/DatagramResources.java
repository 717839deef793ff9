package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.abi.Finding;
import io.github.kqueueffm.abi.Trait;
import io.github.kqueueffm.syscall.ControlMessages;
import io.github.kqueueffm.syscall.Fallbacks;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.OptionalCall;
import java.util.ArrayList;
import java.util.List;

/** What the datagram channels of one loop share. The loop's thread only. */
final class DatagramResources {
  /**
   * The most datagrams of one recvmmsg or sendmmsg: beyond that a call costs little per datagram.
   */
  static final int MOST = 64;

  private final Kernel kernel;
  private final ControlMessages controls;
  private final List<Object> packets = new ArrayList<>(MOST);
  private final boolean dataExact;
  private final OptionalCall receiveMany;
  private final OptionalCall sendMany;
  private DatagramBatch one;
  private DatagramBatch many;
  private DatagramSendBatch sendBatch;

  DatagramResources(Kernel kernel, boolean userEvents) {
    this.kernel = kernel;
    controls = new ControlMessages(kernel.platform());
    Finding data = kernel.platform().finding(Trait.DATAGRAM_DATA);
    dataExact = data != null && data.value().equals("exact");
    boolean sound =
        kernel.platform().hasStruct("mmsghdr")
            && !Fallbacks.leavesErrors(kernel.platform(), userEvents);
    receiveMany = new OptionalCall(sound && kernel.has(Call.RECVMMSG));
    sendMany = new OptionalCall(sound && kernel.has(Call.SENDMMSG));
  }

  /** Whether the data of EVFILT_READ counts the bytes of UDP datagrams and nothing else. */
  boolean isDataExact() {
    return dataExact;
  }

  /** The call recvmmsg. */
  OptionalCall receiveMany() {
    return receiveMany;
  }

  /** The call sendmmsg. */
  OptionalCall sendMany() {
    return sendMany;
  }

  DatagramBatch one() {
    if (one == null) {
      one = new DatagramBatch(kernel.platform(), 1);
    }
    return one;
  }

  DatagramBatch many() {
    if (many == null) {
      many = new DatagramBatch(kernel.platform(), MOST);
    }
    return many;
  }

  ControlMessages controls() {
    return controls;
  }

  /**
   * Writes the control message of a message that becomes several datagrams.
   *
   * @return its bytes, or 0 if the message is one datagram
   */
  int putSegmentSize(long control, Object message) {
    int size = Datagrams.segmentSize(message);
    return size == 0 ? 0 : controls.putSegmentSize(control, size);
  }

  /** Where received packets wait for their delivery, empty between two of them. */
  List<Object> packets() {
    return packets;
  }

  DatagramSendBatch sendBatch(LoopResources loop) {
    if (sendBatch == null) {
      sendBatch = new DatagramSendBatch(loop, many());
    }
    return sendBatch;
  }

  void close() {
    if (one != null) {
      one.close();
    }
    if (many != null) {
      many.close();
    }
  }
}
