package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.ControlMessages;
import io.github.kqueueffm.syscall.KernelSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * To which address of this machine, or to which group, a datagram was sent; for a channel that was
 * told to ask the kernel for it.
 */
final class DatagramRecipients {
  private final KernelSocket socket;
  private final LastAddress<InetSocketAddress> last = new LastAddress<>();
  private volatile boolean told;

  DatagramRecipients(KernelSocket socket) {
    this.socket = socket;
  }

  boolean areTold() {
    return told;
  }

  /**
   * Has the kernel tell it from now on, or no more.
   *
   * @throws UnsupportedOperationException if the system cannot
   */
  void tell(boolean told) throws IOException {
    Platform platform = socket.kernel().platform();
    int value = told ? 1 : 0;
    // The socket keeps its family until the option is set.
    synchronized (socket) {
      if (socket.family() == platform.get(Constant.AF_INET6)) {
        socket.setInt(Constant.IPPROTO_IPV6, Constant.IPV6_RECVPKTINFO, value);
      } else {
        boolean bsd = platform.has(Constant.IP_RECVDSTADDR);
        socket.setInt(
            Constant.IPPROTO_IP, bsd ? Constant.IP_RECVDSTADDR : Constant.IP_PKTINFO, value);
      }
    }
    this.told = told;
  }

  /**
   * The recipient.
   *
   * @param local where the socket is bound; the answer if nothing was told
   */
  InetSocketAddress get(
      ControlMessages messages, DatagramBatch batch, int index, InetSocketAddress local) {
    if (!told) {
      return local;
    }
    long control = batch.control(index);
    int length = batch.controlLength(index);
    for (long message = messages.first(control, length);
        message != 0;
        message = messages.next(control, length, message)) {
      InetSocketAddress recipient = decode(messages, control, length, message, local);
      if (recipient != null) {
        return recipient;
      }
    }
    return local;
  }

  private InetSocketAddress decode(
      ControlMessages messages, long control, int length, long message, InetSocketAddress local) {
    long data = messages.data(message);
    int width = messages.dataLength(control, length, message);
    InetSocketAddress known = last.get(data, width);
    if (known != null) {
      return known;
    }
    InetAddress address = messages.destination(control, length, message);
    return address == null
        ? null
        : last.put(data, width, new InetSocketAddress(address, local.getPort()));
  }
}
