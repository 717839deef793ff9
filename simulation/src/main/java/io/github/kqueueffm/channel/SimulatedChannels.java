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
