package io.github.kqueueffm.selector.book;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Kernels;
import io.github.kqueueffm.syscall.Msghdr;
import io.github.kqueueffm.syscall.NativeMemory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ScatteringByteChannel;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;

/**
 * A TCP connection that never blocks. What cannot be done now returns 0 or false; {@linkplain
 * Registrator#register(TcpStream, Token, Interests) register} the stream to hear when it can.
 *
 * <p>Any thread may use it; its operations exclude each other.
 */
public final class TcpStream implements ScatteringByteChannel, GatheringByteChannel {
  private final Kernel kernel;
  private final Platform platform;
  private final KernelSocket socket;
  private final InetSocketAddress remote;
  private final Set<Registrator> registrators = new CopyOnWriteArraySet<>();
  private boolean connected;

  private TcpStream(KernelSocket socket, InetSocketAddress remote) {
    this.socket = socket;
    this.remote = remote;
    kernel = socket.kernel();
    platform = kernel.platform();
  }

  /**
   * Begins to connect. The stream is writable when that is done; until then {@link #read} and
   * {@link #write} return 0.
   *
   * @throws java.nio.channels.UnresolvedAddressException if the address is a name only
   * @throws IOException if it fails at once
   */
  public static TcpStream connect(InetSocketAddress remote) throws IOException {
    return connect(Kernels.system(), remote);
  }

  static TcpStream connect(Kernel kernel, InetSocketAddress remote) throws IOException {
    int type = kernel.platform().get(Constant.SOCK_STREAM);
    TcpStream stream = new TcpStream(KernelSocket.openAny(kernel, type), remote);
    try {
      stream.connected = stream.socket.connect(remote);
      return stream;
    } catch (Throwable t) {
      stream.closeAfter(t);
      throw t;
    }
  }

  /**
   * Whether the connection was made.
   *
   * @return false if it is still being made
   * @throws IOException if it failed, such as with "Connection refused: host/ip:port"; the stream
   *     is closed then
   */
  public synchronized boolean finishConnect() throws IOException {
    ensureOpen();
    if (!connected) {
      try {
        connected = socket.finishConnect(remote, 0);
      } catch (IOException | RuntimeException e) {
        closeAfter(e);
        throw e;
      }
    }
    return connected;
  }

  /** The descriptor; of no use once the stream is closed. */
  public int fd() {
    return socket.fd();
  }

  /**
   * Reads what there is.
   *
   * @return how many bytes; 0 if there is nothing to read now, or no room; -1 at the end of the
   *     stream
   */
  @Override
  public int read(ByteBuffer dst) throws IOException {
    return (int) read(new ByteBuffer[] {dst}, 0, 1);
  }

  @Override
  public long read(ByteBuffer[] dsts) throws IOException {
    return read(dsts, 0, dsts.length);
  }

  /** Reads into several buffers, in their order, as {@link #read(ByteBuffer)} does. */
  @Override
  public synchronized long read(ByteBuffer[] dsts, int offset, int length) throws IOException {
    ensureOpen();
    try (BufferVector room = BufferVector.ofRoom(platform, dsts, offset, length)) {
      if (room.isEmpty() || !finishConnect()) {
        return 0;
      }
      long result;
      do {
        result = kernel.readv(socket.fd(), room.address(), room.count());
      } while (platform.is(Errno.EINTR, (int) -result));
      if (result == 0) {
        return -1;
      }
      long bytes = moved("read", result);
      room.read(bytes);
      return bytes;
    }
  }

  /**
   * Writes as many bytes as there is room for.
   *
   * @return how many bytes; 0 if there is no room now
   */
  @Override
  public int write(ByteBuffer src) throws IOException {
    return (int) write(new ByteBuffer[] {src}, 0, 1);
  }

  @Override
  public long write(ByteBuffer[] srcs) throws IOException {
    return write(srcs, 0, srcs.length);
  }

  /** Writes from several buffers, in their order, as {@link #write(ByteBuffer)} does. */
  @Override
  public synchronized long write(ByteBuffer[] srcs, int offset, int length) throws IOException {
    ensureOpen();
    try (BufferVector contents = BufferVector.ofContents(platform, srcs, offset, length)) {
      if (contents.isEmpty() || !finishConnect()) {
        return 0;
      }
      long bytes = moved("write", send(contents));
      contents.written(bytes);
      return bytes;
    }
  }

  private long send(BufferVector contents) {
    Msghdr header = new Msghdr(platform);
    long message = NativeMemory.allocate(header.size());
    try {
      header.put(message, 0, 0, contents.address(), contents.count(), 0, 0);
      int flags = platform.getOr(Constant.MSG_NOSIGNAL, 0);
      long result;
      do {
        result = kernel.sendmsg(socket.fd(), message, flags);
      } while (platform.is(Errno.EINTR, (int) -result));
      return result;
    } finally {
      NativeMemory.free(message);
    }
  }

  /** The bytes that a call has moved, 0 if it would block. */
  private long moved(String operation, long result) throws IOException {
    if (result >= 0) {
      return result;
    }
    if (platform.is(Errno.EAGAIN, (int) -result)) {
      return 0;
    }
    throw Failures.of(platform, operation, remote, (int) result);
  }

  /** Does nothing: what was written is already on its way. */
  public void flush() {}

  /**
   * Says that there is nothing more to write; the peer reads the end of the stream.
   *
   * @throws NotYetConnectedException if the connection was not made yet
   */
  public synchronized void shutdownOutput() throws IOException {
    ensureOpen();
    if (!finishConnect()) {
      throw new NotYetConnectedException();
    }
    socket.shutdown(false, true);
  }

  @Override
  public boolean isOpen() {
    return socket.isOpen();
  }

  /** Ends its registrations and closes it, once; a second time does nothing. */
  @Override
  public synchronized void close() throws IOException {
    if (socket.isOpen()) {
      try {
        registrators.forEach(registrator -> registrator.forget(socket.fd()));
      } finally {
        registrators.clear();
        socket.close();
      }
    }
  }

  synchronized void register(Registrator registrator, Token token, Interests interests)
      throws IOException {
    ensureOpen();
    registrator.register(socket.fd(), token, interests);
    registrators.add(registrator);
  }

  private void closeAfter(Throwable failure) {
    try {
      close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private void ensureOpen() throws ClosedChannelException {
    if (!socket.isOpen()) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public String toString() {
    return "TcpStream to " + remote + (isOpen() ? "" : " (closed)");
  }
}
