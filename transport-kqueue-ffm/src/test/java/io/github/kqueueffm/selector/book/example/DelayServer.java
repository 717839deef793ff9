package io.github.kqueueffm.selector.book.example;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Answers a line "delay N" after N milliseconds, and closes the connection. */
final class DelayServer implements AutoCloseable {
  private final ServerSocket listener;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  DelayServer() throws IOException {
    listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::acceptAll);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
  }

  private void acceptAll() {
    try {
      while (true) {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (SocketException e) {
      // The listener was closed: the end.
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void serve(Socket socket) {
    try {
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      int delay = Integer.parseInt(lines.readLine().substring("delay ".length()));
      clock.schedule(() -> answer(socket, delay), delay, TimeUnit.MILLISECONDS);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void answer(Socket socket, int delay) {
    try (socket) {
      OutputStream out = socket.getOutputStream();
      out.write(("waited for " + delay + " ms\n").getBytes(StandardCharsets.US_ASCII));
      out.flush();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    clock.shutdown();
  }
}
