package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.KernelSocket;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioChannelOption;
import java.util.List;
import java.util.Map;

/**
 * Configuration of a channel of this transport. Any thread may read and change it.
 *
 * <p>Options of the socket go to the kernel at once. A {@link io.netty.channel.ChannelException}
 * tells that the kernel refused a value; a connection that is already gone takes every value
 * silently, since {@code Bootstrap} closes a channel whose option fails.
 *
 * @param <C> the type that the setters return
 */
public abstract class KQueueFfmChannelConfig<C extends KQueueFfmChannelConfig<C>>
    extends DefaultChannelConfig {
  private final AbstractKQueueFfmChannel kqueueChannel;
  private final List<KernelOption<?>> kernelOptions;

  KQueueFfmChannelConfig(AbstractKQueueFfmChannel channel, List<KernelOption<?>> kernelOptions) {
    super(channel);
    this.kqueueChannel = channel;
    this.kernelOptions = kernelOptions;
  }

  @SuppressWarnings("unchecked")
  final C self() {
    return (C) this;
  }

  final KernelSocket socket() {
    return kqueueChannel.socket();
  }

  private Platform platform() {
    return socket().kernel().platform();
  }

  @Override
  public Map<ChannelOption<?>, Object> getOptions() {
    Map<ChannelOption<?>, Object> options = super.getOptions();
    for (KernelOption<?> kernelOption : kernelOptions) {
      if (kernelOption.exists(platform())) {
        options.put(kernelOption.option(), kernelOption.get(socket()));
      }
    }
    return options;
  }

  @Override
  public <T> T getOption(ChannelOption<T> option) {
    KernelOption<T> kernelOption = find(option);
    if (kernelOption != null) {
      return kernelOption.get(socket());
    }
    return super.getOption(option);
  }

  @Override
  public <T> boolean setOption(ChannelOption<T> option, T value) {
    KernelOption<T> kernelOption = find(option);
    if (kernelOption != null) {
      validate(option, value);
      kernelOption.set(socket(), value);
      return true;
    }
    return super.setOption(option, value);
  }

  /** The kernel's option behind a channel option, or {@code null} if there is none here. */
  @SuppressWarnings("unchecked")
  private <T> KernelOption<T> find(ChannelOption<T> option) {
    boolean jdk = option instanceof NioChannelOption;
    for (KernelOption<?> candidate : kernelOptions) {
      if (candidate.option() == option || jdk && candidate.isNamed(option.name())) {
        return candidate.exists(platform()) ? (KernelOption<T>) candidate : null;
      }
    }
    return null;
  }

  /** Reads an option that every system has. */
  final <T> T get(ChannelOption<T> option) {
    return find(option).get(socket());
  }

  /** Sets an option that every system has. */
  final <T> C set(ChannelOption<T> option, T value) {
    find(option).set(socket(), value);
    return self();
  }

  /** Has no effect. */
  public C setRcvAllocTransportProvidesGuess(boolean ignored) {
    return self();
  }

  /** Always false. */
  public boolean getRcvAllocTransportProvidesGuess() {
    return false;
  }

  @Override
  public C setConnectTimeoutMillis(int connectTimeoutMillis) {
    super.setConnectTimeoutMillis(connectTimeoutMillis);
    return self();
  }

  @Override
  @Deprecated
  public C setMaxMessagesPerRead(int maxMessagesPerRead) {
    super.setMaxMessagesPerRead(maxMessagesPerRead);
    return self();
  }

  @Override
  public C setWriteSpinCount(int writeSpinCount) {
    super.setWriteSpinCount(writeSpinCount);
    return self();
  }

  @Override
  public C setAllocator(ByteBufAllocator allocator) {
    super.setAllocator(allocator);
    return self();
  }

  @Override
  public C setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
    super.setRecvByteBufAllocator(allocator);
    return self();
  }

  @Override
  public C setAutoRead(boolean autoRead) {
    super.setAutoRead(autoRead);
    return self();
  }

  @Override
  public C setAutoClose(boolean autoClose) {
    super.setAutoClose(autoClose);
    return self();
  }

  @Override
  @Deprecated
  public C setWriteBufferHighWaterMark(int writeBufferHighWaterMark) {
    super.setWriteBufferHighWaterMark(writeBufferHighWaterMark);
    return self();
  }

  @Override
  @Deprecated
  public C setWriteBufferLowWaterMark(int writeBufferLowWaterMark) {
    super.setWriteBufferLowWaterMark(writeBufferLowWaterMark);
    return self();
  }

  @Override
  public C setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
    super.setWriteBufferWaterMark(writeBufferWaterMark);
    return self();
  }

  @Override
  public C setMessageSizeEstimator(MessageSizeEstimator estimator) {
    super.setMessageSizeEstimator(estimator);
    return self();
  }

  @Override
  protected final void autoReadCleared() {
    kqueueChannel.autoReadCleared();
  }
}
