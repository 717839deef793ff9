package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.ControlMessages;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * To which address of this machine, or to which group, a datagram was sent that a socket bound to
 * all addresses received. The kernel is asked for it only then.
 */
final class DatagramRecipients {
  private static final InternalLogger LOGGER =
      InternalLoggerFactory.getInstance(DatagramRecipients.class);

  private final KernelSocket socket;
  private final LastAddress<InetSocketAddress> last = new LastAddress<>();
  private boolean decided;
  private boolean told;

  DatagramRecipients(KernelSocket socket) {
    this.socket = socket;
  }

  boolean areTold() {
    return told;
  }

  /** Before the first datagram can arrive, which would come without its recipient. */
  void beforeBind(InetSocketAddress local) {
    decide(local);
  }

  /** For a socket that the kernel binds, or that came as a descriptor. */
  void beforeRead() {
    if (!decided) {
      decide((InetSocketAddress) socket.localAddress());
    }
  }

  private void decide(InetSocketAddress local) {
    decided = true;
    if (!told && (local == null || local.getAddress().isAnyLocalAddress())) {
      told = ask();
    }
  }

  private boolean ask() {
    Platform platform = socket.kernel().platform();
    boolean ipv6 = socket.family() == platform.get(Constant.AF_INET6);
    Constant option =
        ipv6
            ? Constant.IPV6_RECVPKTINFO
            : platform.has(Constant.IP_RECVDSTADDR) ? Constant.IP_RECVDSTADDR : Constant.IP_PKTINFO;
    try {
      return socket.setInt(ipv6 ? Constant.IPPROTO_IPV6 : Constant.IPPROTO_IP, option, 1);
    } catch (IOException | UnsupportedOperationException e) {
      LOGGER.debug(
          "The recipient of datagrams will be the wildcard address, for lack of {}", option, e);
      return false;
    }
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
