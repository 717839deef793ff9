package io.github.kqueueffm.testsuite.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * A loopback listener that nobody accepts from and whose backlog is full: a connect to it goes on
 * until it times out.
 */
final class FullBacklog implements AutoCloseable {
  private static final int MOST = 1024;
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
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
    while (connects()) {
      if (clients.size() == MOST) {
        throw new IOException("the backlog of " + address() + " took " + MOST + " connections");
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
