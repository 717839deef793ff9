package io.github.kqueueffm.syscall;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;

/** Network interfaces by their IPv4 address, as which the older multicast options know them. */
final class Interfaces {
  private Interfaces() {}

  static boolean hasIpv4(NetworkInterface via) {
    return find(via) != null;
  }

  /** The interface's IPv4 address. */
  static Inet4Address ipv4(NetworkInterface via) throws IOException {
    Inet4Address address = find(via);
    if (address == null) {
      throw new SocketException(
          "the interface "
              + via.getName()
              + " has no IPv4 address, without which it cannot be chosen for IPv4 multicast");
    }
    return address;
  }

  private static Inet4Address find(NetworkInterface via) {
    for (InetAddress address : Collections.list(via.getInetAddresses())) {
      if (address instanceof Inet4Address ipv4) {
        return ipv4;
      }
    }
    return null;
  }
}
