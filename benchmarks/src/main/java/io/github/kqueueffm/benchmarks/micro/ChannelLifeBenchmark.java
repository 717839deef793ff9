package io.github.kqueueffm.benchmarks.micro;

import io.github.kqueueffm.benchmarks.server.Echo;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.AbstractChannel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import java.net.SocketAddress;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The cost of a connection that echoes one message, without a transport. It is Netty's part of the
 * churn workload, and so the minimum for every transport.
 */
@State(Scope.Thread)
public class ChannelLifeBenchmark {
  private static final int MESSAGE_BYTES = 64;

  private final ChannelHandler echo = new Echo();
  private final ByteBuf message = Unpooled.directBuffer(MESSAGE_BYTES).writeZero(MESSAGE_BYTES);
  private ManualIoEventLoop loop;

  /** The measuring thread drives the event loop. */
  @Setup
  public void open() {
    loop = new ManualIoEventLoop(Thread.currentThread(), LocalIoHandler.newFactory());
  }

  @Benchmark
  public Channel registeredEchoedClosed() {
    Channel channel = new NothingChannel();
    channel.pipeline().addLast(echo);
    channel.unsafe().register(loop, channel.newPromise());
    channel.pipeline().fireChannelRead(message.retain());
    channel.pipeline().fireChannelReadComplete();
    channel.close();
    loop.runNow();
    return channel;
  }

  private static final class NothingChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);

    private final ChannelConfig config = new DefaultChannelConfig(this);
    private boolean open = true;

    NothingChannel() {
      super(null);
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
      return new NothingUnsafe();
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
      return true;
    }

    @Override
    public ChannelConfig config() {
      return config;
    }

    @Override
    public ChannelMetadata metadata() {
      return METADATA;
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public boolean isActive() {
      return open;
    }

    @Override
    protected SocketAddress localAddress0() {
      return null;
    }

    @Override
    protected SocketAddress remoteAddress0() {
      return null;
    }

    @Override
    protected void doBind(SocketAddress local) {
      throw new UnsupportedOperationException("this channel cannot be bound");
    }

    @Override
    protected void doDisconnect() {
      doClose();
    }

    @Override
    protected void doClose() {
      open = false;
    }

    @Override
    protected void doBeginRead() {
      // The benchmark provides the bytes.
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
      while (!in.isEmpty()) {
        in.remove();
      }
    }

    private final class NothingUnsafe extends AbstractUnsafe {
      @Override
      public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        promise.setFailure(new UnsupportedOperationException("this channel cannot connect"));
      }
    }
  }
}
