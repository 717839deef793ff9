package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Kernel;
import io.netty.channel.DefaultSelectStrategyFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.nio.file.Path;

/** The public channels and the handler on a given kernel, in place of the one of the JVM. */
public final class SimulatedChannels {
  private final Kernel kernel;

  public SimulatedChannels(Kernel kernel) {
    this.kernel = kernel;
  }

  public IoHandlerFactory handlers() {
    return KQueueFfmIoHandler.newFactory(kernel, 0, DefaultSelectStrategyFactory.INSTANCE);
  }

  public KQueueFfmFileRegion region(Path file, long count) throws IOException {
    return KQueueFfmFileRegion.open(kernel, file, 0, count);
  }

  public KQueueFfmServerSocketChannel tcpServer() {
    return new KQueueFfmServerSocketChannel(Sockets.listener(kernel, null), false);
  }

  public KQueueFfmSocketChannel tcpClient() {
    return new KQueueFfmSocketChannel(null, Sockets.stream(kernel, null), false);
  }

  /** Takes over a connected socket of TCP, as the channel's constructor of a descriptor does. */
  public KQueueFfmSocketChannel adopted(int fd) {
    return new KQueueFfmSocketChannel(Sockets.adoptTcp(kernel, fd));
  }

  /** Takes over a listener of TCP. If this fails, the caller still owns the descriptor. */
  public KQueueFfmServerSocketChannel adoptedServer(int fd) {
    return new KQueueFfmServerSocketChannel(Sockets.adoptTcp(kernel, fd), true);
  }

  public KQueueFfmServerDomainSocketChannel localServer() {
    return new KQueueFfmServerDomainSocketChannel(
        Sockets.stream(kernel, SocketProtocolFamily.UNIX), false);
  }

  public KQueueFfmDomainSocketChannel localClient() {
    return new KQueueFfmDomainSocketChannel(
        null, Sockets.stream(kernel, SocketProtocolFamily.UNIX), false);
  }

  public KQueueFfmDatagramChannel udp() {
    return new KQueueFfmDatagramChannel(Sockets.datagram(kernel, null), false);
  }

  public KQueueFfmDomainDatagramChannel localDatagrams() {
    return new KQueueFfmDomainDatagramChannel(
        Sockets.datagram(kernel, SocketProtocolFamily.UNIX), false);
  }
}
