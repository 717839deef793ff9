package io.github.kqueueffm.vertx;

import io.netty.channel.socket.DatagramChannelConfig;
import io.vertx.core.datagram.DatagramSocketOptions;
import java.net.NetworkInterface;
import java.net.SocketException;

/** Vert.x's options for multicast, which it gives to no transport but its own NIO. */
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
      throw new IllegalArgumentException("cannot look for the network interface " + name, e);
    }
  }
}
