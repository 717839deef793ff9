package io.github.kqueueffm.benchmarks.server;

import io.github.kqueueffm.channel.KQueueFfm;
import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.github.kqueueffm.channel.KQueueFfmIoHandler;
import io.github.kqueueffm.channel.KQueueFfmServerDomainSocketChannel;
import io.github.kqueueffm.channel.KQueueFfmServerSocketChannel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.kqueue.KQueue;
import io.netty.channel.kqueue.KQueueDatagramChannel;
import io.netty.channel.kqueue.KQueueIoHandler;
import io.netty.channel.kqueue.KQueueServerDomainSocketChannel;
import io.netty.channel.kqueue.KQueueServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerDomainSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/**
 * The handler and the channel types of one transport. Only the classes of the requested transport
 * are loaded, because the start is measured too.
 *
 * @param unavailable the cause why it is not available, or {@code null}
 */
public record ServerTransport(
    Throwable unavailable,
    IoHandlerFactory handler,
    Class<? extends ServerChannel> stream,
    Class<? extends ServerChannel> local,
    Class<? extends DatagramChannel> datagram) {
  public static final String NIO = "nio";

  /** NIO in a JVM that links one call, which no transport through FFM can avoid. For starts. */
  public static final String NIO_LINK = "nio-link";

  public static final String EPOLL = "epoll";
  public static final String IO_URING = "io_uring";
  public static final String KQUEUE_JNI = "kqueue-jni";
  public static final String KQUEUE_FFM = "kqueue-ffm";

  /** {@return the transport of a name, without a handler if it is not available} */
  public static ServerTransport of(String name) {
    return switch (name) {
      case NIO -> nio();
      case NIO_LINK -> nioAfterALink();
      case EPOLL -> epoll();
      case IO_URING -> ioUring();
      case KQUEUE_JNI -> kqueueJni();
      case KQUEUE_FFM -> kqueueFfm();
      default -> throw new IllegalArgumentException("no transport " + name);
    };
  }

  /** {@return the address of a local socket in the transport's type} */
  static SocketAddress localAddress(String transport, String path) {
    return transport.equals(NIO) ? UnixDomainSocketAddress.of(path) : new DomainSocketAddress(path);
  }

  private static ServerTransport unavailable(Throwable cause) {
    return new ServerTransport(cause, null, null, null, null);
  }

  private static ServerTransport nio() {
    return new ServerTransport(
        null,
        NioIoHandler.newFactory(),
        NioServerSocketChannel.class,
        NioServerDomainSocketChannel.class,
        NioDatagramChannel.class);
  }

  private static ServerTransport nioAfterALink() {
    LinkedCall.make();
    return nio();
  }

  private static ServerTransport epoll() {
    if (!Epoll.isAvailable()) {
      return unavailable(Epoll.unavailabilityCause());
    }
    return new ServerTransport(
        null,
        EpollIoHandler.newFactory(),
        EpollServerSocketChannel.class,
        EpollServerDomainSocketChannel.class,
        EpollDatagramChannel.class);
  }

  private static ServerTransport ioUring() {
    if (!IoUring.isAvailable()) {
      return unavailable(IoUring.unavailabilityCause());
    }
    return new ServerTransport(
        null,
        IoUringIoHandler.newFactory(),
        IoUringServerSocketChannel.class,
        IoUringServerDomainSocketChannel.class,
        IoUringDatagramChannel.class);
  }

  private static ServerTransport kqueueJni() {
    if (!KQueue.isAvailable()) {
      return unavailable(KQueue.unavailabilityCause());
    }
    return new ServerTransport(
        null,
        KQueueIoHandler.newFactory(),
        KQueueServerSocketChannel.class,
        KQueueServerDomainSocketChannel.class,
        KQueueDatagramChannel.class);
  }

  private static ServerTransport kqueueFfm() {
    if (!KQueueFfm.isAvailable()) {
      return unavailable(KQueueFfm.unavailabilityCause());
    }
    return new ServerTransport(
        null,
        KQueueFfmIoHandler.newFactory(),
        KQueueFfmServerSocketChannel.class,
        KQueueFfmServerDomainSocketChannel.class,
        KQueueFfmDatagramChannel.class);
  }
}
