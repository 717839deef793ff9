package io.github.kqueueffm.conformance;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmSocketChannel;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Collections;
import java.util.List;

/** Connects to a link-local address whose interface the user does not name. */
final class LinkLocal {
  private LinkLocal() {}

  static String reached(Bench bench) throws Exception {
    InetAddress own = own(bench);
    try (Loops loops = new Loops()) {
      InetAddress vague = InetAddress.getByAddress(own.getAddress());
      Channel server =
          loops.serve(
              () -> new KQueueFfmServerSocketChannel(SocketProtocolFamily.INET6),
              new InetSocketAddress(vague, 0),
              Echo::new);
      int port = ((InetSocketAddress) server.localAddress()).getPort();
      Channel client =
          Loops.await(
              loops
                  .client(
                      () -> new KQueueFfmSocketChannel(SocketProtocolFamily.INET6), new Collector())
                  .connect(new InetSocketAddress(vague, port)));
      InetSocketAddress peer = (InetSocketAddress) client.remoteAddress();
      Deviation.unless(peer.equals(new InetSocketAddress(own, port)), "the peer is " + peer);
      return peer.toString();
    }
  }

  /** {@return an address that only one interface has, and that the kernel knows} */
  private static InetAddress own(Bench bench) throws IOException {
    List<InetAddress> all =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(ip -> ip instanceof Inet6Address && ip.isLinkLocalAddress())
            .toList();
    for (InetAddress address : all) {
      if (Collections.frequency(all, address) == 1 && isKnown(bench, address)) {
        return address;
      }
    }
    throw new NotOffered("every link-local address is that of several interfaces, or none exists");
  }

  /**
   * Whether the kernel has the address too. A library that brings sockets has other interfaces than
   * the JDK.
   */
  private static boolean isKnown(Bench bench, InetAddress address) throws IOException {
    try {
      bench.socket(Constant.AF_INET6, Constant.SOCK_STREAM).bind(new InetSocketAddress(address, 0));
      return true;
    } catch (BindException e) {
      return false;
    }
  }
}
