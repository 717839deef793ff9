package io.github.kqueueffm.testsuite.harness;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;

/**
 * A blocking TCP socket of the JDK on the kernel of the transport. It looks every millisecond
 * whether it can go on.
 */
final class KernelSocketImpl extends SocketImpl {
  private final Kernel kernel = Kernels.system();
  private KernelSocket socket;
  private int timeoutMillis;

  @Override
  protected void create(boolean stream) throws IOException {
    socket = KernelSocket.openAny(kernel, kernel.platform().get(Constant.SOCK_STREAM));
  }

  @Override
  protected void connect(String host, int port) throws IOException {
    connect(new InetSocketAddress(host, port), 0);
  }

  @Override
  protected void connect(InetAddress address, int port) throws IOException {
    connect(new InetSocketAddress(address, port), 0);
  }

  @Override
  protected void connect(SocketAddress remote, int timeout) throws IOException {
    try {
      Patience patience = new Patience(timeout);
      boolean connected = socket.connect(remote);
      while (!connected) {
        patience.pause();
        connected = socket.finishConnect(remote, 0);
      }
    } catch (IOException e) {
      close();
      throw e;
    }
    connected();
  }

  private void connected() {
    InetSocketAddress remote = (InetSocketAddress) socket.remoteAddress();
    address = remote == null ? InetAddress.getLoopbackAddress() : remote.getAddress();
    port = remote == null ? 0 : remote.getPort();
    localport = ((InetSocketAddress) socket.localAddress()).getPort();
  }

  @Override
  protected void bind(InetAddress host, int port) throws IOException {
    socket.bind(new InetSocketAddress(host, port));
    address = host;
    localport = ((InetSocketAddress) socket.localAddress()).getPort();
  }

  @Override
  protected void listen(int backlog) throws IOException {
    socket.listen(backlog);
  }

  @Override
  protected void accept(SocketImpl accepted) throws IOException {
    Patience patience = new Patience(timeoutMillis);
    int fd = socket.accept(kernel, 0, 0);
    while (isEmpty(fd)) {
      patience.pause();
      fd = socket.accept(kernel, 0, 0);
    }
    KernelSocketImpl into = (KernelSocketImpl) accepted;
    into.socket = KernelSocket.accepted(kernel, (int) check("accept", fd), socket.family());
    into.connected();
  }

  private boolean isEmpty(long result) {
    return kernel.platform().is(Errno.EAGAIN, (int) -result)
        || kernel.platform().is(Errno.ECONNABORTED, (int) -result);
  }

  private long check(String operation, long result) throws IOException {
    if (!socket.isOpen()) {
      throw new SocketException("Socket closed");
    }
    if (result < 0) {
      throw Failures.of(kernel.platform(), operation, null, (int) result);
    }
    return result;
  }

  @Override
  protected InputStream getInputStream() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return length == 0 ? 0 : receive(bytes, offset, length);
      }
    };
  }

  private int receive(byte[] bytes, int offset, int length) throws IOException {
    Patience patience = new Patience(timeoutMillis);
    try (NativeBytes memory = new NativeBytes(length)) {
      long received = kernel.recv(socket.fd(), memory.address(), length, 0);
      while (isEmpty(received)) {
        patience.pause();
        check("recv", 0);
        received = kernel.recv(socket.fd(), memory.address(), length, 0);
      }
      check("recv", received);
      memory.get(bytes, offset, (int) received);
      return received == 0 ? -1 : (int) received;
    }
  }

  @Override
  protected OutputStream getOutputStream() {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        send(bytes, offset, length);
      }
    };
  }

  private void send(byte[] bytes, int offset, int length) throws IOException {
    Patience patience = new Patience(0);
    int flags = kernel.platform().getOr(Constant.MSG_NOSIGNAL, 0);
    try (NativeBytes memory = new NativeBytes(length)) {
      memory.put(bytes, offset, length);
      int done = 0;
      while (done < length) {
        long sent = kernel.send(socket.fd(), memory.address() + done, length - done, flags);
        if (isEmpty(sent)) {
          patience.pause();
        } else {
          done += (int) check("send", sent);
        }
      }
    }
  }

  @Override
  protected int available() {
    return 0;
  }

  @Override
  protected void close() throws IOException {
    socket.close();
  }

  @Override
  protected void shutdownInput() throws IOException {
    socket.shutdown(true, false);
  }

  @Override
  protected void shutdownOutput() throws IOException {
    socket.shutdown(false, true);
  }

  @Override
  protected void sendUrgentData(int data) throws IOException {
    throw new IOException("urgent data is not supported");
  }

  @Override
  public void setOption(int option, Object value) throws SocketException {
    switch (option) {
      case SO_TIMEOUT -> timeoutMillis = (Integer) value;
      case SO_LINGER -> linger(value instanceof Integer seconds ? seconds : -1);
      case TCP_NODELAY -> noDelay((Boolean) value);
      default -> throw new SocketException("option " + option + " is not supported here");
    }
  }

  private void linger(int seconds) throws SocketException {
    try {
      socket.soLinger(seconds);
    } catch (IOException e) {
      throw new SocketException(e.getMessage(), e);
    }
  }

  private void noDelay(boolean on) throws SocketException {
    try {
      socket.setInt(Constant.IPPROTO_TCP, Constant.TCP_NODELAY, on ? 1 : 0);
    } catch (IOException e) {
      throw new SocketException(e.getMessage(), e);
    }
  }

  @Override
  public Object getOption(int option) throws SocketException {
    return switch (option) {
      case SO_TIMEOUT -> timeoutMillis;
      case SO_BINDADDR -> ((InetSocketAddress) socket.localAddress()).getAddress();
      default -> throw new SocketException("option " + option + " is not supported here");
    };
  }

  /** Pauses until a time-out, where 0 is none. */
  private static final class Patience {
    private final long millis;
    private final long start = System.nanoTime();

    Patience(long millis) {
      this.millis = millis;
    }

    void pause() throws IOException {
      if (millis > 0 && System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(millis)) {
        throw new SocketTimeoutException("no answer within " + millis + " ms");
      }
      try {
        Thread.sleep(1);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException();
      }
    }
  }
}
