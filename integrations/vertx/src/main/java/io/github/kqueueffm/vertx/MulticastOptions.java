package io.github.kqueueffm.vertx;

import io.netty.channel.socket.DatagramChannelConfig;
import io.vertx.core.datagram.DatagramSocketOptions;
import java.net.NetworkInterface;
import java.net.SocketException;

/**
 * Applies the options of Vert.x for multicast, which Vert.x itself applies only to its NIO
 * transport.
 */
final class MulticastOptions {
  private static final int SYSTEMS_OWN = -1;

  private MulticastOptions() {}

  static void set(DatagramChannelConfig config, DatagramSocketOptions options) {
    config.setLoopbackModeDisabled(options.isLoopbackModeDisabled());
    if (options.getMulticastTimeToLive() != SYSTEMS_OWN) {
      config.setTimeToLive(options.getMulticastTimeToLive());
    }
    if (options.getMulticastNetworkInterface() != null) {
      config.setNetworkInterface(named(options.getMulticastNetworkInterface()));
    }
  }

  private static NetworkInterface named(String name) {
    try {
      NetworkInterface found = NetworkInterface.getByName(name);
      if (found == null) {
        throw new IllegalArgumentException("there is no network interface " + name);
      }
      return found;
    } catch (SocketException e) {
      throw new IllegalArgumentException("cannot look up the network interface " + name, e);
    }
  }
}
