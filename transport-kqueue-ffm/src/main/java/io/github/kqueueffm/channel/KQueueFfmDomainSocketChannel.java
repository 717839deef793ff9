package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.selector.LoopCounts.Count;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.FdPassing;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultChannelPipeline;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.DomainSocketChannel;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A local (Unix domain) stream. Takes Netty's {@link DomainSocketAddress} and Java's own {@link
 * java.net.UnixDomainSocketAddress}; on Linux, a path that begins with the character 0 is an
 * abstract name. Paths of a {@link DomainSocketAddress} are UTF-8, whatever the locale.
 *
 * <p>Writes {@link FileDescriptor}s too, which the writer continues to own. With {@link
 * DomainSocketReadMode#FILE_DESCRIPTORS} it reads them; they are close-on-exec and belong to the
 * handler that gets them. One that reaches the pipeline's end is closed.
 */
public class KQueueFfmDomainSocketChannel extends AbstractKQueueFfmStreamChannel
    implements DomainSocketChannel {
  private final KQueueFfmDomainSocketChannelConfig config;
  private volatile DomainSocketAddress peer;

  /** A new socket. */
  public KQueueFfmDomainSocketChannel() {
    this(null, Sockets.stream(SystemKernel.get(), SocketProtocolFamily.UNIX), false);
  }

  /** Takes over a socket, connected or not, and closes it with the channel. */
  public KQueueFfmDomainSocketChannel(int fd) {
    this(Sockets.adoptLocal(SystemKernel.get(), fd));
  }

  KQueueFfmDomainSocketChannel(KernelSocket adopted) {
    super(null, adopted, adopted.wasConnected());
    // If this fails the caller still owns the descriptor.
    config = newConfig();
  }

  /**
   * A connection that a server accepted: what {@link
   * KQueueFfmServerDomainSocketChannel#newChildChannel} makes.
   */
  protected KQueueFfmDomainSocketChannel(KQueueFfmServerDomainSocketChannel parent, int fd) {
    this(parent, parent.accepted(fd), true);
  }

  KQueueFfmDomainSocketChannel(Channel parent, KernelSocket socket, boolean connected) {
    super(parent, socket, connected);
    // The server closes the descriptor of an accepted one.
    config = connected ? newConfig() : Sockets.closingOnFailure(socket, this::newConfig);
  }

  /** Makes the configuration; called from the constructor. */
  protected KQueueFfmDomainSocketChannelConfig newConfig() {
    return new KQueueFfmDomainSocketChannelConfig(this);
  }

  @Override
  protected DefaultChannelPipeline newChannelPipeline() {
    return new Pipeline(this);
  }

  @Override
  public KQueueFfmDomainSocketChannelConfig config() {
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
    // A socket without a name can still get one until it is connected.
    return name == null || name.path().isEmpty() && !isActive() ? null : name;
  }

  @Override
  protected @Nullable SocketAddress remoteAddress0() {
    return peer != null ? peer : DomainAddresses.toNetty(socket().remoteAddress());
  }

  @Override
  protected void doBind(SocketAddress local) throws Exception {
    socket()
        .bind(DomainAddresses.name(DomainAddresses.fromUser(local, KQueueFfmSocketChannel.class)));
  }

  @Override
  boolean startConnect(SocketAddress remote) throws Exception {
    return socket()
        .connect(
            DomainAddresses.name(DomainAddresses.fromUser(remote, KQueueFfmSocketChannel.class)));
  }

  @Override
  void connected(SocketAddress remote) {
    peer = DomainAddresses.fromUser(remote, KQueueFfmSocketChannel.class);
  }

  @Override
  boolean isAllowHalfClosure() {
    return config.isAllowHalfClosure();
  }

  @Override
  int blockingLinger() {
    // close(2) of a local socket waits for nothing.
    return -1;
  }

  @Override
  boolean readsDescriptors() {
    return config.getReadMode() == DomainSocketReadMode.FILE_DESCRIPTORS;
  }

  /** Each descriptor becomes a message; the byte that carries them is dropped. */
  @Override
  int readDescriptors(LoopResources loop, RecvByteBufAllocator.ExtendedHandle handle)
      throws IOException {
    FdPassing.Receiver receiver = loop.descriptors();
    int result;
    do {
      result = receiver.receive(loop.kernel(), socket().fd());
    } while (loop.interrupted(result));
    if (result <= 0) {
      return nothingRead(loop, handle, "recvmsg", result);
    }
    try {
      handle.attemptedBytesRead(result);
      handle.lastBytesRead(result);
      handle.incMessagesRead(1);
    } finally {
      // They are open, whatever the handle throws.
      deliver(loop, receiver, result);
    }
    return result;
  }

  private void deliver(LoopResources loop, FdPassing.Receiver receiver, int bytes)
      throws IOException {
    Kernel kernel = socket().kernel();
    if (receiver.isTruncated()) {
      receiver.closeAll(kernel);
      throw new IOException(
          "recvmsg ("
              + Constant.MSG_CTRUNC
              + "): descriptors that the peer sent are lost, probably because this process has"
              + " none left; raise its limit (ulimit -n) or close some");
    }
    FileDescriptors.Received[] descriptors = FileDescriptors.take(kernel, receiver);
    loop.counts().received(descriptors.length, bytes);
    if (descriptors.length > 0) {
      readDone();
    }
    for (FileDescriptors.Received descriptor : descriptors) {
      if (isOpen()) {
        pipeline().fireChannelRead(descriptor);
      } else {
        descriptor.discard();
      }
    }
  }

  @Override
  protected Object filterOutboundMessage(Object message) {
    return message instanceof FileDescriptor ? message : super.filterOutboundMessage(message);
  }

  @Override
  boolean writeMessage(ChannelOutboundBuffer in, Object message) throws Exception {
    return message instanceof FileDescriptor descriptor
        ? writeDescriptor(in, descriptor)
        : super.writeMessage(in, message);
  }

  /** Sends one descriptor, with one byte that carries it. The sender continues to own it. */
  private boolean writeDescriptor(ChannelOutboundBuffer in, FileDescriptor descriptor)
      throws IOException {
    if (!descriptor.isOpen()) {
      // Its number may be another file's by now.
      return in.remove(
          new IOException(
              Failures.refusal(
                  "send", descriptor, "it is closed", "close it when its write is done")));
    }
    LoopResources loop = resources();
    int result =
        FdPassing.send(loop.kernel(), socket().fd(), loop.sendFlags(), descriptor.intValue());
    if (result >= 0) {
      loop.counts().sent(1, result);
      return in.remove();
    }
    if (loop.wouldBlock(result)) {
      loop.counts().increment(Count.WOULD_BLOCK);
      return false;
    }
    return loop.interrupted(result) || descriptorRefused(in, descriptor, result);
  }

  private boolean descriptorRefused(ChannelOutboundBuffer in, FileDescriptor descriptor, int result)
      throws IOException {
    Platform platform = socket().kernel().platform();
    return switch (platform.errno(-result)) {
      // The descriptor's fault, not the stream's.
      case EBADF, EINVAL, EOPNOTSUPP, ETOOMANYREFS ->
          in.remove(
              new IOException(
                  Failures.description(platform, "sendmsg of SCM_RIGHTS", descriptor, result)));
      case null, default -> throw failure("sendmsg", result);
    };
  }

  /** Closes the received descriptors that reach the pipeline's end. */
  private static final class Pipeline extends DefaultChannelPipeline {

    Pipeline(Channel channel) {
      super(channel);
    }

    @Override
    protected void onUnhandledInboundMessage(Object message) {
      if (message instanceof FileDescriptors.Received descriptor) {
        descriptor.discard();
      }
      super.onUnhandledInboundMessage(message);
    }
  }
}
