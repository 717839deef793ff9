package io.github.kqueueffm.testsuite.harness;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A loopback listener that accepts nothing and whose backlog is full: a connect to it goes on until
 * it times out.
 */
final class FullBacklog implements AutoCloseable {
  private static final int MOST = 1024;

  /**
   * Below what Linux gives to sockets that ask for no port (ip(7), ip_local_port_range). One of
   * Netty's tests sends a datagram to this number and waits for ICMP's answer without an end: a
   * client that was given the very number would be connected to itself, and no answer comes.
   */
  private static final int FIRST_PORT = 20_000;

  private static final int END_OF_PORTS = 30_000;
  private static final int MOST_TRIES = 100;
  private static final int REFUSES_AFTER_MILLIS = 300;

  private final ServerSocketChannel listener;
  private final List<SocketChannel> clients = new ArrayList<>();

  private FullBacklog(ServerSocketChannel listener) {
    this.listener = listener;
  }

  static FullBacklog open() throws IOException {
    FullBacklog backlog = new FullBacklog(ServerSocketChannel.open());
    try {
      backlog.fill();
      return backlog;
    } catch (Throwable t) {
      backlog.close();
      throw t;
    }
  }

  InetSocketAddress address() throws IOException {
    return (InetSocketAddress) listener.getLocalAddress();
  }

  private void fill() throws IOException {
    bind();
    while (connects()) {
      if (clients.size() == MOST) {
        throw new IOException("the backlog of " + address() + " took " + MOST + " connections");
      }
    }
  }

  private void bind() throws IOException {
    for (int tries = 0; ; tries++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, END_OF_PORTS);
      try {
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
        return;
      } catch (BindException e) {
        if (tries == MOST_TRIES) {
          throw e;
        }
      }
    }
  }

  /** Whether one more connection fits; the client stays open either way and keeps its place. */
  private boolean connects() throws IOException {
    SocketChannel client = SocketChannel.open();
    clients.add(client);
    client.configureBlocking(false);
    if (client.connect(address())) {
      return true;
    }
    try (Selector selector = Selector.open()) {
      client.register(selector, SelectionKey.OP_CONNECT);
      return selector.select(REFUSES_AFTER_MILLIS) > 0 && client.finishConnect();
    }
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel client : clients) {
      client.close();
    }
    listener.close();
  }
}
