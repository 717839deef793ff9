package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.ControlMessages;
import io.github.kqueueffm.syscall.KernelSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Finds the address of this machine, or the group, to which a datagram was sent, if the channel's
 * option asks the kernel for it.
 */
final class DatagramRecipients {
  private final KernelSocket socket;
  private final RecentAddresses<InetSocketAddress> recent = new RecentAddresses<>();
  private volatile boolean enabled;

  DatagramRecipients(KernelSocket socket) {
    this.socket = socket;
  }

  boolean isEnabled() {
    return enabled;
  }

  /**
   * Sets whether the kernel reports the recipient of each datagram.
   *
   * @throws UnsupportedOperationException if the system cannot report it
   */
  void setEnabled(boolean enabled) throws IOException {
    Platform platform = socket.kernel().platform();
    int value = enabled ? 1 : 0;
    // The socket keeps its family until the option is set.
    synchronized (socket) {
      if (socket.isIpv6()) {
        socket.setInt(Constant.IPPROTO_IPV6, Constant.IPV6_RECVPKTINFO, value);
      } else {
        boolean bsd = platform.has(Constant.IP_RECVDSTADDR);
        socket.setInt(
            Constant.IPPROTO_IP, bsd ? Constant.IP_RECVDSTADDR : Constant.IP_PKTINFO, value);
      }
    }
    this.enabled = enabled;
  }

  /**
   * {@return the recipient of a datagram}
   *
   * @param local the address to which the socket is bound, which is returned if the kernel did not
   *     report one
   */
  InetSocketAddress get(
      ControlMessages messages, DatagramBatch batch, int index, InetSocketAddress local) {
    if (!enabled) {
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
    InetSocketAddress known = recent.get(data, width);
    if (known != null) {
      return known;
    }
    InetAddress address = messages.destination(control, length, message);
    return address == null ? null : recent.put(new InetSocketAddress(address, local.getPort()));
  }
}
