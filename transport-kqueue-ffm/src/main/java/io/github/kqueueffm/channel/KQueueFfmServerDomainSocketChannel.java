package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.UnixAddress;
import io.netty.channel.Channel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.ServerDomainSocketChannel;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A listening local (Unix domain) socket. The file that its bind makes is deleted with the channel,
 * unless there is something else at that path by then. A file that is there before makes bind fail
 * and stays as it is. Paths of a {@link DomainSocketAddress} are UTF-8, whatever the locale.
 */
public class KQueueFfmServerDomainSocketChannel extends AbstractKQueueFfmServerChannel
    implements ServerDomainSocketChannel {
  private final KQueueFfmServerDomainSocketChannelConfig config;
  private SocketFile file;

  /** A new socket. */
  public KQueueFfmServerDomainSocketChannel() {
    this(Sockets.stream(SystemKernel.get(), SocketProtocolFamily.UNIX), false);
  }

  /** Takes over a socket that is bound or listening, and closes it with the channel. */
  public KQueueFfmServerDomainSocketChannel(int fd) {
    this(Sockets.adoptLocal(SystemKernel.get(), fd), true);
  }

  KQueueFfmServerDomainSocketChannel(KernelSocket socket, boolean adopted) {
    super(socket, adopted);
    // Of an adopted one the caller still is the owner.
    config = adopted ? newConfig() : Sockets.closingOnFailure(socket, this::newConfig);
  }

  /** Makes the configuration; called from the constructor. */
  protected KQueueFfmServerDomainSocketChannelConfig newConfig() {
    return new KQueueFfmServerDomainSocketChannelConfig(this);
  }

  @Override
  public KQueueFfmServerDomainSocketChannelConfig config() {
    return config;
  }

  @Override
  public @Nullable DomainSocketAddress localAddress() {
    return (DomainSocketAddress) super.localAddress();
  }

  @Override
  public @Nullable DomainSocketAddress remoteAddress() {
    return (DomainSocketAddress) super.remoteAddress();
  }

  @Override
  protected @Nullable SocketAddress localAddress0() {
    DomainSocketAddress name = DomainAddresses.toNetty(socket().localAddress());
    return name == null || name.path().isEmpty() ? null : name;
  }

  @Override
  boolean isBound() {
    return localAddress0() != null;
  }

  @Override
  protected void doBind(SocketAddress local) throws Exception {
    UnixAddress name =
        DomainAddresses.name(DomainAddresses.fromUser(local, KQueueFfmServerSocketChannel.class));
    socket().bind(name);
    file = SocketFile.madeAt(socket().kernel(), name);
    listen();
  }

  @Override
  protected void doClose() throws Exception {
    SocketFile made = file;
    file = null;
    try {
      if (made != null) {
        // While it still listens, so that no other process takes the path for unused and binds it.
        made.delete();
      }
    } finally {
      super.doClose();
    }
  }

  @Override
  final Channel child(LoopResources loop, int fd) {
    return newChildChannel(fd);
  }

  /**
   * Makes the channel of a connection; called on the loop.
   *
   * @param fd belongs to the channel once this method returns, and is closed if it throws
   */
  protected KQueueFfmDomainSocketChannel newChildChannel(int fd) {
    return new KQueueFfmDomainSocketChannel(this, fd);
  }
}
